# SPDX-License-Identifier: Apache-2.0
"""A sampled electric guitar: notes become what its output jack carries, before any amplifier.

The samples are Karoryfer's (CC0): every semitone from E2 to D6 at three dynamics, twice, and short stopped notes.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from scipy import ndimage

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.notes import RATE_HZ, Note, frames_needed, frequency_hz, highest_line
from mixassist.training.multitracks.sampling import (
    MAX_LIFT_DB,
    attack_level_db,
    choose_dynamic,
    fade_out,
    lay,
    read_sample,
)

STYLES = ("rhythm", "lead")
"""Rhythm: chords, strummed. Lead: one line, with vibrato and bends."""

STRINGS = 6
_LOWEST, _HIGHEST = 33, 93
"""Notes beyond these are played in another octave; a semitone outside the samples is a sample read faster or slower."""

_NAMES: Mapping[str, int] = MappingProxyType(
    {"c": 0, "db": 1, "d": 2, "eb": 3, "e": 4, "f": 5, "gb": 6, "g": 7, "ab": 8, "a": 9, "bb": 10, "b": 11}
)
_FILE_NAME = re.compile(r"(?:twang|staccato)_([a-g]b?)(\d)(?:_(p|mf|f))?_rr(\d)")
_CHORD_S = 0.03
_UPSTROKE_WITHIN_S = 0.4
_SHORT_S = 0.14
_RELEASE_S = 0.05
_END_FADE_S = 0.08
_TAIL_S = 1.0
_DETUNE_CENTS = 3.0
_SOFTEST_STOPPED_DB = -20.0
_PICK_BACK_S = 0.002


@dataclass(frozen=True)
class Pluck:
    """One recorded note: spline coefficients of its sound from the pick on, its true pitch and its level."""

    spline: np.ndarray
    pitch: float
    level_db: float


@dataclass(frozen=True)
class _Stroke:
    """A note as the hand plays it: when the string starts, and how hard it is hit."""

    note: Note
    start_s: float


def play_guitar(
    notes: Sequence[Note],
    data_dir: Path,
    lots: np.random.Generator,
    *,
    style: str = "rhythm",
    length_s: float | None = None,
) -> np.ndarray:
    """Plays notes on the sampled guitar; `mixassist.training.multitracks.amplifier` makes them loud.

    Args:
        notes: notes that start together are a chord, strummed down and, in quick succession, up; of more than six
            the highest six. Short notes are stopped ones.
        data_dir: the folder with the training data; the samples are in its folder `guitar`.
        lots: strumming, tuning of each stroke, bends, vibrato, choice of recordings.
        style: one of `STYLES`.
        length_s: length of the result; by default 1 s after the last note.

    Returns:
        The direct signal, float32 (frames, 1) at 44,100 Hz.

    Raises:
        MixAssistError: samples are missing.
        ValueError: unknown style.
    """
    if style not in STYLES:
        raise ValueError(f"{style!r} is none of {', '.join(STYLES)}")
    lead = style == "lead"
    recordings = _recordings(Path(data_dir) / "guitar")
    part = np.zeros(frames_needed(notes, _TAIL_S, length_s), dtype=np.float32)
    within_reach = [replace(note, pitch=_fold(note.pitch)) for note in notes]
    strokes = _strum(highest_line(within_reach) if lead else within_reach, lots)
    turns: dict[int, int] = defaultdict(int)
    for index, stroke in enumerate(strokes):
        note = stroke.note
        next_same = next((s.start_s for s in strokes[index + 1 :] if s.note.pitch == note.pitch), np.inf)
        ring_s = max(min(note.end_s, next_same) - stroke.start_s, _RELEASE_S)
        pluck, gain_db = _choose(recordings, note, turns, lots)
        bend_cents = _bend_cents(ring_s, lead, lots)
        sound = _read(pluck, note.pitch, ring_s + _RELEASE_S, bend_cents)
        lay(part, sound, round(stroke.start_s * RATE_HZ), 10.0 ** (gain_db / 20.0))
    return part[:, None]


def _fold(pitch: int) -> int:
    while pitch < _LOWEST:
        pitch += 12
    while pitch > _HIGHEST:
        pitch -= 12
    return pitch


def _strum(notes: Sequence[Note], lots: np.random.Generator) -> list[_Stroke]:
    """Spreads the notes of each chord over the time that a pick takes from string to string."""
    chords: list[list[Note]] = []
    for note in sorted(notes):
        if chords and note.start_s - chords[-1][0].start_s < _CHORD_S:
            chords[-1].append(note)
        else:
            chords.append([note])
    strokes: list[_Stroke] = []
    previous_s, up = -np.inf, False
    for chord in chords:
        start_s = chord[0].start_s
        up = not up if start_s - previous_s < _UPSTROKE_WITHIN_S else False
        previous_s = start_s
        strings = sorted({n.pitch: n for n in chord}.values(), key=lambda n: n.pitch)[-STRINGS:]
        step_s = float(lots.uniform(0.003, 0.009))
        for place, note in enumerate(reversed(strings) if up else strings):
            late_s = place * step_s + abs(float(lots.normal(0.0, 0.0005)))
            softer = 0.85 if up else 1.0 - 0.03 * place
            played = replace(note, velocity=max(1, round(note.velocity * softer)))
            strokes.append(_Stroke(played, start_s + late_s))
    return sorted(strokes, key=lambda stroke: stroke.start_s)


def _choose(
    recordings: Mapping[str, Mapping[int, Sequence[Sequence[Path]]]],
    note: Note,
    turns: dict[int, int],
    lots: np.random.Generator,
) -> tuple[Pluck, float]:
    """Chooses the recording nearest in pitch, its dynamic by velocity, and its gain in dB; equal takes take turns."""
    files = recordings["stac" if note.length_s < _SHORT_S else "ord"]
    nearest = min(files, key=lambda pitch: abs(pitch - note.pitch))
    dynamics = files[nearest]
    turns[nearest] += 1
    if len(dynamics) == 1:
        takes = dynamics[0]
        pluck = _pluck(takes[turns[nearest] % len(takes)], nearest)
        return pluck, _SOFTEST_STOPPED_DB * (1.0 - note.velocity / 127.0)
    levels_db = np.maximum.accumulate([_pluck(takes[0], nearest).level_db for takes in dynamics]).tolist()
    chosen, gain_db = choose_dynamic(levels_db, note.velocity, lots)
    pluck = _pluck(dynamics[chosen][turns[nearest] % len(dynamics[chosen])], nearest)
    return pluck, min(gain_db + levels_db[chosen] - pluck.level_db, MAX_LIFT_DB)


def _bend_cents(ring_s: float, lead: bool, lots: np.random.Generator) -> np.ndarray:
    """The stroke's detuning over time in cents, a value each 100th of a second."""
    times_s = np.arange(0.0, ring_s + _RELEASE_S + 0.02, 0.01)
    cents = np.full(len(times_s), float(lots.normal(0.0, _DETUNE_CENTS)))
    if lead:
        if ring_s > 0.25 and lots.random() < 0.25:
            depth_cents, over_s = float(lots.choice([100.0, 200.0])), float(lots.uniform(0.06, 0.12))
            cents -= depth_cents * np.clip(1.0 - times_s / over_s, 0.0, 1.0)
        if ring_s > 0.45:
            growth = np.clip((times_s - 0.25) / 0.3, 0.0, 1.0)
            cents += growth * lots.uniform(8.0, 25.0) * np.sin(2 * np.pi * lots.uniform(4.5, 6.0) * times_s)
    return cents


