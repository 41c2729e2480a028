# SPDX-License-Identifier: Apache-2.0
"""What pictures of a stage show, in words: for screen readers and tool tips."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from mixassist.domain.controls import Controls
from mixassist.domain.parameters import BANDS, PARAMETER
from mixassist.domain.value_text import format_value
from mixassist.gui import curves


def equalizer_words(controls: Controls, on: bool) -> str:
    """Returns the bands that do something, each with gain and frequency."""
    bands = [
        _tr("{0} {1} at {2}").format(
            band.replace("_", " "), _value(controls, f"{band}_gain_db"), _value(controls, f"{band}_freq_hz")
        )
        for band in BANDS
        if controls.number(f"{band}_gain_db") != 0.0
    ]
    return _with_switch("; ".join(bands) or _tr("flat"), on)


def compressor_words(controls: Controls, on: bool) -> str:
    """Returns threshold, ratio and make-up gain, or that it rests."""
    if curves.compressor_is_neutral(controls):
        return _with_switch(_tr("at rest"), on)
    threshold, ratio = _value(controls, "threshold_db"), _value(controls, "ratio")
    makeup = "" if controls.number("makeup_gain_db") == 0.0 else f"; {_value(controls, 'makeup_gain_db')}"
    return _with_switch(_tr("{0} above {1}").format(ratio, threshold) + makeup, on)


def _value(controls: Controls, key: str) -> str:
    return format_value(PARAMETER[key], controls[key])


def _with_switch(words: str, on: bool) -> str:
    return words if on else f"{_tr('off')}; {words}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("stage_words", text)
