# SPDX-License-Identifier: Apache-2.0
"""The direct baseline from a folder of songs to a row of the table of mixers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.api.direct_training import DirectTrainRequest, train_direct
from mixassist.api.evaluating import evaluate
from mixassist.domain.errors import MixAssistError
from mixassist.training.datasets.multitrack import side_of


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    lots, root = np.random.default_rng(0), tmp_path / "songs"
    for name in ("b", "c", "h"):
        (root / name / "stems").mkdir(parents=True)
        stems = {key: 0.1 * lots.standard_normal(22_050) for key in ("bass", "vox")}
        for key, stem in stems.items():
            soundfile.write(root / name / "stems" / f"{key}.wav", stem, 44_100, subtype="FLOAT")
        mix = np.stack([stems["vox"] + 0.3 * stems["bass"]] * 2, axis=1)
        soundfile.write(root / name / "mix.wav", mix, 44_100, subtype="FLOAT")
    return root


def test_it_is_trained_on_the_train_side_and_measured_beside_the_methods(songs: Path, tmp_path: Path) -> None:
    assert [side_of(name) for name in ("b", "c", "h")] == ["train", "train", "test"]
    said: list[str] = []
    request = DirectTrainRequest(str(songs), folder=str(tmp_path / "run"), steps=2, batch=1, seconds=0.1)
    path = train_direct(request, progress=lambda _, what: said.append(what))
    assert path.is_file() and len(said) == 2
    table, text = evaluate("mix", data=songs / "h", weights=[path], methods=["mono"], views=["wet"])
    rows = [(row["method"], row["view"], row["variant"]) for row in table["summary"]]
    assert rows == [("mono", "wet", "raw"), ("direct-mixer", "direct", "raw")]
    assert "direct-mixer" in text


def test_what_cannot_be_trained_on_is_told(songs: Path, tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="learns from finished mixes"):
        train_direct(DirectTrainRequest(None))
    for name in ("b", "c"):
        (songs / name / "mix.wav").unlink()
    with pytest.raises(MixAssistError, match="no song has a mix"):
        train_direct(DirectTrainRequest(str(songs), folder=str(tmp_path / "run")))
