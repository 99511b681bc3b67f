"""A person is told in words what a job does."""

from workbench.app.jobs.declared_jobs import find_job, job_title
from workbench.app.jobs.job_process import Task
from workbench.jobs import all_jobs


def test_every_job_has_words(qapp):
    assert {job for job in all_jobs() if job_title(job) == job_title("no such job")} == set()
    assert job_title("no such job") == "Working"
    assert find_job("no such job").lane == "background"


def test_a_task_without_a_title_of_its_own_is_called_by_these_words(qapp):
    assert Task(1, "density", {}).title == "Counting for the matrix"
    assert Task(1, "export", {}, "Writing a.csv").title == "Writing a.csv"


def test_a_file_in_the_folder_of_jobs_has_its_words_and_its_process(new_job, session):
    assert job_title("count") == "Counting letters"
    assert find_job("count").silent
    task = session.jobs.submit("count", {"word": "four"})
    assert task in session.jobs.workers["interactive"].tasks
