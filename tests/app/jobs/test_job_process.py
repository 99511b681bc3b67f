import psutil
import pytest

from tests.app.fake_runs import Effort
from workbench.app.jobs.job_process import TaskWorker


@pytest.fixture
def worker(qapp, tmp_path, worker_command):
    made = TaskWorker(command=worker_command, log=tmp_path / "worker.log")
    yield made
    made.close()
    made.deleteLater()


def test_a_job_is_done_and_tells_its_progress(worker, qtbot):
    heard = []
    task = worker.submit("echo", {"a": 1}, progress=lambda *one: heard.append(one))
    with qtbot.waitSignal(task.done) as done:
        pass
    assert done.args == [{"a": 1}]
    assert heard == [(0.5, "half")]
    assert worker.tasks == []


def test_a_failed_job_tells_why_and_the_child_goes_on(worker, qtbot):
    task = worker.submit("fail", {})
    with qtbot.waitSignal(task.failed) as failed:
        pass
    assert failed.args == ["It did not work.", "Traceback …"]
    with qtbot.waitSignal(worker.submit("echo", {}).done):
        pass


def test_a_cancelled_job_ends_and_the_next_ones_are_done(worker, qtbot):
    task = worker.submit("forever", {})
    after = worker.submit("pid", {})
    qtbot.waitUntil(lambda: task.text == "begun")
    child = psutil.Process(worker.pid)
    with qtbot.waitSignals([task.cancelled, after.done]) as both:
        worker.cancel(task)
    assert task.state == "cancelled"
    assert not child.is_running() or child.pid != both.all_signals_and_args[-1].args[0]


def test_a_job_is_cancelled_before_it_began(worker, qtbot):
    first, second = worker.submit("forever", {}), worker.submit("echo", {})
    qtbot.waitUntil(lambda: first.state == "running")
    worker.cancel(second)
    with qtbot.waitSignal(second.cancelled):
        worker.cancel(first)


@pytest.mark.parametrize(("job", "how"), [("exit", "status 3"), ("killed", "signal 9")])
def test_the_death_of_the_child_is_told_as_what_it_is(worker, qtbot, job, how):
    task = worker.submit(job, {})
    with qtbot.waitSignal(task.failed) as failed:
        pass
    assert how in failed.args[0]
    if job == "exit":
        assert "last words" in failed.args[1]
    with qtbot.waitSignal(worker.submit("echo", {}).done):
        pass


def test_a_child_that_cannot_be_started_is_told(qapp, qtbot):
    worker = TaskWorker(command=["/nowhere/python"])
    for _ in range(2):
        task = worker.submit("echo", {})
        with qtbot.waitSignal(task.failed) as failed:
            pass
        assert "could not be started" in failed.args[0]
    worker.close()


def test_a_job_is_cancelled_while_the_child_starts(worker, qtbot):
    task, after = worker.submit("forever", {}), worker.submit("echo", {})
    worker.changed.connect(lambda: worker.cancel(task) if task.state == "running" else None)
    with qtbot.waitSignals([task.cancelled, after.done]):
        pass


def test_a_waiting_job_is_cancelled_while_another_runs(worker, qtbot):
    first, second = worker.submit("forever", {}), worker.submit("echo", {})
    qtbot.waitUntil(lambda: first.text == "begun")
    with qtbot.waitSignal(second.cancelled):
        worker.cancel(second)
    assert worker.tasks == [first]
    assert first.state == "running"


def test_a_child_that_died_between_two_jobs_is_replaced(worker, qtbot):
    with qtbot.waitSignal(worker.submit("pid", {}).done) as before:
        pass
    psutil.Process(before.args[0]).kill()
    qtbot.waitUntil(lambda: worker.pid is None)
    with qtbot.waitSignal(worker.submit("pid", {}).done) as after:
        pass
    assert after.args != before.args


def test_an_answer_in_parts_is_put_together(worker, qtbot):
    with qtbot.waitSignal(worker.submit("parts", {}).done) as done:
        pass
    assert done.args == [{"a": [1, 2, "é"], "b": 4}]


def test_a_line_of_megabytes_is_read_whole_and_the_window_goes_on(worker, qtbot):
    own = Effort()
    own.start()
    with qtbot.waitSignal(worker.submit("long", {"n": 5_000_000}).done) as done:
        pass
    own.stop()
    assert done.args == ["x" * 5_000_000]
    assert own.worst < 500


def test_closing_ends_the_child(worker, qtbot):
    task = worker.submit("forever", {})
    qtbot.waitUntil(lambda: task.text == "begun")
    child = psutil.Process(worker.pid)
    worker.close()
    assert not child.is_running()


def test_what_is_closed_is_not_started_again(worker, qtbot):
    worker.close()
    worker.start()
    assert worker.pid is None
