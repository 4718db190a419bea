"""Plays the hold music into its file: four soft chords over four seconds that end as they begin.

    python -m tools.music

Ours from the first note to the last, so it may be played to anybody. A test holds the file to this.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from pathlib import Path

FILE = Path(__file__).parents[1] / "service" / "hotline" / "hold.wav"
RATE = 8000
"""Samples a second, as a telephone has them."""
CHORD = 1.0
"""Seconds."""
CHORDS = ((0, 4, 7, 12), (-3, 0, 4, 9), (-7, 0, 5, 9), (-5, -1, 2, 7))
"""In semitones above C4: C, A minor, F, G."""
C4 = 261.63
LOUD = 3000
"""Of 32767, for one string: a telephone is held to an ear."""


def string(semitones: int, since: float) -> float:
    """A plucked string, `since` seconds after it was plucked: two partials that die away."""
    if since < 0:
        return 0.0
    turn = 2 * math.pi * C4 * 2 ** (semitones / 12) * since
    rise = min(1.0, since / 0.02)
    return rise * math.exp(-3.0 * since) * (math.sin(turn) + 0.3 * math.sin(2 * turn))


def sample(at: float) -> int:
    """What all strings sound at an instant of the piece; the last chord rings into its end."""
    total = 0.0
    for number, chord in enumerate(CHORDS):
        for place, semitones in enumerate(chord):
            total += string(semitones, at - number * CHORD - place * CHORD / 4)
    end = min(1.0, (len(CHORDS) * CHORD - at) / 0.2)
    return round(LOUD * total * end)


def play() -> bytes:
    """The whole file."""
    samples = array("h", (sample(n / RATE) for n in range(round(len(CHORDS) * CHORD * RATE))))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(samples.itemsize)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


if __name__ == "__main__":
    FILE.write_bytes(play())
