# SPDX-License-Identifier: Apache-2.0
"""JSON from files nobody vouches for: checked in size, depth and kind before anything is believed."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Any, NoReturn

from mixassist.domain.errors import MixAssistError

MAX_BYTES = 32 * 1024 * 1024
"""Larger files are refused before they are read."""
MAX_DEPTH = 64
"""Lists and objects inside one another; our own files need 7."""
MAX_CONTAINERS = 1_000_000
"""Lists and objects in one file: each costs memory out of proportion to its two characters."""

# Strings are skipped whole; possessive repeats and the optional end keep the scan linear and free of a stack.
_TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]|[0-9]{100}|[eE]\+?[0-9]{3}', re.DOTALL)


def read_json(path: str | Path, *, what: str = "file", max_bytes: int = MAX_BYTES) -> Any:
    """Reads a JSON file strictly.

    Refuses whatever is no regular file (without opening it), is too large or too deep, is not UTF-8, repeats a key,
    or holds NaN, infinities or numbers of absurd length.

    Args:
        path: the file.
        what: what it should be, for the error: "session", "parameter table".
        max_bytes: the largest size that is read.

    Raises:
        MixAssistError: one sentence naming the file.
    """
    return parse_json(read_regular_file(path, what, max_bytes), path, what=what)


def parse_json(data: bytes, path: str | Path, *, what: str = "file") -> Any:
    """Parses bytes as `read_json` does; `path` is only named in errors."""

    def refuse(reason: str) -> NoReturn:
        raise MixAssistError(reason, subject=path, remedy=f"Choose another {what} or a backup of this one.")

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(f"is not a MixAssist {what}: it is not text in UTF-8")
    _check_shape(text, refuse)
    try:
        return json.loads(
            text,
            parse_constant=lambda name: refuse(f"holds {name} where a number should be"),
            object_pairs_hook=lambda pairs: _unique(pairs, refuse),
        )
    except json.JSONDecodeError as error:
        place, fault = f"line {error.lineno}, column {error.colno}", error.msg.lower().removesuffix(" starting at")
        refuse(f"is not a MixAssist {what}: {place} is no valid JSON ({fault})")
    except RecursionError:
        refuse("is nested too deeply")


def read_regular_file(path: str | Path, what: str, max_bytes: int) -> bytes:
    """Returns the content of a regular file that is neither empty nor too large; opens nothing else.

    Raises:
        MixAssistError: one sentence naming the file; `what` says what it should be.
    """

    def refuse(reason: str, remedy: str) -> NoReturn:
        raise MixAssistError(reason, subject=path, remedy=remedy)

    another = f"Choose another {what}."
    try:
        # Looked at before it is opened: opening a pipe waits, opening a device may do anything.
        facts = Path(path).stat()
        if stat.S_ISDIR(facts.st_mode):
            refuse(f"is a folder, not a {what}", f"Choose the {what} inside it.")
        if not stat.S_ISREG(facts.st_mode):
            refuse("is a device or a pipe, not a regular file", another)
        if facts.st_size > max_bytes:
            refuse(f"is {facts.st_size:,} bytes long; a {what} has at most {max_bytes:,}", another)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                refuse("is a device or a pipe, not a regular file", another)
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        refuse("there is no such file", "Check the name and the folder.")
    except PermissionError:
        refuse("cannot be read: permission denied", "Change its permissions or choose another file.")
    except OSError as error:
        refuse(f"cannot be read ({error.strerror or error})", another)
    except ValueError:
        refuse("is not the name of a file", "Check the name.")
    if len(data) > max_bytes:
        refuse(f"is longer than {max_bytes:,} bytes", another)
    if not data.strip():
        refuse("is empty", f"Choose a backup of this {what}.")
    return data


def _check_shape(text: str, refuse: Any) -> None:
    depth = containers = 0
    for match in _TOKENS.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            containers += 1
            if depth > MAX_DEPTH:
                refuse(f"is nested deeper than {MAX_DEPTH} levels")
            if containers > MAX_CONTAINERS:
                refuse(f"holds more than {MAX_CONTAINERS:,} lists and objects")
        elif first in "]}":
            depth -= 1
        elif first != '"':
            refuse("holds a number out of any range")  # 100 digits, or an exponent of three: 1e999 is infinite


def _unique(pairs: list[tuple[str, Any]], refuse: Any) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        refuse(f'holds "{twice[:40]}" twice in one object')
    return made
