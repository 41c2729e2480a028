# SPDX-License-Identifier: Apache-2.0
"""Why a strip was mixed so: wishes of the groups that the network is trusted with, and what came on top of levels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

from mixassist import api
from mixassist.automix.controller_weights import shipped_controller
from mixassist.automix.why import DIRECT, SPECTRUM

RATE_HZ = 44_100


def test_a_dull_mix_is_among_the_reasons(tmp_path: Path) -> None:
    lots = np.random.default_rng(0)
    for name, edges_hz in {"vocals": (100, 900), "other": (150, 1500), "drums": (1200, 14_000)}.items():
        band = signal.butter(1, edges_hz, "bandpass", fs=RATE_HZ, output="sos")
        soundfile.write(
            tmp_path / f"{name}.wav", 0.1 * signal.sosfilt(band, lots.standard_normal(6 * RATE_HZ)), RATE_HZ
        )
    opened = api.open_source([tmp_path])
    network = shipped_controller()
    assert network is not None and set(network.groups) == {"gain", "pan"}
    found = {}
    for track in opened.session.tracks:
        found[track.name] = {reason.label: reason for reason in api.why(opened.session, opened.stems, track.id)}
    for reasons in found.values():
        assert {"level", "distance from the middle"} <= reasons.keys()
        assert "low shelf gain" not in reasons, "the equaliser is the rules'"
    told = [reasons[SPECTRUM] for reasons in found.values() if SPECTRUM in reasons]
    assert len(told) > 1 and all(reason.together and not reason.influences for reason in told)
    assert min(r.value for r in told) < -0.1 and max(r.value for r in told) > 0.1
    assert any("spectrum" in line for reason in told for line in api.reason_lines(reason))


def test_a_direct_signal_tells_of_its_amplifier(tmp_path: Path) -> None:
    lots = np.random.default_rng(1)
    plucked = np.exp(-((np.arange(6 * RATE_HZ) / RATE_HZ) % 0.75) / 0.2)
    low = signal.sosfilt(
        signal.butter(1, (45, 400), "bandpass", fs=RATE_HZ, output="sos"), lots.standard_normal(6 * RATE_HZ)
    )
    takes = {"Bass DI": 0.2 * low * plucked, "Bass Amp": np.tanh(2.0 * low * plucked) * 0.2}
    for name, samples in takes.items():
        soundfile.write(tmp_path / f"{name}.wav", samples, RATE_HZ)
    opened = api.open_source([tmp_path])
    found = {
        track.name: [r for r in api.why(opened.session, opened.stems, track.id) if r.label == DIRECT]
        for track in opened.session.tracks
    }
    assert found["Bass Amp"] == []
    (reason,) = found["Bass DI"]
    assert reason.value < -3.0 and [i.track_name for i in reason.influences] == ["Bass Amp"]
