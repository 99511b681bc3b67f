from PySide6.QtCore import QObject

from workbench.app.jobs.slices import Slices


def test_many_things_are_done_in_slices_and_in_order(qtbot):
    parent, done, rounds = QObject(), [], []
    work = Slices(done.append, parent, seconds=0.0)
    work.paused.connect(lambda: rounds.append(len(done)))
    with qtbot.waitSignal(work.ended):
        work.begin(range(1, 6))
        assert (done, work.over) == ([1], False)
    assert (done, rounds, work.over) == ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], True)


def test_nothing_is_over_at_once():
    parent = QObject()
    work, ended = Slices(lambda _: None, parent), []
    work.ended.connect(lambda: ended.append(1))
    work.begin([])
    assert (work.over, ended) == (True, [1])


def test_the_rest_can_be_done_now_or_left():
    parent, done = QObject(), []
    work = Slices(done.append, parent, seconds=0.0)
    work.begin([1, 2, 3])
    work.finish()
    assert (done, work.over) == ([1, 2, 3], True)
    work.begin([4, 5])
    work.stop()
    work.finish()
    assert (done, work.over) == ([1, 2, 3, 4], True)
