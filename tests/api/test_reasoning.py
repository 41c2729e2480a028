# SPDX-License-Identifier: Apache-2.0
"""Why a strip was mixed so: wishes of the groups that the network is trusted with, and what came on top of levels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

from mixassist import api
from mixassist.automix.controller_weights import shipped_controller
from mixassist.automix.rule_reasons import BARE_FAMILY
from mixassist.automix.why import DIRECT, SPECTRUM
from mixassist.domain.parameters import BANDS

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
        bands = [reason for label, reason in reasons.items() if label.endswith(" gain")]
        assert all(abs(sum(x.change for x in (*r.influences, *r.causes)) - r.value) < 0.2 for r in bands)
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


def test_the_rules_tell_why_too(tmp_path: Path) -> None:
    lots = np.random.default_rng(2)
    noise = lots.standard_normal((3, 6 * RATE_HZ))
    bands = {"Lead Vocal": (200, 1200), "Electric Guitar": (1500, 5000), "Drums": (40, 12_000)}
    strokes = np.exp(-((np.arange(6 * RATE_HZ) / RATE_HZ) % 0.5) / 0.04)
    for (name, edges), samples in zip(bands.items(), noise, strict=True):
        heard = signal.sosfilt(signal.butter(2, edges, "bandpass", fs=RATE_HZ, output="sos"), samples)
        soundfile.write(tmp_path / f"{name}.wav", 0.1 * heard * (strokes if name == "Drums" else 1.0), RATE_HZ)
    opened = api.open_source([tmp_path])
    suggestion = api.automix(opened.session, opened.stems)
    ids = {track.name: track.id for track in opened.session.tracks}
    found = {n: {r.label: r for r in api.why(opened.session, opened.stems, i)} for n, i in ids.items()}
    for name, reasons in found.items():
        controls = suggestion.predictions[ids[name]]
        told = {label for label in reasons if label.endswith(" gain")}
        for band in BANDS:
            gain, label = controls.number(f"{band}_gain_db"), f"{band.replace('_', ' ')} gain"
            assert (label in told) == (abs(gain) > 1e-6), (name, band)
            assert label not in told or abs(reasons[label].value - gain) < 1e-3
        assert ("compression of peaks" in reasons) == (controls.number("threshold_db") < 0.0)
        assert ("reverberation" in reasons) == (controls.number("reverb_wet") > 0.0)
    assert [c.label for c in found["Drums"]["reverberation"].causes] == [BARE_FAMILY]
    influences = [i.track_name for r in found["Electric Guitar"].values() if r.unit == "dB" for i in r.influences]
    assert influences == ["Lead Vocal"], "the guitar makes room for the voice"
