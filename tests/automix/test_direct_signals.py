# SPDX-License-Identifier: Apache-2.0
"""Direct signals stand behind the amplifier that plays the same, and nowhere else."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from mixassist.automix.direct_signals import amplified
from mixassist.automix.levels import target_levels
from mixassist.automix.song import Song, hear_song
from mixassist.automix.wished_levels import wished_levels

RATE_HZ = 44_100


def song_of(sounds: SimpleNamespace, tracks: dict[str, np.ndarray]) -> Song:
    return hear_song([sounds.track_audio(name, samples) for name, samples in tracks.items()], RATE_HZ)


@pytest.fixture
def takes(sounds: SimpleNamespace) -> dict[str, np.ndarray]:
    """A bass line, straight and through an amplifier, another one, and a voice."""
    plucked = np.exp(-((np.arange(6 * RATE_HZ) / RATE_HZ) % 0.75) / 0.2)
    line = sounds.noise_band(45, 400, 6.0, 1) * plucked
    return {
        "direct": line,
        "amplified": np.tanh(6.0 * line) * 0.2,
        "another": sounds.noise_band(45, 400, 6.0, 2) * np.roll(plucked, RATE_HZ // 3),
        "voice": sounds.noise_band(200, 4000, 6.0, 3),
    }


@pytest.mark.parametrize("name", ["Bass DI", "BassDI_16", "07_bass_direct", "bassdi"])
def test_a_direct_signal_stands_behind_its_amplifier(
    name: str, sounds: SimpleNamespace, takes: dict[str, np.ndarray]
) -> None:
    song = song_of(sounds, {name: takes["direct"], "Bass Amp": takes["amplified"], "Lead Vox": takes["voice"]})
    assert {key: other.id for key, other in amplified(song).items()} == {name: "Bass Amp"}
    levels = target_levels(song)
    assert levels[name] < levels["Bass Amp"] - 3.0
    wished = wished_levels(song, dict.fromkeys(levels, 0.0))
    assert wished[name] < wished["Bass Amp"] - 2.0


def test_alone_or_beside_another_performance_it_stands_where_its_instrument_does(
    sounds: SimpleNamespace, takes: dict[str, np.ndarray]
) -> None:
    assert amplified(song_of(sounds, {"Bass DI": takes["direct"], "Lead Vox": takes["voice"]})) == {}
    apart = {"Gtr 1 DI": takes["direct"], "Gtr 2": takes["another"]}
    assert amplified(song_of(sounds, apart)) == {}
    assert amplified(song_of(sounds, {"Bass DI": takes["direct"], "Bass DI 2": takes["amplified"]})) == {}


def test_silence_and_short_takes_are_no_performance(sounds: SimpleNamespace, takes: dict[str, np.ndarray]) -> None:
    short = {"Bass DI": takes["direct"][: RATE_HZ // 2], "Bass Amp": takes["amplified"][: RATE_HZ // 2]}
    assert amplified(song_of(sounds, short)) == {}
    assert amplified(song_of(sounds, {"Bass DI": takes["direct"], "Bass Amp": 0.0 * takes["amplified"]})) == {}
