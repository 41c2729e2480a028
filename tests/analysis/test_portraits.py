# SPDX-License-Identifier: Apache-2.0
"""Portraits of systems whose portrait is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import signal

from mixassist.analysis.portraits import (
    ORDERS,
    energy_decay,
    frequency_response,
    harmonic_distortion,
    static_curve,
    step_response,
)
from mixassist.analysis.swept_sine import Process, Sweep, sweep_response

RATE = 44_100
PEAK = signal.iirpeak(1000.0, 2.0, RATE)
ONE_POLE = ([0.1], [1.0, -0.9])


def filtered(b: object, a: object) -> Process:
    return lambda audio: signal.lfilter(b, a, audio)


@pytest.mark.parametrize("rate", [44_100, 96_000])
@pytest.mark.parametrize("system", [PEAK, ONE_POLE, ([0.5], [1.0])])
def test_level_and_phase_of_filters(system: tuple[object, object], rate: int) -> None:
    response = sweep_response(filtered(*system), Sweep(rate))
    found = frequency_response(response.whole, rate, response.lead_frames)
    _, expected = signal.freqz(*system, worN=found.frequencies_hz, fs=rate)
    loud = np.abs(expected) > 1e-3
    assert np.abs(found.magnitude_db - 20 * np.log10(np.abs(expected)))[loud].max() < 0.05
    turned = np.angle(np.exp(1j * (found.phase_rad - np.angle(expected))))
    assert np.abs(turned)[loud].max() < 0.01


def test_a_delay_has_a_flat_level_and_its_phase() -> None:
    delay = 37
    response = sweep_response(lambda audio: np.concatenate((np.zeros(delay), audio)), Sweep(RATE))
    assert int(np.abs(response.linear[:, 0]).argmax()) == delay
    found = frequency_response(response.whole, RATE, response.lead_frames)
    assert np.abs(found.magnitude_db).max() < 0.05
    expected = -2 * np.pi * found.frequencies_hz * delay / RATE
    assert np.abs(np.angle(np.exp(1j * (found.phase_rad - expected)))).max() < 0.01


def test_an_impulse_response_is_read_as_it_is() -> None:
    impulse = np.zeros(1000)
    impulse[0] = 1.0
    response = signal.lfilter(*PEAK, impulse)
    found = frequency_response(response, RATE)
    _, expected = signal.freqz(*PEAK, worN=found.frequencies_hz, fs=RATE)
    assert np.abs(found.magnitude_db - 20 * np.log10(np.abs(expected))).max() < 0.01


def decaying_noise(seconds_60_db: float, length_s: float = 3.0, seed: int = 0) -> np.ndarray:
    times = np.arange(round(length_s * RATE)) / RATE
    return np.random.default_rng(seed).standard_normal(len(times)) * 10.0 ** (-3.0 * times / seconds_60_db)


@pytest.mark.parametrize("seconds", [0.3, 0.8, 1.5])
def test_reverberation_time_of_decaying_noise(seconds: float) -> None:
    response = np.concatenate((np.zeros(500), decaying_noise(seconds)))
    found = energy_decay(response, RATE)
    assert found.reverberation_s == pytest.approx(seconds, rel=0.02)
    assert found.early_decay_s == pytest.approx(seconds, rel=0.1)
    assert found.level_db[0] == 0.0 and (np.diff(found.level_db) <= 0.0).all()
    # Energy falls by 60 dB in that time, so the curve is a straight line through (seconds, -60).
    assert np.interp(seconds, found.seconds, found.level_db) == pytest.approx(-60.0, abs=1.5)


def test_a_reverb_is_measured_through_a_sweep() -> None:
    response = decaying_noise(0.6, 1.2)
    response /= np.sqrt(np.square(response).sum())
    found = sweep_response(lambda audio: signal.fftconvolve(audio, response), Sweep(RATE), tail_s=1.2)
    assert energy_decay(found.linear, RATE).reverberation_s == pytest.approx(0.6, rel=0.02)


def test_two_slopes_show_in_the_two_times() -> None:
    both = decaying_noise(0.2) + 0.03 * decaying_noise(2.0, seed=1)
    found = energy_decay(both, RATE)
    assert found.early_decay_s < 0.5 * found.reverberation_s


def test_what_does_not_decay_has_no_time() -> None:
    for response in (np.zeros(100), np.ones(1), np.array([1.0, 0.5, 0.0]), np.zeros((0, 2))):
        found = energy_decay(response, RATE)
        assert math.isnan(found.reverberation_s)
    assert len(energy_decay(np.zeros(5), RATE).seconds) == 0


def test_the_curve_of_a_gain_and_of_a_clipper() -> None:
    curve = static_curve(lambda audio: 0.5 * audio, RATE)
    assert np.allclose(curve.output_db, curve.input_db - 6.0206, atol=0.01)
    assert (curve.input_db[0], curve.input_db[-1]) == (-60.0, 0.0)
    amplitude, limit = 1.0, 0.25
    clipped = static_curve(lambda audio: np.clip(audio, -limit, limit), RATE)
    # RMS of a clipped sine in closed form: it is the limit beyond the angle asin(limit / amplitude).
    angle = math.asin(limit / amplitude)
    square = (2 / math.pi) * (amplitude**2 * (angle / 2 - math.sin(2 * angle) / 4) + limit**2 * (math.pi / 2 - angle))
    assert clipped.output_db[-1] == pytest.approx(10 * math.log10(2 * square), abs=0.02)


def test_the_step_of_a_gain_that_follows_with_one_pole() -> None:
    time_s = 0.02

    def process(audio: np.ndarray) -> np.ndarray:
        gain_db = np.zeros(len(audio))
        gain_db[round(0.1 * RATE) : round(0.35 * RATE)] = -12.0
        pole = math.exp(-1.0 / (time_s * RATE))
        return audio * 10.0 ** (signal.lfilter([1.0 - pole], [1.0, -pole], gain_db) / 20.0)

    found = step_response(process, RATE)
    assert (found.up_s, found.down_s) == (pytest.approx(0.1), pytest.approx(0.35))
    held = (found.seconds > 0.102) & (found.seconds < 0.348)
    expected = -12.0 * (1.0 - np.exp(-(found.seconds - 0.1) / time_s))
    assert np.abs(found.gain_db - expected)[held].max() < 0.1
    assert np.interp(0.1 + time_s, found.seconds, found.gain_db) == pytest.approx(-12.0 * (1 - math.exp(-1)), abs=0.1)
    assert np.abs(found.gain_db[found.seconds < 0.098]).max() < 1e-6


@pytest.mark.parametrize("level_db", [-6.0, -12.0])
def test_harmonics_of_polynomials_have_a_closed_form(level_db: float) -> None:
    a, c2, c3 = 10.0 ** (level_db / 20.0), 0.1, 0.2
    found = harmonic_distortion(lambda x: x + c2 * x**2 + c3 * x**3, RATE, level_db)
    fundamental = a + 0.75 * c3 * a**3
    expected = {2: c2 * a**2 / 2 / fundamental, 3: c3 * a**3 / 4 / fundamental}
    middle = (found.frequencies_hz > 60.0) & (found.frequencies_hz < 5000.0)
    for order, share in expected.items():
        level = found.harmonics_db[ORDERS.index(order), middle]
        assert np.abs(level - 20 * math.log10(share)).max() < 0.2
    assert found.harmonics_db[ORDERS.index(5), middle & (found.frequencies_hz < 3500)].max() < -75.0
    total = 100.0 * math.hypot(expected[2], expected[3])
    assert found.thd_at(1000.0) == pytest.approx(total, rel=0.02)
    assert np.isnan(found.harmonics_db[-1, -1])


def test_a_linear_system_adds_no_harmonics() -> None:
    found = harmonic_distortion(filtered(*PEAK), RATE)
    near = (found.frequencies_hz > 700.0) & (found.frequencies_hz < 1400.0)
    assert found.thd_percent[near].max() < 0.01
    silent = harmonic_distortion(np.zeros_like, RATE)
    assert np.isfinite(silent.thd_percent).all()
