# SPDX-License-Identifier: Apache-2.0
"""The sampled drum kit: General MIDI drum notes become what 13 microphones heard, bleed and room included.

The samples are MuldjordKit's (CC BY 4.0): every hit was recorded by all microphones at once, so a snare in the hi-hat's
microphone is the snare that the drummer played, as late and as dull as it was there.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.notes import RATE_HZ, Note, frames_needed
from mixassist.training.multitracks.sampling import attack_level_db, choose_dynamic, fade_out, lay, read_sample

MICROPHONES: Mapping[str, str] = MappingProxyType(
    {
        "Kick In": "kdruml",
        "Snare Top": "snare_top",
        "Snare Bottom": "snare_bottom",
        "Tom 1": "tom1",
        "Tom 2": "tom2",
        "Tom 3": "tom3",
        "Tom 4": "tom4",
        "Hat": "hihat",
        "Ride": "ridel",
        "OH L": "ohl",
        "OH R": "ohr",
        "Room L": "ambl",
        "Room R": "ambr",
    }
)
"""The microphones as engineers name them, and as the sample files do."""

PAIRS: Mapping[str, tuple[str, str]] = MappingProxyType({"OH": ("OH L", "OH R"), "Room": ("Room L", "Room R")})
"""Stereo stems, and the microphones at their left and right."""

KIT_INSTRUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "Kick In": "kick",
        "Snare Top": "snare",
        "Snare Bottom": "snare",
        "Tom 1": "tom",
        "Tom 2": "tom",
        "Tom 3": "tom",
        "Tom 4": "tom",
        "Hat": "hihat",
        "Ride": "cymbals",
        "OH L": "overhead",
        "OH R": "overhead",
        "OH": "overhead",
        "Room L": "room",
        "Room R": "room",
        "Room": "room",
    }
)
"""What a stem of the kit is: a key of `mixassist.domain.instruments` for every name that `play_kit` returns."""

KIT_NOTES: Mapping[int, tuple[str, float]] = MappingProxyType(
    {
        35: ("kdruml", 1.0),
        36: ("kdruml", 1.0),
        37: ("snare", 0.55),  # side stick: a soft, short hit comes nearest
        38: ("snare", 1.0),
        40: ("snare", 1.0),
        41: ("tom4", 1.0),
        42: ("hihatclosed", 1.0),
        43: ("tom4", 1.0),
        44: ("hihatclosed", 0.6),  # the pedal alone is softer than a stick
        45: ("tom3", 1.0),
        46: ("hihatopen", 1.0),
        47: ("tom2", 1.0),
        48: ("tom1", 1.0),
        49: ("crashl", 1.0),
        50: ("tom1", 1.0),
        51: ("ridel", 1.0),
        52: ("china", 1.0),
        53: ("ridelbell", 1.0),
        55: ("crashr", 0.8),  # a splash is a small crash
        57: ("crashr", 1.0),
        59: ("ridel", 1.0),
    }
)
"""General MIDI drums the kit can play: the articulation and what the velocity is multiplied by. It has no claps,
tambourines, cowbells or hand drums; those are left out."""

_HI_HAT = frozenset({"hihatclosed", "hihatopen"})
_CHOKE_S = 0.03
_HIT_JITTER_DB = 0.7
_TAIL_S = 4.0


@dataclass(frozen=True)
class KitOptions:
    """How a kit was recorded.

    Args:
        stereo_pairs: names of `PAIRS` that come as one stereo stem each instead of two mono ones.
        left_out: microphones, by their names in `MICROPHONES`, that nobody put up; a pair of which one side is left
            out is left out whole.
    """

    stereo_pairs: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if unknown := (self.stereo_pairs - PAIRS.keys()) | (self.left_out - MICROPHONES.keys()):
            raise ValueError(f"the kit has no {', '.join(sorted(unknown))}")


def draw_kit_options(lots: np.random.Generator) -> KitOptions:
    """Draws how a studio might have recorded the kit; kick, snare top and the overheads are always there."""
    left_out = {name for name in ("Snare Bottom", "Hat", "Ride") if lots.random() < 0.35}
    if lots.random() < 0.3:
        left_out |= {"Room L", "Room R"}
    if lots.random() < 0.5:
        left_out.add(f"Tom {lots.integers(1, 5)}")
    return KitOptions(frozenset(name for name in PAIRS if lots.random() < 0.6), frozenset(left_out))


@dataclass(frozen=True)
class Hit:
    """One recorded hit: float32 (microphones, frames), microphones in the order of `MICROPHONES`."""

    sound: np.ndarray
    level_db: float


@functools.cache
def _hit(folder: Path, dynamic: str) -> Hit:
    sounds = [read_sample(folder / f"{dynamic}-{file_name}.ogg") for file_name in MICROPHONES.values()]
    frames = max(map(len, sounds))
    sound = np.zeros((len(sounds), frames), dtype=np.float32)
    for row, recorded in zip(sound, sounds, strict=True):
        row[: len(recorded)] = recorded
    return Hit(sound, attack_level_db(sound))


@functools.cache
def _dynamics(folder: Path) -> tuple[Hit, ...]:
    """The recorded hits of one articulation, softest first; decoded once for all performances."""
    names = sorted({path.name.split("-")[0] for path in folder.glob("v*-kdruml.ogg")})
    if not names:
        raise MixAssistError(
            "there are no samples of the drum kit here",
            subject=folder,
            remedy="Name the folder with the training data.",
        )
    return tuple(sorted((_hit(folder, name) for name in names), key=lambda hit: hit.level_db))


def play_kit(
    notes: Sequence[Note],
    data_dir: Path,
    lots: np.random.Generator,
    *,
    options: KitOptions = KitOptions(),
    length_s: float | None = None,
) -> dict[str, np.ndarray]:
    """Plays General MIDI drum notes on the sampled kit.

    Args:
        notes: the performance; drums that the kit lacks are left out (`KIT_NOTES`), and so is how long notes last:
            only a hi-hat stops ringing, when it is next struck or closed.
        data_dir: the folder with the training data; the samples are in its folder `drums`.
        lots: chooses between recorded dynamics and makes hits uneven.
        options: stereo stems and missing microphones.
        length_s: length of the result; by default 4 s after the last note.

    Returns:
        Stems by name (see `KIT_INSTRUMENTS`), float32 (frames, 1 or 2) at 44,100 Hz, at the levels they were recorded
        with. Peaks may pass 1 where many drums meet.

    Raises:
        MixAssistError: samples are missing.
    """
    frames = frames_needed(notes, _TAIL_S, length_s)
    heard = np.zeros((len(MICROPHONES), frames), dtype=np.float32)
    strokes = [(note, *KIT_NOTES[note.pitch]) for note in sorted(notes) if note.pitch in KIT_NOTES]
    hat_ends = _hi_hat_ends([(note.start_s, articulation) for note, articulation, _ in strokes])
    for index, (note, articulation, force) in enumerate(strokes):
        dynamics = _dynamics(Path(data_dir) / "drums" / articulation)
        velocity = max(1, round(note.velocity * force))
        chosen, gain_db = choose_dynamic([hit.level_db for hit in dynamics], velocity, lots)
        gain_db += _HIT_JITTER_DB * float(lots.standard_normal())
        sound = dynamics[chosen].sound
        if (end_s := hat_ends.get(index)) is not None:
            ring = round((end_s - note.start_s + _CHOKE_S) * RATE_HZ)
            sound = fade_out(sound, ring, _CHOKE_S) if ring < sound.shape[1] else sound
        lay(heard, sound, round(note.start_s * RATE_HZ), 10.0 ** (gain_db / 20.0))
    return _stems(heard, options)


def _hi_hat_ends(strokes: Sequence[tuple[float, str]]) -> dict[int, float]:
    """When each stroke of the hi-hat is cut short by its next one: end in seconds by the stroke's index."""
    hats = [index for index, (_, articulation) in enumerate(strokes) if articulation in _HI_HAT]
    return {here: strokes[after][0] for here, after in itertools.pairwise(hats)}


def _stems(heard: np.ndarray, options: KitOptions) -> dict[str, np.ndarray]:
    rows = dict(zip(MICROPHONES, heard, strict=True))
    stems: dict[str, np.ndarray] = {}
    for name, row in rows.items():
        pair = next((key for key, sides in PAIRS.items() if name in sides and key in options.stereo_pairs), None)
        if pair is None:
            if name not in options.left_out:
                stems[name] = row[:, None]
        elif name == PAIRS[pair][0] and not options.left_out.intersection(PAIRS[pair]):
            stems[pair] = np.stack([rows[side] for side in PAIRS[pair]], axis=1)
    return {name: np.ascontiguousarray(stem) for name, stem in stems.items()}
