"""Words are found in texts of any language, also where no space divides them."""

import pytest

from workbench.data.words import words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The War of the Worlds: Part 2 (À l'été)", ["war", "worlds", "part", "2", "été"]),
        ("", []),
        ("今天天气很好我们去看电影", ["今天", "天气", "很", "好", "我们", "去", "看", "电影"]),
        ("千と千尋の神隠し Spirited Away", ["spirited", "away", "千", "と", "千尋", "の", "神隠", "し"]),
        ("วันนี้อากาศดีมาก", ["วัน", "นี้", "อากาศ", "ดี", "มาก"]),
    ],
)
def test_words_are_lower_case_and_say_something(text, wanted):
    assert words(text) == wanted
