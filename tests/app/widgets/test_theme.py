import pytest

from workbench.app.widgets.theme import DARK, LIGHT, theme
from workbench.charts.style import DASHES, MARKERS, round_of


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2.2, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
@pytest.mark.parametrize("ink", ["text", "muted", "faint", "accent", "ok", "warn", "error"])
@pytest.mark.parametrize("ground", ["window", "surface", "raised"])
def test_all_text_can_be_read(tokens, ink, ground):
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_text_on_the_accent_can_be_read(tokens):
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.accent, tokens.wash) >= 4.5
    assert contrast(tokens.text, tokens.wash) >= 4.5


def test_contrast_of_black_and_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_series_differ_by_more_than_colour():
    assert len(set(map(str, DASHES))) == len(set(MARKERS)) == len(set(LIGHT.series)) == 6


def test_a_change_is_told_kept_and_painted(qapp, light, home, qtbot):
    with qtbot.waitSignal(light.changed):
        light.set_mode("dark")
    assert light.dark
    assert qapp.palette().window().color().name() == DARK.window
    from workbench.project import settings

    assert settings().theme == "dark"
    with qtbot.assertNotEmitted(light.changed):
        light.set_mode("dark")
    light.toggle()
    assert not theme().dark


def test_a_colour_that_comes_round_has_other_dashes_and_markers():
    pairs = {(number % len(LIGHT.series), round_of(number)) for number in range(36)}
    assert len(pairs) == 36
