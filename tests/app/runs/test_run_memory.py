import pytest

from workbench.app.runs.run_memory import one_more_fits

GB = 1 << 30


@pytest.mark.parametrize(
    ("in_progress", "needed"),
    [
        ([], 2 * GB),
        ([None], 2 * GB),
        ([0], 2 * GB),
        ([GB // 2], GB + GB // 2),
        ([3 * GB], 4 * GB),
        ([GB // 4, 3 * GB, None], 4 * GB),
    ],
)
def test_one_more_needs_what_the_largest_takes_and_a_reserve(in_progress, needed):
    assert one_more_fits(in_progress, needed)
    assert one_more_fits(in_progress, needed + 1)
    assert not one_more_fits(in_progress, needed - 1)
