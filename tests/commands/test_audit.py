"""``workbench audit`` as it is typed."""


def test_a_run_is_attacked(trained, value, ask, fails):
    found = value("audit", trained["ease"])
    assert {"attack", "auc", "tpr_at_1_percent", "bound", "members", "others", "without_reference"} <= found.keys()
    assert 0.4 < found["auc"]["value"] <= 1
    text = ask("audit", trained["ease"])
    assert "members found at 1 % false alarms" in text[1]
    assert "Two trainings on a third of the people" in text[2]
    assert "the same list for everybody" in fails("audit", trained["average"])
