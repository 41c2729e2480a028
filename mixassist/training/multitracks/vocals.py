# SPDX-License-Identifier: Apache-2.0
"""The vocals of a song: a lead, its doubles, and harmonies to the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from mixassist.training.multitracks.lyrics import draw_lyrics
from mixassist.training.multitracks.notes import Note, highest_line
from mixassist.training.multitracks.singer import sing
from mixassist.training.multitracks.voices import CHOIR, DOUBLE, LEAD, VOICES, Manner, Voice, draw_voice, fit_to_range

VOCAL_INSTRUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "Lead Vocal": "lead_vocal",
        "Lead Double": "backing_vocal",
        "Harmony High": "backing_vocal",
        "Harmony Low": "backing_vocal",
    }
)
"""The vocals that `sing_vocals` knows, and what they are: keys of `mixassist.domain.instruments`."""

_STEPS: Mapping[str, int] = MappingProxyType({"Harmony High": 2, "Harmony Low": -2})
_MANNERS: Mapping[str, Manner] = MappingProxyType({"Lead Vocal": LEAD, "Lead Double": DOUBLE})
_MAJOR = (0, 2, 4, 5, 7, 9, 11)


def sing_vocals(
    notes: Sequence[Note],
    lots: np.random.Generator,
    *,
    parts: Sequence[str] = tuple(VOCAL_INSTRUMENTS),
    voice: Voice | None = None,
    length_s: float | None = None,
) -> dict[str, np.ndarray]:
    """Sings a melody and what goes with it, all to the same words.

    Args:
        notes: the melody; where several notes sound at once the highest is sung.
        lots: draws words, singers and takes.
        parts: names from `VOCAL_INSTRUMENTS`. The double is the lead's voice, harmonies are a third above and below
            in the melody's own scale, by another singer half of the time.
        voice: the lead singer; drawn by default.
        length_s: length of the stems; by default half a second after the last note.

    Returns:
        Stems by name, float32 (frames, 1) at 44,100 Hz.

    Raises:
        MixAssistError: espeak-ng or pyworld is missing.
        ValueError: an unknown part.
    """
    if unknown := set(parts) - VOCAL_INSTRUMENTS.keys():
        raise ValueError(f"nobody sings {', '.join(sorted(unknown))}")
    line = highest_line(notes)
    words = draw_lyrics(len(line), lots)
    lead = draw_voice(lots) if voice is None else voice
    shift = fit_to_range(line, lead)
    stems: dict[str, np.ndarray] = {}
    for name in parts:
        harmony = name in _STEPS
        singer = _singer_near(lead, lots) if harmony and lots.random() < 0.5 else lead
        stems[name] = sing(
            harmony_line(line, _STEPS[name]) if harmony else line,
            lots,
            voice=singer,
            words=words,
            manner=_MANNERS.get(name, CHOIR),
            transpose=shift,
            length_s=length_s,
        )
    return stems


def _singer_near(lead: Voice, lots: np.random.Generator) -> Voice:
    """Another singer whose range is much like the lead's."""
    others = [voice for voice in VOICES if voice.speaker != lead.speaker and abs(voice.lowest - lead.lowest) <= 5]
    return others[int(lots.integers(len(others)))]


def melody_scale(line: Sequence[Note]) -> tuple[int, ...]:
    """Returns the pitch classes (0 is C) of the major scale that holds most of a melody, by length."""
    weights = np.zeros(12)
    for note in line:
        weights[note.pitch % 12] += note.length_s
    held = [sum(weights[(root + step) % 12] for step in _MAJOR) for root in range(12)]
    root = int(np.argmax(held))
    return tuple(sorted((root + step) % 12 for step in _MAJOR))


def harmony_line(line: Sequence[Note], steps: int) -> list[Note]:
    """Returns a melody moved by steps of its own scale: 2 is a third above, −2 a third below.

    Args:
        line: the melody; notes outside the scale move as far as the scale note below them does.
        steps: how many.
    """
    scale = melody_scale(line)
    ladder = [pitch for pitch in range(128) if pitch % 12 in scale]
    moved = []
    for note in line:
        rung = int(np.searchsorted(ladder, note.pitch, side="right")) - 1
        target = int(np.clip(rung + steps, 0, len(ladder) - 1))
        pitch = ladder[target] + (note.pitch - ladder[rung] if rung >= 0 else 0)
        moved.append(replace(note, pitch=int(np.clip(pitch, 0, 127))))
    return moved