def _read(pluck: Pluck, pitch: float, length_s: float, bend_cents: np.ndarray) -> np.ndarray:
    """Reads a recording at the speed that gives the pitch, by cubic splines; fades what is cut off."""
    frames = round(length_s * RATE_HZ)
    cents = np.interp(np.arange(frames) / RATE_HZ, np.arange(len(bend_cents)) / 100.0, bend_cents)
    speed = 2.0 ** ((pitch - pluck.pitch + cents / 100.0) / 12.0)
    places = np.concatenate([[0.0], np.cumsum(speed[:-1])]) if frames else np.zeros(0)
    places = places[places < len(pluck.spline) - 1]
    sound = ndimage.map_coordinates(pluck.spline, places[None], order=3, prefilter=False, mode="nearest")
    complete = len(places) < frames
    return fade_out(sound.astype(np.float32), len(sound), _END_FADE_S if complete else _RELEASE_S)


@functools.cache
def _recordings(folder: Path) -> Mapping[str, Mapping[int, Sequence[Sequence[Path]]]]:
    """The files: `ord` or `stac`, then pitch, then dynamics from soft to loud, then takes that are equal."""
    found: dict[str, Mapping[int, Sequence[Sequence[Path]]]] = {}
    for kind in ("ord", "stac"):
        pitches: dict[int, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
        for path in sorted((folder / kind).glob("*.ogg")):
            if match := _FILE_NAME.fullmatch(path.stem):
                pitch = _NAMES[match[1]] + 12 * int(match[2])  # E3 in the file names is the low E at 82.4 Hz
                pitches[pitch][match[3] or "f"].append(path)
        if not pitches:
            raise MixAssistError(
                "there are no samples of the guitar here",
                subject=folder / kind,
                remedy="Name the folder with the training data.",
            )
        found[kind] = {
            pitch: [dynamics[name] for name in ("p", "mf", "f") if name in dynamics]
            for pitch, dynamics in pitches.items()
        }
    return found


@functools.cache
def _pluck(path: Path, pitch: int) -> Pluck:
    """Decodes a recording and measures its tuning and level, once for all parts."""
    sample = read_sample(path)
    loud = np.flatnonzero(np.abs(sample) > 0.05 * np.abs(sample).max())
    first = max(int(loud[0]) - round(_PICK_BACK_S * RATE_HZ), 0) if len(loud) else 0
    sample = sample[first:]
    spline = ndimage.spline_filter1d(sample, order=3, output=np.float32)
    return Pluck(spline, pitch + tuning_cents(sample, pitch) / 100.0, attack_level_db(sample))


def tuning_cents(sample: np.ndarray, pitch: float) -> float:
    """Measures how far a plucked note is from its nominal pitch, within ±60 cents.

    Its first four harmonics are searched for together: the offset is the one at which the product of their
    magnitudes is largest (harmonic product spectrum, Noll 1970).

    Args:
        sample: (frames,) at 44,100 Hz, from the pick on.
        pitch: nominal MIDI pitch.
    """
    size = 1 << 17
    steady = sample[2000 : 2000 + 16_384]
    if len(steady) < 4096:
        return 0.0
    magnitudes = np.abs(np.fft.rfft(steady * np.hanning(len(steady)), size))
    offsets_cents = np.arange(-60.0, 60.5, 1.0)
    tones_hz = frequency_hz(pitch) * 2.0 ** (offsets_cents / 1200.0)
    bins = tones_hz[:, None] * np.arange(1, 5) * size / RATE_HZ
    found = np.interp(bins, np.arange(len(magnitudes)), np.log(magnitudes + 1e-9)).sum(axis=1)
    return float(offsets_cents[int(np.argmax(found))])
