"""What the charts of a search show, against what a person counts."""

from workbench.charts.searches import BEST, best_so_far, two_goals


def test_the_best_so_far_follows_the_goal_and_leaves_out_what_does_not_count():
    trials = [(3, 0.4), (0, 0.3), (1, None), (2, 0.1), (4, float("nan"))]
    for higher, best, words in (
        (True, [0.3, 0.3, 0.4], "best so far: 0.4000 in trial 4"),
        (False, [0.3, 0.1, 0.1], "best so far: 0.1000 in trial 3"),
    ):
        chart = best_so_far(trials, "NDCG@10", higher=higher)
        lines = {line.key: line for line in chart.lines}
        assert list(lines["each"].x) == list(lines[BEST].x) == [1, 3, 4]
        assert (list(lines["each"].y), list(lines[BEST].y), chart.words) == ([0.3, 0.1, 0.4], best, words)
    assert not best_so_far([(0, None)], "NDCG@10", higher=True).lines


def test_trials_without_one_of_both_goals_are_no_points():
    chart = two_goals([(0, 0.1, 5.0), (1, 0.2, None), (2, 0.3, 4.0)], [2, 1], "NDCG@10", "seconds")
    assert [(point.name, point.x, point.y) for point in chart.points] == [("1", 5.0, 0.1), ("3", 4.0, 0.3)]
    assert chart.front == [1]
    assert chart.points[0].number != chart.points[1].number  # told apart by colour and marker
