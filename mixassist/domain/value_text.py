# SPDX-License-Identifier: Apache-2.0
"""Values of controls as people read and type them: `−3.0 dB`, `2.00 kHz`, `L30`; and back."""

from __future__ import annotations

import re

from mixassist.domain.errors import ControlError, MixAssistError
from mixassist.domain.fader_law import FADER_FLOOR_DB
from mixassist.domain.parameters import Parameter, Scale, Value

_MINUS = "−"
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_NUMBER = re.compile(r"([+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+))(.*)", re.DOTALL)
_INFINITY = re.compile(r"-(?:inf|infinity|∞|oo)(?:db)?")
_FACTORS: dict[str, dict[str, float]] = {
    "dB": {"": 1.0, "db": 1.0},
    "Hz": {"": 1.0, "hz": 1.0, "k": 1000.0, "khz": 1000.0},
    "ms": {"": 1.0, "ms": 1.0, "s": 1000.0, "sec": 1000.0, "us": 0.001, "µs": 0.001, "μs": 0.001},
    ":1": {"": 1.0, ":1": 1.0},
    "": {"": 1.0},
}
_EXAMPLES = {"dB": "-3 dB", "Hz": "250 Hz or 2.5 kHz", "ms": "30 ms or 1.2 s", ":1": "4:1", "": "0.7"}
_ON = {"on", "yes", "true", "1", "inverted", "invert", "ø", "180", "180°"}
_OFF = {"off", "no", "false", "0", "normal", "0°"}
_LONGEST = 60


def format_value(parameter: Parameter, value: Value) -> str:
    """Returns a value as the window shows it, with its unit; always "." as the decimal point.

    Raises:
        ControlError: the value is not one of the control's.
    """
    checked = parameter.checked(value)
    if parameter.scale is Scale.SWITCH:
        return "on" if checked else "off"
    if parameter.scale is Scale.CHOICE:
        return str(checked).replace("_", " ").capitalize()
    number = float(checked)
    if _is_pan(parameter):
        percent = round(number * 100)
        return f"{'L' if percent < 0 else 'R'}{abs(percent)}" if percent else "C"
    if _is_share(parameter):
        return f"{round(number * 100)} %"
    if parameter.scale is Scale.FADER and round(number, parameter.decimals) <= FADER_FLOOR_DB:
        return f"{_MINUS}∞ dB"
    if parameter.unit == "Hz":
        return _frequency(number, parameter.decimals)
    decimals = _time_decimals(number, parameter.decimals) if parameter.unit == "ms" else parameter.decimals
    gap = "" if parameter.unit in ("", ":1") else " "
    return f"{_signed(number, decimals)}{gap}{parameter.unit}"


def parse_value(parameter: Parameter, text: str) -> Value:
    """Reads a value that somebody typed.

    Numbers may have a decimal comma, any minus sign, spaces and the control's unit or none: `-3`, `2k`,
    `2.5 kHz`, `30ms`, `1.2 s`, `4:1`, `-inf`. Pan takes `L30`, `R 5`, `c`, or a number: percent, unless a decimal
    point and a size of at most 1 say that the −1 … 1 scale is meant; shares (reverb) read numbers alike, and `50%`.

    Raises:
        ControlError: says what the control takes, or that the value is out of its range.
    """
    return parameter.checked(_read(parameter, text))


def nearest_value(parameter: Parameter, text: str) -> Value:
    """Reads a value as `parse_value` does and takes the nearest that the control has: +99 dB is the fader's top.

    Raises:
        MixAssistError: no value at all; the sentence names the control in a person's words, with its range.
    """
    try:
        value = _read(parameter, text)
    except ControlError as error:
        shown = _shortened(text.strip())
        what = f'"{shown}" is no value; type {_expected(parameter)}' if shown else f"type {_expected(parameter)}"
        label = f"{parameter.label}, {range_text(parameter)}" if parameter.is_continuous else parameter.label
        raise MixAssistError(what, subject=label) from error
    return parameter.clipped(float(value)) if parameter.is_continuous else value


def range_text(parameter: Parameter) -> str:
    """Returns what a continuous control takes, as people read it: `−60 … 12 dB`, `L100 … R100`."""
    low, high = parameter.minimum, parameter.maximum
    if _is_pan(parameter) or _is_share(parameter) or parameter.unit == "Hz":
        return f"{format_value(parameter, low)} … {format_value(parameter, high)}"
    gap = "" if parameter.unit in ("", ":1") else " "
    return f"{low:g} … {high:g}{gap}{parameter.unit}".replace("-", _MINUS)


