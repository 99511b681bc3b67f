"""Sounds become numbers that tell kinds of sounds apart."""

import numpy as np
import pytest
import soundfile

from workbench.control import Control
from workbench.encoding import encoder_for
from workbench.errors import WorkbenchError

KINDS = ("tone", "chord", "noise", "clicks", "sweep")


def sound(kind, rng, rate):
    """A sound of 1 to 1.5 seconds: pitch, loudness, length and noise are drawn."""
    time = np.arange(int(rate * rng.uniform(1, 1.5))) / rate
    pitch = rng.uniform(200, 900)
    if kind == "tone":
        wave = np.sin(2 * np.pi * pitch * time)
    elif kind == "chord":
        wave = sum(np.sin(2 * np.pi * pitch * part * time) / 4 for part in (1, 2, 3, 4, 5, 6))
    elif kind == "noise":
        wave = rng.standard_normal(len(time))
    elif kind == "clicks":
        wave = (rng.random(len(time)) < 8 / rate) * 20.0
    else:
        wave = np.sin(2 * np.pi * (pitch * time + rng.uniform(800, 1500) * time**2))
    return (wave + 0.02 * rng.standard_normal(len(time))) * rng.uniform(0.02, 0.2)


def encode(folder, **settings):
    return encoder_for("sounds", None, settings).encode(folder, Control())


def test_five_kinds_of_sounds_are_told_apart(tmp_path):
    rng = np.random.default_rng(5)
    for at in range(100):
        kind, ending = KINDS[at % 5], (".wav", ".flac")[at % 2]
        rate = int(rng.choice([16_000, 22_050]))
        samples = sound(kind, rng, rate)
        samples = np.column_stack([samples, samples]) if at % 3 == 0 else samples
        soundfile.write(tmp_path / f"{kind}-{at}{ending}", samples.clip(-1, 1), rate)
    encoded = encode(tmp_path)
    kinds = np.array([KINDS.index(name.partition("-")[0]) for name in encoded.ids])
    known = np.arange(100) % 2 == 0  # by name; each kind has 10 in each half, more or less
    means = np.stack([encoded.vectors[known & (kinds == kind)].mean(axis=0) for kind in range(5)])
    far = ((encoded.vectors[~known, None] - means) ** 2).sum(axis=2)
    assert (far.argmin(axis=1) == kinds[~known]).mean() >= 0.95


def test_louder_is_the_same_and_a_beginning_is_enough(tmp_path):
    wave = sound("sweep", np.random.default_rng(1), 16_000)
    for name, samples in (("a", wave), ("b", wave / 3), ("c", np.r_[wave[:8000], np.zeros(9000)])):
        soundfile.write(tmp_path / f"{name}.wav", samples, 16_000, subtype="DOUBLE")
    whole = encode(tmp_path).vectors
    assert whole[0] == pytest.approx(whole[1], abs=1e-4)
    first = encode(tmp_path, seconds=0.5).vectors
    assert first[0] == pytest.approx(first[2], abs=1e-6)


def test_what_is_no_sound_is_refused(tmp_path):
    soundfile.write(tmp_path / "quiet.wav", np.zeros(8000), 8000)
    soundfile.write(tmp_path / "short.wav", np.zeros(9), 8000)
    soundfile.write(tmp_path / "slow.wav", np.zeros(900), 100)
    whole = (tmp_path / "quiet.wav").read_bytes()
    (tmp_path / "text.wav").write_text("no sound")
    (tmp_path / "empty.flac").touch()
    (tmp_path / "cut.wav").write_bytes(whole[:30])
    encoded = encode(tmp_path)
    assert list(encoded.ids) == ["quiet"]
    assert np.isfinite(encoded.vectors).all()
    assert {one["name"] for one in encoded.refused.examples} == {
        *("short.wav", "slow.wav", "text.wav", "empty.flac", "cut.wav")
    }
    (tmp_path / "quiet.wav").unlink()
    with pytest.raises(WorkbenchError, match=r"None of the 5 sounds .* can be heard"):
        encode(tmp_path)
