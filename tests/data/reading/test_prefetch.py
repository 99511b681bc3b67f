import threading

import pytest

from workbench.data.reading.prefetch import prefetched


def test_all_things_come_in_their_order():
    assert list(prefetched(iter([3, None, 1]))) == [3, None, 1]
    assert list(prefetched(iter([]))) == []


def test_the_next_is_made_while_this_one_is_worked_on():
    second = threading.Event()

    def things():
        yield 1
        second.set()
        yield 2

    every = prefetched(things())
    assert next(every) == 1
    assert second.wait(10)
    every.close()


def test_what_goes_wrong_is_raised_in_its_turn():
    def things():
        yield 1
        raise OSError("gone")

    every = prefetched(things())
    assert next(every) == 1
    with pytest.raises(OSError, match="gone"):
        next(every)
