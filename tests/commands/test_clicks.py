"""``workbench clicks`` as it is typed."""

import numpy as np


def test_a_run_is_judged_by_a_log(trained, tmp_path, value, ask, fails):
    rng = np.random.default_rng(0)
    log = tmp_path / "log.csv"
    rows = [f"u{user % 40:03d},i{rng.integers(40)},1,{int(rng.random() < 0.2)},0.025" for user in range(8000)]
    log.write_text("\n".join(["user,item,position,clicked,propensity", *rows]) + "\n")
    found = value("clicks", log, "--run", trained["ease"])
    assert {
        "impressions",
        "clicks",
        "logged",
        "estimates",
        "effective_sample",
        "mean_weight",
        "largest_share",
    } <= found.keys()
    assert list(found["estimates"]) == ["ips", "snips", "dm", "dr", "sndr", "switch_dr"]
    assert found["estimates"]["ips"]["low"] < 0.2 < found["estimates"]["ips"]["high"]
    text = ask("clicks", log, "--run", trained["ease"], "--softmax", ".2", "--quiet")[1]
    assert "a softmax of the scores of ease at temperature 0.2" in text
    assert "bootstrap of users" in text
    assert "name it with --run" in ask("clicks", log, "--softmax", "1")[2]
    assert "must be above 0" in fails("clicks", log, "--run", trained["ease"], "--softmax", "0")


def test_without_propensities_only_how_well_clicks_are_foretold(trained, tmp_path, value, ask):
    log = tmp_path / "log.csv"
    rows = [f"u{user:03d},i{item},{int(item // 20 == user % 2)}" for user in range(40) for item in range(40)]
    log.write_text("\n".join(["user,item,clicked", *rows]) + "\n")
    found = value("clicks", log, "--run", trained["ease"])
    assert found["auc"] > 0.9
    assert found["gauc"] > 0.9
    assert found["why"].startswith("The log does not say with which probability")
    assert "cannot be told" in ask("clicks", log, "--run", trained["ease"], "--quiet")[1]
    assert "estimates" in value("clicks", log, "--run", trained["ease"], "--shown", "random")
    assert value("clicks", log)["auc"] is not None
