# SPDX-License-Identifier: Apache-2.0
"""What the thumbnails and editors draw, asked of the console's own DSP; numpy in, numpy out."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mixassist.domain.controls import Controls

LOWEST_HZ, HIGHEST_HZ = 20.0, 20_000.0


@lru_cache(maxsize=8)
def frequencies_hz(count: int) -> np.ndarray:
    """Returns `count` frequencies, 20 Hz … 20 kHz, evenly spaced on a log axis."""
    return np.geomspace(LOWEST_HZ, HIGHEST_HZ, count)


@lru_cache(maxsize=1024)
def equalizer_db(controls: Controls, sample_rate_hz: int, count: int, band: str | None = None) -> np.ndarray:
    """Returns the equaliser's magnitude in dB at `frequencies_hz(count)`, as the console renders it.

    Args:
        band: only this band instead of all five.
    """
    import torch

    from mixassist.dsp.equalizer import equalizer_response

    frequencies = torch.from_numpy(frequencies_hz(count))
    magnitude = equalizer_response(controls, frequencies, sample_rate_hz, band).abs().numpy()
    return 20.0 * np.log10(np.maximum(magnitude, 1e-6))


@lru_cache(maxsize=512)
def compressor_db(controls: Controls, floor_db: float, count: int) -> np.ndarray:
    """Returns the output level in dB for input levels `floor_db` … 0, hard knee, with the make-up gain."""
    levels = np.linspace(floor_db, 0.0, count)
    threshold, ratio = controls.number("threshold_db"), controls.number("ratio")
    over = np.maximum(levels - threshold, 0.0)
    return levels - over * (1.0 - 1.0 / ratio) + controls.number("makeup_gain_db")


def compressor_is_neutral(controls: Controls) -> bool:
    """Whether the compressor leaves the sound alone."""
    still = controls.number("threshold_db") >= 0.0 or controls.number("ratio") <= 1.0
    return still and controls.number("makeup_gain_db") == 0.0


def equalizer_is_neutral(controls: Controls) -> bool:
    """Whether all five bands stand at 0 dB."""
    return all(controls.number(key) == 0.0 for key in controls if key.endswith("_gain_db") and _is_band(key))


def _is_band(key: str) -> bool:
    return key.startswith(("low_shelf", "low_mid", "mid_", "high_mid", "high_shelf"))
