"""Sounds by how loud each range of pitch is, and how that changes: statistics of a log-mel spectrum."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.control import Control
from workbench.data.side_files.vector_files import Vectors
from workbench.declaring import hyperparameter
from workbench.encoding.base.encoder import Encoded, Encoder
from workbench.encoding.base.folder import files_by_item
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from soundfile import SoundFile

SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif")
BANDS, LOWEST_HZ, HIGHEST_HZ = 32, 50.0, 8000.0
FRAME_SECONDS, BLOCK_FRAMES = 0.046, 256
QUIETEST = 1e-6  # of the mean power: 60 dB below it nothing is heard
RATES_HZ, MAX_CHANNELS = (4_000, 400_000), 16

Power = npt.NDArray[np.float64]


class Sounds(Encoder):
    """Mean, spread and change of the loudness in 32 ranges of pitch: 96 numbers."""

    name, title, reads, order = "sounds", "Sounds", "sounds", 1
    sentence = "How loud each of 32 ranges of pitch is, how that spreads and how it changes, as 96 numbers."

    seconds: float = hyperparameter(
        60.0, "Seconds", "How much of each sound is heard, from its beginning.", gt=0, le=3600
    )

    def encode(self, source: Path, control: Control) -> Encoded:
        files, refused = files_by_item(source, SOUNDS, "sounds")
        found: dict[str, Vectors] = {}
        for done, (name, path) in enumerate(files.items(), 1):
            control.check()
            vector = open_sound(path, self.seconds)
            if isinstance(vector, str):
                refused.add(path.name, vector)
            else:
                found[name] = vector
            control.progress(done / len(files), f"{len(files):,} sounds")
        if not found:
            first = refused.examples[0]
            message = f"None of the {refused.number:,} sounds of {source} can be heard; {first['name']}"
            raise WorkbenchError(f"{message} {first['reason']}. Choose another folder.")
        return Encoded(list(found), np.stack(list(found.values())), refused)


def open_sound(path: Path, seconds: float) -> Vectors | str:
    """The numbers of a sound, float32 (96,); or the reason why it is refused."""
    import soundfile

    try:
        with soundfile.SoundFile(str(path)) as sound:
            rate = sound.samplerate
            if not RATES_HZ[0] <= rate <= RATES_HZ[1] or sound.channels > MAX_CHANNELS:
                return f"has {rate:,} samples a second on {sound.channels} channels, which no sound of an item has"
            power = [_bands(block, rate) for block in _blocks(sound, seconds)]
    except (soundfile.SoundFileError, OSError, ValueError, TypeError) as error:
        return f"is broken or no sound ({type(error).__name__})"
    return describe(np.concatenate(power)) if power else f"is shorter than {FRAME_SECONDS:g} seconds"


def _blocks(sound: "SoundFile", seconds: float) -> Iterator[Power]:
    """Frames of a sound, its channels as one, a block at a time."""
    length = round(sound.samplerate * FRAME_SECONDS)
    left = int(seconds * sound.samplerate) // length
    while left > 0:
        samples = sound.read(min(left, BLOCK_FRAMES) * length, dtype="float64", always_2d=True).mean(axis=1)
        frames = samples[: len(samples) // length * length].reshape(-1, length)
        if len(frames) == 0:
            return
        yield np.nan_to_num(frames, posinf=0, neginf=0)
        left -= len(frames)


def _bands(frames: Power, rate: int) -> Power:
    """Power of frames in each range of pitch, (frames, BANDS)."""
    windowed = np.clip(frames, -1e3, 1e3) * np.hanning(frames.shape[1])
    spectrum = np.abs(np.fft.rfft(windowed, axis=1)) ** 2
    return spectrum @ _filters(frames.shape[1], rate)


def _filters(length: int, rate: int) -> Power:
    """Triangles over the frequencies, evenly wide in mel, (frequencies, BANDS)."""
    lowest, highest = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST_HZ, HIGHEST_HZ))
    mel = np.linspace(lowest, highest, BANDS + 2)
    hertz = 700 * (10 ** (mel / 2595) - 1)
    frequency = np.fft.rfftfreq(length, 1 / rate)[:, None]
    rising = (frequency - hertz[:-2]) / (hertz[1:-1] - hertz[:-2])
    falling = (hertz[2:] - frequency) / (hertz[2:] - hertz[1:-1])
    return np.maximum(np.minimum(rising, falling), 0)


def describe(power: Power) -> Vectors:
    """Mean, spread and mean change of the logarithms of power (frames, BANDS), float32 (3 x BANDS,).

    Power is taken relative to the sound's own mean, so that a sound that is played louder is the same.
    """
    mean = power.mean()
    loud = np.log10(power / mean + QUIETEST) if mean > 0 else np.full_like(power, np.log10(QUIETEST))
    change = np.abs(np.diff(loud, axis=0)).mean(axis=0) if len(loud) > 1 else np.zeros(BANDS)
    return np.concatenate([loud.mean(axis=0), loud.std(axis=0), change]).astype(np.float32)
