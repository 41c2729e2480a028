# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import sys

import numpy as np
import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.playback.outputs import BLOCK_FRAMES, NullOutput, PortAudioOutput, _Conversion, list_devices, open_output
from mixassist.rendering.play_graph import Samples


@pytest.fixture
def _no_portaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)


@pytest.mark.usefixtures("_no_portaudio")
def test_without_portaudio_there_is_a_silent_clock_and_a_sentence():
    output, message = open_output("Speakers", 48_000)
    assert isinstance(output, NullOutput)
    assert output.sample_rate_hz == 48_000
    assert message is not None
    assert "libportaudio2" in message
    assert list_devices() == ()
    with pytest.raises(MixAssistError, match="no PortAudio"):
        PortAudioOutput(None, 44_100)


def test_a_device_that_is_not_there_is_told():
    output, message = open_output("no such device anywhere", 44_100)
    output.close()
    assert message is not None
    assert "no such device anywhere" in message or "PortAudio" in message


@pytest.mark.parametrize(("from_hz", "to_hz"), [(44_100, 48_000), (96_000, 44_100), (48_000, 44_100)])
def test_a_device_of_another_rate_hears_the_same_tone(from_hz: int, to_hz: int):
    place = 0

    def fill(out: Samples) -> None:
        nonlocal place
        times = (place + np.arange(len(out))) / from_hz
        out[:] = np.sin(2 * np.pi * 1000.0 * times)[:, None] * [0.5, -0.25]
        place += len(out)

    conversion = _Conversion(from_hz, to_hz, 1024)
    heard = np.zeros((40 * 1024, 2), np.float32)
    for start in range(0, len(heard), 1024):
        conversion.fill(heard[start : start + 1024], fill)
    spectrum = np.abs(np.fft.rfft(heard[-to_hz // 2 :, 0] * np.hanning(to_hz // 2)))
    assert np.argmax(spectrum) * to_hz / (to_hz // 2) == pytest.approx(1000.0, abs=2.0)
    assert np.abs(heard[-to_hz // 4 :]).max(axis=0) == pytest.approx([0.5, 0.25], abs=0.005)


def test_a_block_is_mixed_without_letting_the_interpreter_go():
    """numpy keeps it up to 500 values an operation; a block of more waits for its turn after every step."""
    assert BLOCK_FRAMES <= 500
