# SPDX-License-Identifier: Apache-2.0
"""An AudioSet classifier (YAMNet) listens to the players and has to recognise what they play."""

from __future__ import annotations

import csv
import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly

from mixassist.training.multitracks.amplifier import KINDS, amplify
from mixassist.training.multitracks.groove import groove_performances
from mixassist.training.multitracks.guitar import play_guitar
from mixassist.training.multitracks.kit import play_kit
from mixassist.training.multitracks.notes import Note, cut_notes
from mixassist.training.multitracks.singer import sing
from mixassist.training.multitracks.voices import VOICES

pytestmark = pytest.mark.slow

_CHORDS = ((40, 47, 52, 56, 59, 64), (45, 52, 57, 61, 64), (43, 47, 50, 55, 59, 67), (50, 57, 62, 66))
_MELODY = (60, 62, 64, 67, 64, 62, 60, 64, 67, 69, 67, 64, 62, 60)
Tags = Callable[[np.ndarray], list[str]]


@pytest.fixture(scope="module")
def tags(shared_data: Path) -> Tags:
    """Names a stem's five likeliest classes, averaged over its seconds."""
    interpreter = pytest.importorskip("ai_edge_litert.interpreter").Interpreter(
        str(shared_data / "teacher" / "yamnet.tflite")
    )
    interpreter.allocate_tensors()
    into, out = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    with (shared_data / "teacher" / "yamnet_class_map.csv").open(encoding="utf-8") as lines:
        names = [row["display_name"] for row in csv.DictReader(lines)]

    def tag(stem: np.ndarray) -> list[str]:
        mono = resample_poly(stem.mean(axis=1), 160, 441).astype(np.float32)
        mono *= 0.5 / np.abs(mono).max()
        scores = []
        for start in range(0, len(mono) - 15_600 + 1, 15_600):
            window = mono[start : start + 15_600]
            if np.std(window) > 0.005:
                interpreter.set_tensor(into["index"], window.reshape(into["shape"]))
                interpreter.invoke()
                scores.append(interpreter.get_tensor(out["index"]).ravel())
        likeliest = np.argsort(-np.mean(scores, axis=0))[:5]
        return [names[index] for index in likeliest]

    return tag


@pytest.mark.parametrize(
    ("microphone", "expected"),
    [
        ("Snare Top", {"Snare drum", "Drum"}),
        ("OH L", {"Cymbal", "Hi-hat"}),
        ("Hat", {"Hi-hat", "Cymbal"}),
        ("Room L", {"Drum", "Drum kit", "Percussion"}),
        ("Kick In", {"Drum", "Drum kit", "Bass drum", "Percussion"}),
    ],
)
def test_the_kit(shared_data: Path, tags: Tags, microphone: str, expected: set[str]) -> None:
    for performance in groove_performances(shared_data, kind="beat"):
        notes = cut_notes(performance.notes(), 0.0, 15.0) if performance.style.startswith("rock") else []
        if len(notes) > 60 and sum(note.pitch in (42, 46) for note in notes) > len(notes) / 3:
            break
    heard = tags(play_kit(notes, shared_data, np.random.default_rng(1), length_s=15.0)[microphone])
    print(microphone, heard)
    assert expected & set(heard)


@pytest.mark.parametrize("kind", KINDS)
def test_the_guitar(shared_data: Path, tags: Tags, kind: str) -> None:
    lots = np.random.default_rng(1)
    notes = [
        Note(0.5 * beat, 0.5 * beat + 0.45, pitch, int(lots.integers(70, 120)))
        for beat in range(32)
        for pitch in _CHORDS[beat // 4 % 4]
    ]
    heard = tags(amplify(play_guitar(notes, shared_data, lots), lots, kind))
    print(kind, heard)
    assert {"Guitar", "Electric guitar"} & set(heard)


@pytest.mark.skipif(
    shutil.which("espeak-ng") is None or importlib.util.find_spec("pyworld") is None,
    reason="the singer needs espeak-ng and pyworld (pip install '.[train]')",
)
@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_the_singers(tags: Tags, voice) -> None:
    notes = [Note(0.5 + 0.7 * k, 1.18 + 0.7 * k, pitch, 90) for k, pitch in enumerate(_MELODY)]
    heard = tags(sing(notes, np.random.default_rng(1), voice=voice))
    print(voice.name, heard)
    assert {"Singing", "Child singing", "Speech", "Vocal music", "Chant"} & set(heard[:2])
