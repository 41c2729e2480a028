# SPDX-License-Identifier: Apache-2.0
"""THE table of a channel's 26 controls: nothing else knows a range, a default or a unit.

Order and ranges follow the channel of Steinmetz et al. 2021 (Fig. 3) and the source of pymixconsole at the
paper's date. The network's outputs, sliders, undo text, session file, CSV, tool tips and tests read it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from mixassist.domain.errors import ControlError
from mixassist.domain.fader_law import FADER_FLOOR_DB, FADER_TOP_DB, fader_gain_db, fader_position

Value = float | bool | str


class Group(StrEnum):
    """The stage of the channel strip that a control belongs to."""

    INPUT = "input"
    EQUALIZER = "equalizer"
    COMPRESSOR = "compressor"
    REVERB = "reverb"
    OUTPUT = "output"


class Scale(StrEnum):
    """How a control's value spreads over its travel."""

    LINEAR = "linear"
    LOG = "log"
    FADER = "fader"
    SWITCH = "switch"
    CHOICE = "choice"


@dataclass(frozen=True)
class Parameter:
    """One control: its key, words, unit, range, default, scale, step and decimals.

    `step` is one notch of a wheel or an arrow key: an amount in the unit on linear and fader scales, a factor
    on log scales. `choices` names the values of a choice, in order.
    """

    key: str
    label: str
    group: Group
    unit: str
    minimum: float
    maximum: float
    default: Value
    scale: Scale
    step: float
    decimals: int
    tooltip: str
    choices: tuple[str, ...] = ()

    @property
    def is_continuous(self) -> bool:
        """Whether the control holds a number rather than a switch or a choice."""
        return self.scale not in (Scale.SWITCH, Scale.CHOICE)

    def checked(self, value: object) -> Value:
        """Returns the value in its proper type.

        Raises:
            ControlError: wrong type, not finite, outside the range, or no such choice.
        """
        if self.scale is Scale.SWITCH:
            if isinstance(value, bool):
                return value
            raise self._refusal(value, "on or off (true or false)")
        if self.scale is Scale.CHOICE:
            if isinstance(value, str) and value in self.choices:
                return value
            raise self._refusal(value, "one of " + ", ".join(self.choices))
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._refusal(value, "a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number) and self.minimum <= number <= self.maximum:
            return number
        raise self._refusal(value, f"{self.minimum:g} … {self.maximum:g}{' ' + self.unit if self.unit else ''}")

    def clipped(self, value: float) -> float:
        """Returns the nearest value inside the range: for sums of moves and typed numbers, never for files."""
        return min(max(float(value), self.minimum), self.maximum)

    def normalised(self, value: Value) -> float:
        """Maps a value to its place 0 … 1 on the control's travel (switch: 0 or 1; choice: its index share)."""
        if self.scale is Scale.SWITCH:
            return 1.0 if value else 0.0
        if self.scale is Scale.CHOICE:
            return self.choices.index(str(value)) / (len(self.choices) - 1)
        number = self.clipped(float(value))
        if self.scale is Scale.LOG:
            return math.log(number / self.minimum) / math.log(self.maximum / self.minimum)
        if self.scale is Scale.FADER:
            return fader_position(number)
        return (number - self.minimum) / (self.maximum - self.minimum)

    def denormalised(self, position: float) -> Value:
        """Maps a place 0 … 1 on the travel to a value; places outside are clipped."""
        place = min(max(float(position), 0.0), 1.0)
        if self.scale is Scale.SWITCH:
            return place >= 0.5
        if self.scale is Scale.CHOICE:
            return self.choices[round(place * (len(self.choices) - 1))]
        if self.scale is Scale.LOG:
            return self.clipped(self.minimum * (self.maximum / self.minimum) ** place)
        if self.scale is Scale.FADER:
            return self.clipped(fader_gain_db(place))
        return self.clipped(self.minimum + (self.maximum - self.minimum) * place)

    def stepped(self, value: float, notches: float) -> float:
        """Moves a continuous value by wheel notches (fractions are fine moves), staying inside the range."""
        if self.scale is Scale.LOG:
            return self.clipped(value * self.step**notches)
        return self.clipped(value + self.step * notches)

    def _refusal(self, value: object, expected: str) -> ControlError:
        shown = repr(value)
        shown = shown if len(shown) <= 40 else shown[:37] + "..."
        return ControlError(f"{shown} is not a value of {self.label.lower()}; expected {expected}", subject=self.key)


REVERB_TYPES = ("small_room", "medium_room", "large_room", "hall", "plate")

REVERB_DECAY_S: Mapping[str, float] = MappingProxyType(
    {"small_room": 0.4, "medium_room": 0.8, "large_room": 1.4, "hall": 2.6, "plate": 1.8}
)
"""RT60 at 1 kHz of each type, in seconds, with the decay control at 1."""

SHELF_Q = 0.707
"""Quality factor of the two shelves; fixed in the published channel."""

_EQ, _CP, _RV = Group.EQUALIZER, Group.COMPRESSOR, Group.REVERB
_LIN, _LOG = Scale.LINEAR, Scale.LOG


def _band_gain(key: str, label: str, what: str) -> Parameter:
    tip = f"Boost or cut {what}; 0 dB leaves it alone."
    return Parameter(key, label, _EQ, "dB", -24.0, 24.0, 0.0, _LIN, 0.5, 1, tip)


def _band_freq(key: str, label: str, low: float, high: float, default: float, what: str) -> Parameter:
    return Parameter(key, label, _EQ, "Hz", low, high, default, _LOG, 2 ** (1 / 12), 0, what)


def _band_q(key: str, label: str) -> Parameter:
    tip = "Width of the band: high Q is narrow, low Q is wide."
    return Parameter(key, label, _EQ, "", 0.1, 10.0, 0.7, _LOG, 10 ** (1 / 20), 2, tip)


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("input_gain_db", "Input gain", Group.INPUT, "dB", -24.0, 24.0, 0.0, _LIN, 0.5, 1,
              "Level into the strip: drives the compressor."),
    Parameter("polarity_inverted", "Polarity", Group.INPUT, "", 0.0, 1.0, False, Scale.SWITCH, 1.0, 0,
              "Flips the sign of the signal, for microphones that cancel one another."),
    _band_gain("low_shelf_gain_db", "Low shelf gain", "everything below the low shelf's corner"),
    _band_freq("low_shelf_freq_hz", "Low shelf frequency", 20.0, 1000.0, 80.0, "Corner of the low shelf (Q 0.707)."),
    _band_gain("low_mid_gain_db", "Low mid gain", "warmth and mud"),
    _band_freq("low_mid_freq_hz", "Low mid frequency", 200.0, 5000.0, 400.0, "Centre of the low mid bell."),
    _band_q("low_mid_q", "Low mid Q"),
    _band_gain("mid_gain_db", "Mid gain", "body and nasality"),
    _band_freq("mid_freq_hz", "Mid frequency", 500.0, 6000.0, 1000.0, "Centre of the mid bell."),
    _band_q("mid_q", "Mid Q"),
    _band_gain("high_mid_gain_db", "High mid gain", "presence and harshness"),
    _band_freq("high_mid_freq_hz", "High mid frequency", 2000.0, 10000.0, 5000.0, "Centre of the high mid bell."),
    _band_q("high_mid_q", "High mid Q"),
    _band_gain("high_shelf_gain_db", "High shelf gain", "air: everything above the high shelf's corner"),
    _band_freq("high_shelf_freq_hz", "High shelf frequency", 8000.0, 20000.0, 10000.0,
               "Corner of the high shelf (Q 0.707)."),
    Parameter("threshold_db", "Threshold", _CP, "dB", -60.0, 0.0, 0.0, _LIN, 0.5, 1,
              "Level above which the compressor turns down."),
    Parameter("attack_ms", "Attack", _CP, "ms", 0.03, 30.0, 2.0, _LOG, 10 ** (1 / 10), 2,
              "Time to reach 63 % of a gain reduction."),
    Parameter("release_ms", "Release", _CP, "ms", 50.0, 3000.0, 50.0, _LOG, 10 ** (1 / 10), 0,
              "Time to let go of 63 % of a gain reduction."),
    Parameter("ratio", "Ratio", _CP, ":1", 1.0, 10.0, 2.0, _LOG, 10 ** (1 / 20), 2,
              "Decibels in for one decibel out, above the threshold."),
    Parameter("makeup_gain_db", "Make-up gain", _CP, "dB", -12.0, 12.0, 0.0, _LIN, 0.5, 1,
              "Level after the compressor."),
    Parameter("reverb_type", "Reverb type", _RV, "", 0.0, 4.0, "small_room", Scale.CHOICE, 1.0, 0,
              "The space the channel stands in.", REVERB_TYPES),
    Parameter("reverb_decay", "Reverb decay", _RV, "", 0.1, 1.0, 1.0, _LIN, 0.05, 2,
              "Share of the type's full decay time."),
    Parameter("reverb_dry", "Reverb dry", _RV, "", 0.0, 1.0, 1.0, _LIN, 0.02, 2,
              "Level of the direct sound, as a factor."),
    Parameter("reverb_wet", "Reverb wet", _RV, "", 0.0, 1.0, 0.0, _LIN, 0.02, 2,
              "Level of the reverberation, as a factor."),
    Parameter("fader_db", "Fader", Group.OUTPUT, "dB", FADER_FLOOR_DB, FADER_TOP_DB, 0.0, Scale.FADER, 1.0, 1,
              "Level in the mix; the bottom is silence."),
    Parameter("pan", "Pan", Group.OUTPUT, "", -1.0, 1.0, 0.0, _LIN, 0.05, 2,
              "Place between left (−1) and right (1); constant power, −3 dB at the centre."),
)  # fmt: skip

PARAMETER: Mapping[str, Parameter] = MappingProxyType({p.key: p for p in PARAMETERS})
KEYS: tuple[str, ...] = tuple(p.key for p in PARAMETERS)

BANDS: tuple[str, ...] = ("low_shelf", "low_mid", "mid", "high_mid", "high_shelf")
"""The five equaliser bands, low to high: prefixes of `_gain_db`, `_freq_hz` and (for the bells) `_q`."""


def keys_of(group: Group) -> tuple[str, ...]:
    """Returns the keys of one stage's controls, in the table's order."""
    return tuple(p.key for p in PARAMETERS if p.group is group)


def parameter(key: str) -> Parameter:
    """Looks a control up by key.

    Raises:
        ControlError: there is no such control.
    """
    try:
        return PARAMETER[key]
    except KeyError:
        raise ControlError("there is no such control", subject=str(key)[:60]) from None
