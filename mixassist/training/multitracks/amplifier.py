# SPDX-License-Identifier: Apache-2.0
"""A guitar amplifier for training data: gain stages, tone stack, loudspeaker and microphone.

Made from published facts: the circuit of the tone stack with the part values of two well-known amplifiers, the
frequency responses that makers of guitar loudspeakers print, valve stages as asymmetric saturations with the coupling
high-pass between them. It is meant to be one of many plausible amplifiers, not the likeness of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy import signal

from mixassist.training.multitracks.notes import RATE_HZ
from mixassist.training.multitracks.sampling import attack_level_db

KINDS = ("clean", "crunch", "high_gain")

_OVERSAMPLING = 4
_INPUT_LEVEL_DB = -18.0
_OUTPUT_PEAK = 0.5
_RESPONSE_FRAMES = 8192
_HISS_DBFS = -105.0
"""Hiss at the input, before all the gain."""


@dataclass(frozen=True)
class ToneStack:
    """Part values of the passive tone stack that Fender and Marshall share, in ohms and farads.

    Names as in Yeh and Smith, "Discretization of the '59 Fender Bassman Tone Stack" (DAFx 2006), figure 1.
    """

    r1: float
    r2: float
    r3: float
    r4: float
    c1: float
    c2: float
    c3: float


BASSMAN = ToneStack(250e3, 1e6, 25e3, 56e3, 250e-12, 20e-9, 20e-9)
BRITISH = ToneStack(220e3, 1e6, 22e3, 33e3, 470e-12, 22e-9, 22e-9)

_CLOSED_4X12: Mapping[int, int] = MappingProxyType(
    {20: -40, 45: -18, 70: -5, 110: 2, 180: 0, 350: -3, 600: -3, 1000: -1, 1600: 0, 2400: 3, 3200: 4, 4200: 1}
    | {5200: -8, 6500: -17, 9000: -30, 13000: -42, 22050: -60}
)
_OPEN_1X12: Mapping[int, int] = MappingProxyType(
    {20: -45, 60: -20, 90: -6, 140: 0, 250: 1, 500: -1, 900: 0, 1500: 1, 2500: 4, 3500: 3, 4800: 0}
    | {6000: -6, 7500: -14, 10000: -26, 14000: -40, 22050: -55}
)
"""Close-miked responses in dB over Hz: resonance of the box, presence peak, steep fall above 5 kHz."""


@dataclass(frozen=True)
class Amplifier:
    """One amplifier with its knobs set.

    Args:
        gains_db: gain of every stage before it saturates.
        tight_hz: high-pass in front of the first stage.
        stack: part values of the tone stack.
        bass, middle, treble: its knobs, 0 to 1.
        cabinet: the loudspeaker's response, dB over Hz.
        reflection_ms, reflection_db: the first reflection that the microphone hears.
    """

    gains_db: tuple[float, ...]
    tight_hz: float
    stack: ToneStack
    bass: float
    middle: float
    treble: float
    cabinet: tuple[tuple[float, float], ...]
    reflection_ms: float
    reflection_db: float


def draw_amplifier(kind: str, lots: np.random.Generator) -> Amplifier:
    """Draws an amplifier of a kind and its settings.

    Args:
        kind: one of `KINDS`.
        lots: draws gains, knobs, loudspeaker and microphone.
    """
    total_db = {"clean": (4.0, 12.0), "crunch": (24.0, 34.0), "high_gain": (46.0, 58.0)}
    stages = {"clean": 1, "crunch": 2, "high_gain": 3}
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    gain_db = float(lots.uniform(*total_db[kind]))
    american = lots.random() < (0.8 if kind == "clean" else 0.3)
    shape = _OPEN_1X12 if american else _CLOSED_4X12
    stretch = float(lots.uniform(0.92, 1.08))
    cabinet = tuple((hz * stretch, db + float(lots.normal(0.0, 1.2))) for hz, db in shape.items())
    scooped = kind == "high_gain" and lots.random() < 0.4
    return Amplifier(
        gains_db=(gain_db / stages[kind],) * stages[kind],
        tight_hz=float(lots.uniform(90.0, 180.0) if kind == "high_gain" else lots.uniform(30.0, 80.0)),
        stack=BASSMAN if american else BRITISH,
        bass=float(lots.uniform(0.2, 0.8)),
        middle=float(lots.uniform(0.15, 0.4) if scooped else lots.uniform(0.4, 1.0)),
        treble=float(lots.uniform(0.3, 0.9)),
        cabinet=cabinet,
        reflection_ms=float(lots.uniform(0.8, 4.0)),
        reflection_db=float(lots.uniform(-26.0, -14.0)),
    )


def amplify(di: np.ndarray, lots: np.random.Generator, kind: str, *, amplifier: Amplifier | None = None) -> np.ndarray:
    """Plays a direct guitar through an amplifier with a microphone before it.

    Args:
        di: (frames, 1) at 44,100 Hz; its level does not matter, how it varies does.
        lots: draws the amplifier and its hiss.
        kind: one of `KINDS`.
        amplifier: this one instead of a drawn one, for a second take on the same settings.

    Returns:
        float32 (frames, 1) with a peak of 0.5, or silence where the input is silent.
    """
    amplifier = draw_amplifier(kind, lots) if amplifier is None else amplifier
    level_db = attack_level_db(di[:, 0])
    if not np.any(di):
        return np.zeros_like(di, dtype=np.float32)
    staged = di[:, 0].astype(np.float64) * 10.0 ** ((_INPUT_LEVEL_DB - level_db) / 20.0)
    staged += 10.0 ** (_HISS_DBFS / 20.0) * lots.standard_normal(len(staged))
    heard = signal.oaconvolve(_saturate(staged, amplifier), _impulse_response(amplifier))[: len(staged)]
    return (heard * (_OUTPUT_PEAK / max(float(np.abs(heard).max()), 1e-9))).astype(np.float32)[:, None]


def _saturate(samples: np.ndarray, amplifier: Amplifier) -> np.ndarray:
    """The gain stages, at four times the rate, so that what folds back stays inaudible."""
    fast_hz = RATE_HZ * _OVERSAMPLING
    wave = signal.resample_poly(samples, _OVERSAMPLING, 1)
    wave = signal.sosfilt(signal.butter(2, amplifier.tight_hz, "highpass", fs=fast_hz, output="sos"), wave)
    coupling = signal.butter(1, [12.0, 12_000.0], "bandpass", fs=fast_hz, output="sos")
    for stage, gain_db in enumerate(amplifier.gains_db):
        bias = 0.25 if stage % 2 == 0 else -0.15  # a valve turns the wave over: the other half saturates next
        wave = np.tanh(wave * 10.0 ** (gain_db / 20.0) + bias) - np.tanh(bias)
        wave = signal.sosfilt(coupling, wave)
    return np.asarray(signal.resample_poly(wave, 1, _OVERSAMPLING))


def tone_stack_response(
    frequencies_hz: np.ndarray, stack: ToneStack, bass: float, middle: float, treble: float
) -> np.ndarray:
    """Returns the tone stack's complex response by solving Kirchhoff's equations of its circuit.

    Five unknown nodes: treble pot's upper end, slope resistor's far end, treble pot's lower end, middle pot's upper
    end, middle pot's wiper; the output is the treble pot's wiper, without load, the source has no resistance.

    Args:
        frequencies_hz: (n,), above 0.
        bass, middle, treble: knobs, 0 to 1.
    """
    s = 2j * np.pi * np.asarray(frequencies_hz, dtype=np.float64)
    tiny = 1.0  # ohm: a pot turned down has a wiper and tracks too
    source, ground = -1, -2
    top, slope, low, middle_top, wiper = range(5)
    elements = (
        (source, top, s * stack.c1),
        (top, low, np.full_like(s, 1.0 / stack.r1)),
        (source, slope, np.full_like(s, 1.0 / stack.r4)),
        (slope, low, s * stack.c2),
        (slope, wiper, s * stack.c3),
        (low, middle_top, np.full_like(s, 1.0 / (bass * stack.r2 + tiny))),
        (middle_top, wiper, np.full_like(s, 1.0 / ((1.0 - middle) * stack.r3 + tiny))),
        (wiper, ground, np.full_like(s, 1.0 / (middle * stack.r3 + tiny))),
    )
    admittances = np.zeros((len(s), 5, 5), dtype=complex)
    currents = np.zeros((len(s), 5, 1), dtype=complex)
    for one, other, admittance in elements:
        for here, there in ((one, other), (other, one)):
            if here >= 0:
                admittances[:, here, here] += admittance
                if there >= 0:
                    admittances[:, here, there] -= admittance
                elif there == source:
                    currents[:, here, 0] += admittance
    volts = np.linalg.solve(admittances, currents)[:, :, 0]
    return np.asarray(volts[:, low] + treble * (volts[:, top] - volts[:, low]))


def _impulse_response(amplifier: Amplifier) -> np.ndarray:
    """Tone stack, loudspeaker and microphone as one impulse response of about 0.1 s."""
    frequencies_hz = np.fft.rfftfreq(_RESPONSE_FRAMES, 1.0 / RATE_HZ)
    frequencies_hz[0] = 0.1
    points_hz, points_db = np.transpose(amplifier.cabinet)
    cabinet_db = np.interp(np.log(frequencies_hz), np.log(points_hz), points_db)
    bass = amplifier.bass**2  # the pot has a logarithmic taper
    tone = tone_stack_response(frequencies_hz, amplifier.stack, bass, amplifier.middle, amplifier.treble)
    response = tone * minimum_phase(10.0 ** (cabinet_db / 20.0))
    delay = np.exp(-2j * np.pi * frequencies_hz * amplifier.reflection_ms / 1000.0)
    response *= 1.0 + 10.0 ** (amplifier.reflection_db / 20.0) * delay
    impulse = np.fft.irfft(response)[: _RESPONSE_FRAMES // 2]
    impulse[-1024:] *= np.linspace(1.0, 0.0, 1024)
    return impulse


def minimum_phase(magnitudes: np.ndarray) -> np.ndarray:
    """Returns the complex response of least delay with these magnitudes (Oppenheim and Schafer, by the cepstrum).

    Args:
        magnitudes: (n,) at equal steps from 0 Hz to half the sample rate, above 0.
    """
    cepstrum = np.fft.irfft(np.log(magnitudes))
    half = len(cepstrum) // 2
    cepstrum[1:half] *= 2.0
    cepstrum[half + 1 :] = 0.0
    return np.asarray(np.exp(np.fft.rfft(cepstrum)))
