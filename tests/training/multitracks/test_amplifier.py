# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from mixassist.training.multitracks.amplifier import (
    BASSMAN,
    BRITISH,
    KINDS,
    ToneStack,
    amplify,
    draw_amplifier,
    minimum_phase,
    tone_stack_response,
)

RATE_HZ = 44_100


def _tone(frequency_hz: float, level: float = 0.3, length_s: float = 1.0) -> np.ndarray:
    time_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    return (level * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)[:, None]


def _published(s: np.ndarray, stack: ToneStack, low: float, mid: float, top: float) -> np.ndarray:
    """The transfer function as Yeh and Smith print it (DAFx 2006, equation 1)."""
    r1, r2, r3, r4, c1, c2, c3 = (getattr(stack, name) for name in ("r1", "r2", "r3", "r4", "c1", "c2", "c3"))
    c123 = c1 * c2 * c3
    b1 = top * c1 * r1 + mid * c3 * r3 + low * (c1 * r2 + c2 * r2) + (c1 * r3 + c2 * r3)
    b2 = (
        top * (c1 * c2 * r1 * r4 + c1 * c3 * r1 * r4)
        - mid**2 * (c1 * c3 * r3**2 + c2 * c3 * r3**2)
        + mid * (c1 * c3 * r1 * r3 + c1 * c3 * r3**2 + c2 * c3 * r3**2)
        + low * (c1 * c2 * r1 * r2 + c1 * c2 * r2 * r4 + c1 * c3 * r2 * r4)
        + low * mid * (c1 * c3 * r2 * r3 + c2 * c3 * r2 * r3)
        + (c1 * c2 * r1 * r3 + c1 * c2 * r3 * r4 + c1 * c3 * r3 * r4)
    )
    b3 = (
        low * mid * c123 * (r1 * r2 * r3 + r2 * r3 * r4)
        - mid**2 * c123 * (r1 * r3**2 + r3**2 * r4)
        + mid * c123 * (r1 * r3**2 + r3**2 * r4)
        + top * c123 * r1 * r3 * r4
        - top * mid * c123 * r1 * r3 * r4
        + top * low * c123 * r1 * r2 * r4
    )
    a1 = c1 * r1 + c1 * r3 + c2 * r3 + c2 * r4 + c3 * r4 + mid * c3 * r3 + low * (c1 * r2 + c2 * r2)
    a2 = (
        mid * (c1 * c3 * r1 * r3 - c2 * c3 * r3 * r4 + c1 * c3 * r3**2 + c2 * c3 * r3**2)
        + low * mid * (c1 * c3 * r2 * r3 + c2 * c3 * r2 * r3)
        - mid**2 * (c1 * c3 * r3**2 + c2 * c3 * r3**2)
        + low * (c1 * c2 * r2 * r4 + c1 * c2 * r1 * r2 + c1 * c3 * r2 * r4 + c2 * c3 * r2 * r4)
        + (c1 * c2 * r1 * r4 + c1 * c3 * r1 * r4 + c1 * c2 * r3 * r4)
        + (c1 * c2 * r1 * r3 + c1 * c3 * r3 * r4 + c2 * c3 * r3 * r4)
    )
    a3 = (
        low * mid * c123 * (r1 * r2 * r3 + r2 * r3 * r4)
        - mid**2 * c123 * (r1 * r3**2 + r3**2 * r4)
        + mid * c123 * (r3**2 * r4 + r1 * r3**2 - r1 * r3 * r4)
        + low * c123 * r1 * r2 * r4
        + c123 * r1 * r3 * r4
    )
    return np.asarray((b1 * s + b2 * s**2 + b3 * s**3) / (1 + a1 * s + a2 * s**2 + a3 * s**3))


@pytest.mark.parametrize("stack", [BASSMAN, BRITISH])
@pytest.mark.parametrize(
    ("bass", "middle", "treble"), [(0.5, 0.5, 0.5), (0.1, 0.9, 0.2), (1.0, 0.3, 1.0), (0.02, 0.7, 0.9)]
)
def test_the_circuit_is_the_published_transfer_function(
    stack: ToneStack, bass: float, middle: float, treble: float
) -> None:
    frequencies_hz = np.geomspace(10.0, 20_000.0, 60)
    solved = tone_stack_response(frequencies_hz, stack, bass, middle, treble)
    published = _published(2j * np.pi * frequencies_hz, stack, bass, middle, treble)
    assert np.abs(solved - published).max() < 1e-3


