"""A person is told in words what a job does."""

from workbench.app.jobs.job_process import Task
from workbench.app.jobs.job_titles import job_title
from workbench.jobs import JOBS


def test_every_job_has_words(qapp):
    assert {job for job in JOBS if job_title(job) == job_title("no such job")} == set()
    assert job_title("no such job") == "Working"


def test_a_task_without_a_title_of_its_own_is_called_by_these_words(qapp):
    assert Task(1, "density", {}).title == "Counting for the matrix"
    assert Task(1, "export", {}, "Writing a.csv").title == "Writing a.csv"
