# SPDX-License-Identifier: Apache-2.0
"""Audio that is not what a session was made with stays closed until somebody allows it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.audio.files import probe
from mixassist.audio.stems import StemLibrary
from mixassist.domain.errors import MixAssistError
from mixassist.domain.track import AudioSource, SourceSide


def test_a_refused_file_is_named_and_can_be_allowed_again(tmp_path: Path) -> None:
    path = tmp_path / "vox.wav"
    soundfile.write(path, np.full(4410, 0.25, np.float32), 44_100)
    source = AudioSource((SourceSide(probe(path)),))
    library = StemLibrary(tmp_path / "cache")
    library.refuse([source.files[0].path])
    with pytest.raises(MixAssistError, match="not the audio the session was made with"):
        library.stem(source, 44_100)
    library.refuse([])
    stem = library.stem(source, 44_100)
    library.decode([stem])
    assert float(stem.samples[100, 0]) == pytest.approx(0.25, abs=1e-4)
    library.close()
