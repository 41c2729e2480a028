# SPDX-License-Identifier: Apache-2.0
"""Small made-up kits and guitars, and an ear for pitch that shares no code with the players."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE_HZ = 44_100
_FILES = (
    "kdruml snare_top snare_bottom tom1 tom2 tom3 tom4 hihat ridel ohl ohr ambl ambr".split()  # noqa: SIM905
)
_ARTICULATIONS = {
    "kdruml": 60.0,
    "snare": 200.0,
    "hihatclosed": 6000.0,
    "hihatopen": 5000.0,
    "crashl": 3000.0,
    "tom1": 150.0,
}


def _write(path: Path, samples: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples.astype(np.float32), RATE_HZ, format="WAV", subtype="FLOAT")


@pytest.fixture(scope="session")
def made_up_kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a kit of six drums, three dynamics (−40, −25, −10 dB): each rings a tone of its own in all
    microphones, 20 dB down in those of other drums and 10 ms late in the room. (The files are WAV inside.)"""
    data = tmp_path_factory.mktemp("kit")
    time_s = np.arange(RATE_HZ) / RATE_HZ
    for name, tone_hz in _ARTICULATIONS.items():
        for dynamic, level_db in ((1, -40.0), (2, -25.0), (3, -10.0)):
            ring = np.sin(2 * np.pi * tone_hz * time_s) * np.exp(-time_s / 0.3) * 10 ** (level_db / 20)
            for file in _FILES:
                own = file[:5] == name[:5]
                sound = ring if own else 0.1 * ring
                if file.startswith("amb"):
                    sound = np.concatenate([np.zeros(441), sound])
                _write(data / "drums" / name / f"v{dynamic}-{file}.ogg", sound)
    return data


@pytest.fixture(scope="session")
def made_up_guitar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a guitar of three strings, E2, A2 and A3, all 25 cents flat, 20 ms of silence before each
    pick; takes 1 and 2 differ in their third harmonic."""
    data = tmp_path_factory.mktemp("guitar")
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    for name, pitch in (("e3", 40), ("a3", 45), ("a4", 57)):
        tone_hz = 440.0 * 2 ** ((pitch - 69 - 0.25) / 12)
        for take in (1, 2):
            harmonics = sum(
                np.sin(2 * np.pi * k * tone_hz * time_s) / k * (0.5 if k == 3 and take == 2 else 1.0)
                for k in range(1, 6)
            )
            ring = np.concatenate([np.zeros(882), harmonics * np.exp(-time_s / 0.8)])
            for dynamic, gain in (("p", 0.02), ("mf", 0.08), ("f", 0.3)):
                _write(data / "guitar" / "ord" / f"twang_{name}_{dynamic}_rr{take}.ogg", gain * ring)
            _write(data / "guitar" / "stac" / f"staccato_{name}_rr{take}.ogg", 0.3 * ring[: RATE_HZ // 2])
    return data


@pytest.fixture(scope="session")
def cents_off() -> Callable[[np.ndarray, float], float]:
    """Measures how far a tone is from a MIDI pitch, cents, within ±3 semitones: the peak of its autocorrelation."""

    def measure(samples: np.ndarray, pitch: float) -> float:
        tone_hz = 440.0 * 2 ** ((pitch - 69) / 12)
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 17)) ** 2
        similarity = np.fft.irfft(spectrum)
        first, last = (int(RATE_HZ / tone_hz * factor) for factor in (2 ** (-3 / 12), 2 ** (3 / 12)))
        lag = first + int(np.argmax(similarity[first : last + 1]))
        below, here, above = similarity[lag - 1 : lag + 2]
        exact = lag + 0.5 * (below - above) / (below - 2 * here + above)
        return float(1200 * np.log2(RATE_HZ / exact / tone_hz))

    return measure
