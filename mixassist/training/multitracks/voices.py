# SPDX-License-Identifier: Apache-2.0
"""The synthetic singers: who they are, and how they carry a melody's pitch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from mixassist.training.multitracks.notes import Note
from mixassist.training.multitracks.speech import FRAME_S


@dataclass(frozen=True)
class Voice:
    """A singer.

    Args:
        name: for people.
        speaker: espeak-ng's voice and variant.
        tone: espeak-ng's base pitch, 0 to 99.
        lowest, highest: the range, MIDI pitches.
        size: what the vocal tract's resonances are multiplied by; above 1 is a smaller head.
        breath_db: how much noise is added to the tone, dB above what was spoken.
    """

    name: str
    speaker: str
    tone: int
    lowest: int
    highest: int
    size: float
    breath_db: float


VOICES: tuple[Voice, ...] = (
    Voice("Alto", "en-us+f2", 60, 53, 74, 1.0, 2.0),
    Voice("Soprano", "en-us+f5", 70, 57, 79, 1.05, 1.0),
    Voice("Mezzo", "en-us+f1", 55, 55, 76, 1.0, 4.0),
    Voice("Girl", "en-us+f4", 75, 58, 80, 1.08, 3.0),
    Voice("Tenor", "en-us+m3", 50, 48, 71, 1.03, 1.0),
    Voice("High baritone", "en-us+m5", 50, 47, 70, 1.0, 2.0),
    Voice("Baritone", "en-us+m1", 45, 45, 68, 0.98, 1.0),
    Voice("Folk singer", "en-gb+m6", 50, 47, 70, 1.0, 3.0),
)
"""Four women's and four men's voices, as high as singers of songs sing rather than as speakers speak."""


def draw_voice(lots: np.random.Generator) -> Voice:
    """Draws a singer: one of `VOICES` with a head of another size, another breath and another tone."""
    voice = VOICES[int(lots.integers(len(VOICES)))]
    return replace(
        voice,
        tone=int(np.clip(voice.tone + 5 * lots.integers(-2, 3), 0, 99)),
        size=voice.size * float(lots.uniform(0.95, 1.05)),
        breath_db=voice.breath_db + float(lots.uniform(-1.0, 3.0)),
    )


@dataclass(frozen=True)
class Manner:
    """How exactly somebody sings; the same words and notes again with another draw is a double.

    Args:
        late_s: standard deviation of each note's start.
        off_cents: standard deviation of each note's pitch.
        vibrato_cents: how far the vibrato goes to either side where a note is long.
        glide_s: how long the voice takes from note to note.
    """

    late_s: float = 0.008
    off_cents: float = 7.0
    vibrato_cents: float = 35.0
    glide_s: float = 0.07


LEAD = Manner()
DOUBLE = Manner(late_s=0.02, off_cents=12.0, vibrato_cents=25.0)
CHOIR = Manner(late_s=0.025, off_cents=10.0, vibrato_cents=15.0, glide_s=0.09)

_SCOOP_CENTS = (30.0, 150.0)
_SCOOP_S = 0.05
_DRIFT_CENTS = 5.0
_DRIFT_S = 0.15
_VIBRATO_HZ = (4.8, 6.3)
_VIBRATO_FROM_S = 0.25
_VIBRATO_GROWS_S = 0.35


def fit_to_range(line: Sequence[Note], voice: Voice) -> int:
    """Returns by how many semitones, whole octaves, a melody has to move to lie best in a voice's range."""
    if not line:
        return 0
    middle = (voice.lowest + voice.highest) / 2.0
    lengths_s = np.array([note.length_s for note in line])
    mean_pitch = float(np.average([note.pitch for note in line], weights=lengths_s))
    return 12 * round((middle - mean_pitch) / 12.0)


def tone_curve(
    phrase: Sequence[Note], start_s: float, frames: int, manner: Manner, lots: np.random.Generator
) -> np.ndarray:
    """Draws the pitch that a voice sings over a phrase.

    Glides lead from note to note and arrive as the note starts; a phrase's first note is scooped from below. Long
    notes get a vibrato that sets in late, as trained singers' does (Sundberg 1987, The Science of the Singing Voice,
    chapter 8: 5 to 7 Hz, up to half a semitone), and everything drifts a little.

    Args:
        phrase: the notes, one after the other, in seconds.
        start_s: time of the first frame.
        frames: how many frames of `FRAME_S`.

    Returns:
        (frames,) MIDI pitch with fractions.
    """
    times_s = start_s + FRAME_S * np.arange(frames)
    aimed = [note.pitch + float(lots.normal(0.0, manner.off_cents)) / 100.0 for note in phrase]
    pitch = np.full(frames, aimed[0])
    for before, after, note in zip(aimed, aimed[1:], phrase[1:], strict=False):
        share = np.clip((times_s - note.start_s) / manner.glide_s + 0.65, 0.0, 1.0)
        pitch += (after - before) * share**2 * (3.0 - 2.0 * share)
    scoop = lots.uniform(*_SCOOP_CENTS) / 100.0
    pitch -= scoop * np.exp(-np.maximum(times_s - phrase[0].start_s + 0.05, 0.0) / _SCOOP_S)
    drift = ndimage.gaussian_filter1d(lots.standard_normal(frames), _DRIFT_S / FRAME_S, mode="nearest")
    pitch += _DRIFT_CENTS / 100.0 * drift / max(float(drift.std()), 1e-9)
    return pitch + _vibrato(phrase, times_s, manner, lots) / 100.0


def _vibrato(phrase: Sequence[Note], times_s: np.ndarray, manner: Manner, lots: np.random.Generator) -> np.ndarray:
    """The vibrato's offset in cents: it grows within each long note and is gone before the next."""
    depth = np.zeros(len(times_s))
    for note in phrase:
        into_s, left_s = times_s - note.start_s, note.end_s - times_s
        grown = np.clip((into_s - _VIBRATO_FROM_S) / _VIBRATO_GROWS_S, 0.0, 1.0)
        depth += np.where((into_s >= 0.0) & (left_s > 0.0), grown * np.clip(left_s / 0.08, 0.0, 1.0), 0.0)
    rate_hz = lots.uniform(*_VIBRATO_HZ) * (1.0 + 0.04 * np.sin(2 * np.pi * 0.3 * times_s + lots.uniform(0.0, 6.0)))
    return manner.vibrato_cents * depth * np.sin(2 * np.pi * np.cumsum(rate_hz) * FRAME_S)