def test_minimum_phase_keeps_magnitudes_and_comes_first() -> None:
    frequencies_hz = np.fft.rfftfreq(4096, 1 / RATE_HZ)
    magnitudes = 10 ** (-np.abs(np.log2((frequencies_hz + 50.0) / 900.0)) * 6 / 20)
    response = minimum_phase(magnitudes)
    assert np.allclose(np.abs(response), magnitudes, rtol=1e-6)
    energy = np.fft.irfft(response) ** 2
    assert energy[:200].sum() > 0.99 * energy.sum()
    assert energy[2048:].sum() < 1e-4 * energy.sum()


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_out(kind: str) -> None:
    heard = amplify(_tone(220.0), np.random.default_rng(1), kind)
    assert heard.dtype == np.float32 and heard.shape == (RATE_HZ, 1)
    assert np.abs(heard).max() == pytest.approx(0.5)
    assert np.array_equal(heard, amplify(_tone(220.0), np.random.default_rng(1), kind))
    assert not np.any(amplify(np.zeros((1000, 1), dtype=np.float32), np.random.default_rng(1), kind))


def _distortion_db(samples: np.ndarray, tone_hz: float) -> float:
    """Power of the harmonics from the second on, relative to the first, in dB."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    bins = np.round(np.arange(1, 16) * tone_hz * len(samples) / RATE_HZ).astype(int)
    each = np.array([power[b - 3 : b + 4].sum() for b in bins])
    return float(10 * np.log10(each[1:].sum() / each[0]))


def test_more_gain_is_more_distortion_and_less_dynamics() -> None:
    decay = np.exp(-np.arange(RATE_HZ) / RATE_HZ / 0.25)[:, None].astype(np.float32)
    distortions, ranges_db = [], []
    for kind in KINDS:
        steady = [amplify(_tone(150.0), np.random.default_rng(seed), kind)[:, 0] for seed in range(4)]
        distortions.append(np.mean([_distortion_db(heard[4410:], 150.0) for heard in steady]))
        falling = [amplify(_tone(150.0) * decay, np.random.default_rng(seed), kind)[:, 0] for seed in range(4)]
        ranges_db.append(np.mean([20 * np.log10(np.std(x[2000:8000]) / np.std(x[30_000:36_000])) for x in falling]))
    assert distortions[0] < distortions[1] - 3.0 < distortions[2]
    assert ranges_db[0] > ranges_db[1] + 4.0 > ranges_db[2] + 8.0


def test_what_folds_back_is_far_below() -> None:
    tone_hz = 3001.0
    heard = amplify(_tone(tone_hz), np.random.default_rng(3), "high_gain")[8820:, 0]
    power = np.abs(np.fft.rfft(heard * np.blackman(len(heard)))) ** 2
    frequencies_hz = np.fft.rfftfreq(len(heard), 1 / RATE_HZ)
    nearest_hz = tone_hz * np.maximum(np.round(frequencies_hz / tone_hz), 1.0)
    between = (np.abs(frequencies_hz - nearest_hz) > 40.0) & (frequencies_hz > 200.0)
    assert 10 * np.log10(power[between].sum() / power.sum()) < -30.0


def test_the_loudspeaker_ends_where_loudspeakers_do() -> None:
    lots = np.random.default_rng(5)
    noise = lots.standard_normal((4 * RATE_HZ, 1)).astype(np.float32)
    for seed in range(4):
        heard = amplify(noise, np.random.default_rng(seed), "clean")[:, 0]
        power = np.abs(np.fft.rfft(heard)) ** 2
        frequencies_hz = np.fft.rfftfreq(len(heard), 1 / RATE_HZ)

        def band_db(low_hz: float, high_hz: float, power=power, frequencies_hz=frequencies_hz) -> float:
            return float(10 * np.log10(power[(frequencies_hz >= low_hz) & (frequencies_hz < high_hz)].mean()))

        assert band_db(1000, 4000) - band_db(8000, 12_000) > 20.0
        assert band_db(150, 4000) - band_db(20, 40) > 15.0


def test_the_same_amplifier_for_a_second_take_and_unknown_kinds() -> None:
    amplifier = draw_amplifier("crunch", np.random.default_rng(1))
    takes = [amplify(_tone(110.0), np.random.default_rng(s), "crunch", amplifier=amplifier) for s in (1, 2)]
    assert not np.array_equal(*takes)
    assert np.abs(takes[0] - takes[1]).max() < 0.01  # all but the hiss
    with pytest.raises(ValueError, match="fuzz"):
        draw_amplifier("fuzz", np.random.default_rng(1))
