# SPDX-License-Identifier: Apache-2.0
"""Channel parameters as spreadsheets keep them: one row a channel, units in the header."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import PARAMETER, PARAMETERS, Parameter, Value

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SWITCH = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}


def csv_text(rows: Sequence[tuple[str, str, Sequence[Value]]]) -> str:
    """Returns a table of name, source and all 26 values; "." is the decimal point, switches are on and off.

    A name that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(["name", "source", *(_heading(p) for p in PARAMETERS)])
    for name, source, values in rows:
        cells = [_cell(p, value) for p, value in zip(PARAMETERS, values, strict=True)]
        table.writerow([_harmless(name), _harmless(source), *cells])
    return text.getvalue()


def csv_channels(data: bytes, path: str | Path) -> list[dict[str, Any]]:
    """Reads such a table as channels with `name`, `source` and `parameters`, not yet checked against the controls.

    Columns may stand in any order and be left out, cells may be empty, and what a spreadsheet made of the file is
    understood: semicolons or tabs between cells, commas as decimal points.

    Raises:
        MixAssistError: no such table; names the file, and the line or the column.
    """

    def refuse(reason: str) -> NoReturn:
        raise MixAssistError(reason, subject=path, remedy="Write one with --params-out P.csv and change that.")

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("is not a MixAssist parameter table: it is not text in UTF-8")
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        keys = [_key(heading) for heading in next(rows)]
        unknown = [key for key in keys if key not in PARAMETER and key not in ("name", "source")]
        if "name" not in keys or len(keys) < 2:
            refuse('is not a MixAssist parameter table: its first line must be "name", "source" and the controls')
        if unknown or len(set(keys)) < len(keys):
            wrong = unknown[0] if unknown else next(key for key in keys if keys.count(key) > 1)
            refuse(f'the column "{wrong[:40]}" is {"no control" if unknown else "there twice"}')
        channels = []
        for row in rows:
            if len(row) > len(keys):
                refuse(f"line {rows.line_num} has {len(row)} cells, more than the {len(keys)} of the header")
            if any(row):
                channels.append(_channel(dict(zip(keys, row, strict=False)), separator))
    except csv.Error as error:
        refuse(f"line {rows.line_num} is no valid CSV ({error})")
    return channels


def _channel(cells: dict[str, str], separator: str) -> dict[str, Any]:
    values = {key: _value(PARAMETER[key], cell, separator) for key, cell in cells.items() if key in PARAMETER and cell}
    return {
        "name": _as_named(cells.get("name", "")),
        "source": _as_named(cells.get("source", "")),
        "parameters": values,
    }


def _value(parameter: Parameter, cell: str, separator: str) -> object:
    """Returns a cell as the kind of value its control has; as it is where it has none, to be refused by name."""
    text = cell.strip()
    if not parameter.is_continuous:
        return _SWITCH.get(text.casefold(), text) if not parameter.choices else text
    number = text.replace("−", "-")
    try:
        return float(number if separator == "," else number.replace(",", "."))
    except ValueError:
        return text


def _key(heading: str) -> str:
    return heading.strip().partition(" [")[0]


def _heading(parameter: Parameter) -> str:
    unit = {"": "", ":1": " [x:1]"}.get(parameter.unit, f" [{parameter.unit}]")
    return parameter.key + unit


def _cell(parameter: Parameter, value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else repr(float(value))


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _as_named(text: str) -> str:
    return text[1:] if text.startswith(tuple("'" + start for start in _FORMULA_STARTS)) else text