def _read(parameter: Parameter, text: str) -> Value:
    """Returns what was typed, which may lie outside the control's range."""
    words = _SPACES.sub("", text[: _LONGEST + 1]).replace(_MINUS, "-").replace("–", "-").casefold()
    if not words or len(text) > _LONGEST:
        raise _refusal(parameter, text)
    if parameter.scale is Scale.SWITCH:
        return _switch(parameter, text, words)
    if parameter.scale is Scale.CHOICE:
        return _choice(parameter, text, words)
    if _is_pan(parameter):
        return _pan(parameter, text, words)
    if _is_share(parameter):
        number, unit, is_fraction = _split(parameter, text, words)
        if unit not in ("", "%"):
            raise _refusal(parameter, text)
        return number if is_fraction and not unit else number / 100.0
    if parameter.scale is Scale.FADER and _INFINITY.fullmatch(words):
        return FADER_FLOOR_DB
    number, unit, _ = _split(parameter, text, words)
    factor = _FACTORS[parameter.unit].get(unit)
    if factor is None:
        raise _refusal(parameter, text)
    value = number * factor
    if parameter.scale is Scale.FADER:
        value = max(value, FADER_FLOOR_DB)  # everything below the floor is the same silence
    return value


def _is_pan(parameter: Parameter) -> bool:
    return parameter.key == "pan"


def _is_share(parameter: Parameter) -> bool:
    return parameter.scale is Scale.LINEAR and not parameter.unit and not _is_pan(parameter)


def _signed(number: float, decimals: int) -> str:
    digits = f"{abs(number):.{decimals}f}"
    return _MINUS + digits if number < 0 and float(digits) != 0 else digits


def _frequency(number: float, decimals: int) -> str:
    if round(number, decimals) < 1000.0:
        return f"{number:.{decimals}f} Hz"
    return f"{number / 1000.0:.2f} kHz"


def _time_decimals(number: float, decimals: int) -> int:
    """Drops a decimal at 1 and another at 10: 0.03 ms, 2.0 ms, 30 ms."""
    for limit in (1.0, 10.0):
        if decimals > 0 and round(number, decimals) >= limit:
            decimals -= 1
    return decimals


def _split(parameter: Parameter, text: str, words: str) -> tuple[float, str, bool]:
    """Returns the number, what stands behind it, and whether it reads as a fraction of at most 1."""
    match = _NUMBER.fullmatch(words)
    if match is None:
        raise _refusal(parameter, text)
    number = float(match[1].replace(",", "."))
    return number, match[2], abs(number) <= 1.0 and any(c in match[1] for c in ".,")


def _pan(parameter: Parameter, text: str, words: str) -> float:
    if words in ("c", "center", "centre", "mid", "middle"):
        return 0.0
    words = words.removesuffix("%")
    for letter, name, side in (("l", "left", -1.0), ("r", "right", 1.0)):
        for mark in (name, letter):
            if words == mark:
                return side
            if words.startswith(mark) or words.endswith(mark):
                number, rest, _ = _split(parameter, text, words.removeprefix(mark).removesuffix(mark))
                if rest or number < 0:
                    raise _refusal(parameter, text)
                return side * number / 100.0
    number, rest, is_fraction = _split(parameter, text, words)
    if rest:
        raise _refusal(parameter, text)
    return number if is_fraction and "%" not in text else number / 100.0


def _switch(parameter: Parameter, text: str, words: str) -> bool:
    if words in _ON:
        return True
    if words in _OFF:
        return False
    raise _refusal(parameter, text)


def _choice(parameter: Parameter, text: str, words: str) -> str:
    wanted = words.replace("_", "").replace("-", "")
    plain = {choice.replace("_", ""): choice for choice in parameter.choices}
    if wanted in plain:
        return plain[wanted]
    begun = [choice for name, choice in plain.items() if wanted and name.startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    raise _refusal(parameter, text)


def _refusal(parameter: Parameter, text: str) -> ControlError:
    words = f'"{_shortened(text)}" is not a value of {parameter.label.lower()}; type {_expected(parameter)}'
    return ControlError(words, subject=parameter.key)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _expected(parameter: Parameter) -> str:
    if parameter.scale is Scale.SWITCH:
        return "on or off"
    if parameter.scale is Scale.CHOICE:
        return "one of " + ", ".join(format_value(parameter, choice) for choice in parameter.choices)
    if _is_pan(parameter):
        return "a place such as L30, C or R100"
    if _is_share(parameter):
        return "a share such as 50 %"
    return f"a value such as {_EXAMPLES[parameter.unit]}"
