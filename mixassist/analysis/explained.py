# SPDX-License-Identifier: Apache-2.0
"""Every number that is shown: its words, unit, a sentence on what it tells, and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_SHARES_FROM_DECIMALS = 3
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Explained:
    """One measure. `decimals` is how many to show."""

    key: str
    label: str
    unit: str
    decimals: int
    sentence: str
    source: str

    def text(self, value: float | None) -> str:
        """Formats a value with its unit; infinite ones as ∞, undefined ones as –."""
        if value is None or math.isnan(value):
            return "–"
        if math.isinf(value):
            number = "∞" if value > 0 else "−∞"
        elif self.decimals >= _SHARES_FROM_DECIMALS and 0.0 < abs(value) < 0.5 * 10.0**-self.decimals:
            # A small share is not nothing.
            mantissa, exponent = f"{value:.1e}".split("e")
            number = f"{mantissa}·10{str(int(exponent)).translate(_RAISED)}".replace("-", "−")
        else:
            number = f"{value:.{self.decimals}f}"
            # −0.0 is no number to show.
            number = number.replace("-", "−") if float(number) != 0.0 else number.lstrip("-")
        return f"{number} {self.unit}".rstrip()


_MIXING_CONSOLE = (
    "Steinmetz et al. 2021, “Automatic multitrack mixing with a differentiable mixing console”, section 2.3"
)

EXPLAINED: Mapping[str, Explained] = MappingProxyType(
    {
        e.key: e
        for e in (
            Explained("integrated_lufs", "Integrated loudness", "LUFS", 1,
                      "How loud the whole is to the ear, pauses left out.", "ITU-R BS.1770-4"),
            Explained("loudness_range_lu", "Loudness range", "LU", 1,
                      "How far quiet and loud passages lie apart.", "EBU Tech 3342"),
            Explained("max_momentary_lufs", "Loudest moment", "LUFS", 1,
                      "The loudest 0.4 seconds.", "EBU Tech 3341"),
            Explained("max_short_term_lufs", "Loudest 3 seconds", "LUFS", 1,
                      "The loudest 3 seconds.", "EBU Tech 3341"),
            Explained("true_peak_dbtp", "True peak", "dBTP", 1,
                      "The highest point of the wave between the samples; above 0 a player may clip.",
                      "ITU-R BS.1770-4, annex 2"),
            Explained("sample_peak_dbfs", "Sample peak", "dBFS", 1, "The largest sample.", "AES17"),
            Explained("rms_dbfs", "RMS", "dB", 1,
                      "Average level re full scale; a full-scale sine reads −3.", "root mean square"),
            Explained("crest_factor_db", "Crest factor", "dB", 1,
                      "Peak over RMS: high for drums and open mixes, low for dense or squashed ones.", "peak / RMS"),
            Explained("stereo_width_db", "Side over mid", "dB", 1,
                      "Energy of L − R over L + R: −∞ is mono, near 0 very wide, above it out of phase.",
                      "energy ratio of (L − R)/2 and (L + R)/2"),
            Explained("correlation", "Correlation", "", 2,
                      "1 is mono, 0 unrelated sides, below 0 sides that cancel in mono.", "ΣLR / √(ΣL²·ΣR²)"),
            Explained("mono_compatibility_lu", "Change in mono", "LU", 1,
                      "How much quieter the mix becomes when both sides are added; 0 loses nothing.",
                      "integrated loudness of (L + R)/2 on both sides minus that of the stereo"),
            Explained("mean_absolute_error", "Mean absolute error", "", 5,
                      "Average distance of the samples, 1 = full scale.", "L1 distance"),
            Explained("error_to_signal_ratio", "Error-to-signal ratio", "", 4,
                      "Energy of the difference as a share of the reference's; 0 = identical.",
                      "Wright & Välimäki 2020, equation 1"),
            Explained("stft_sum", "Spectral distance, sum", "", 3,
                      "How unlike the spectra of L + R are, at three resolutions; 0 = alike.", _MIXING_CONSOLE),
            Explained("stft_difference", "Spectral distance, difference", "", 3,
                      "The same for L − R: how unlike the stereo pictures are, left and right interchangeable.",
                      _MIXING_CONSOLE),
            Explained("stft_total", "Distance to the mix", "", 3,
                      "Sum and difference together, both mixes at −23 LUFS when levels are matched.", _MIXING_CONSOLE),
            Explained("log_spectral_distance_db", "Log-spectral distance", "dB", 2,
                      "Typical difference of the spectra in dB.", "Gray & Markel 1976"),
            Explained("null_depth_db", "Null depth", "dB", 1,
                      "What remains when one is subtracted from the other, re the reference; −∞ = identical.",
                      "RMS(a − g·b) / RMS(a)"),
            Explained("best_null.null_depth_db", "Best null depth", "dB", 1,
                      "The same after the shift by whole samples and the gain that leave least.",
                      "least squares, cross-correlation"),
            Explained("best_null.gain_db", "Gain of the best null", "dB", 2,
                      "By how much the second had to be turned up for it.", "least squares"),
            Explained("best_null.lag_frames", "Delay", "samples", 0,
                      "By how many samples the second is late in the best null.", "cross-correlation"),
            Explained("gain_db", "Level match", "dB", 2,
                      "By how much the second was turned up to be as loud as the first.", "integrated loudness"),
            Explained("loudness_difference_lu", "Loudness difference", "LU", 1,
                      "How much louder the second is than the first.", "ITU-R BS.1770-4"),
            Explained("residual.rms_dbfs", "Residual, RMS", "dB", 1,
                      "Average level of what remains when the second is taken from the first; −∞ = nothing.",
                      "root mean square of a − g·b"),
            Explained("residual.peak_dbfs", "Residual, peak", "dBFS", 1,
                      "The largest sample of what remains.", "maximum of |a − g·b|"),
            Explained("residual.integrated_lufs", "Residual, loudness", "LUFS", 1,
                      "How loud what remains is to the ear.", "ITU-R BS.1770-4"),
            Explained("bands_outside", "Third octaves out of range", "", 0,
                      "In how many thirds of an octave the mix lies outside the range of finished music, a handful "
                      "of songs; a hint, not a goal.", "10th to 90th percentile of the songs named beside it"),
            Explained("reverberation_s", "Reverberation time", "s", 2,
                      "How long sound takes to fall by 60 dB, from the fall between −5 and −35 dB.",
                      "T30, ISO 3382-1; backward integration, Schroeder 1965"),
            Explained("early_decay_s", "Early decay time", "s", 2,
                      "The same from the first 10 dB: how reverberant it feels.", "EDT, ISO 3382-1"),
            Explained("thd_percent", "Total harmonic distortion", "%", 3,
                      "Level of the harmonics that processing adds to a sine, as a share of its own.",
                      "Farina 2000, swept-sine method"),
        )
    }
)  # fmt: skip
