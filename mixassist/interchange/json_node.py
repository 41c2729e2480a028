# SPDX-License-Identifier: Apache-2.0
"""Typed access to parsed JSON; every refusal names the file, the place in it and what belongs there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from mixassist.domain.controls import Controls
from mixassist.domain.errors import ControlError, MixAssistError
from mixassist.domain.parameters import PARAMETER

MAX_TEXT = 100_000
"""Longest text a file may hold in one place."""


@dataclass(frozen=True)
class Node:
    """One value of a JSON file, with the file and its place in it for errors."""

    value: Any
    file: str | Path
    place: str = ""
    what: str = "file"

    def fail(self, reason: str, remedy: str = "") -> NoReturn:
        """Raises `MixAssistError` that names file and place."""
        where = f"{self.place} " if self.place else ""
        usual = f"Correct the {self.what} or choose a backup of it."
        raise MixAssistError(where + reason, subject=self.file, remedy=remedy or usual)

    def named(self, place: str) -> Node:
        """Returns the same value with other words for its place."""
        return Node(self.value, self.file, place, self.what)

    def get(self, key: str) -> Node:
        """Returns a member of an object; it must be there."""
        if not isinstance(self.value, dict):
            self.fail(f"must be an object, not {_kind(self.value)}")
        if key not in self.value:
            self.fail(f'lacks "{key}"')
        return self._inner(self.value[key], key)

    def find(self, key: str) -> Node | None:
        """Returns a member of an object, or None when it is absent or null."""
        if isinstance(self.value, dict) and self.value.get(key) is None:
            return None
        return self.get(key)

    def object(self) -> dict[str, Node]:
        """Returns the members of an object."""
        if not isinstance(self.value, dict):
            self.fail(f"must be an object, not {_kind(self.value)}")
        return {key: self._inner(value, _shown(key)) for key, value in self.value.items()}

    def items(self, limit: int = 100_000) -> list[Node]:
        """Returns the items of a list."""
        if not isinstance(self.value, list):
            self.fail(f"must be a list, not {_kind(self.value)}")
        if len(self.value) > limit:
            self.fail(f"holds {len(self.value):,} items; at most {limit:,} are allowed")
        return [self._inner(value, str(index + 1)) for index, value in enumerate(self.value)]

    def text(self, limit: int = MAX_TEXT) -> str:
        """Returns a text that can be written to a file again."""
        if not isinstance(self.value, str):
            self.fail(f"must be text, not {_kind(self.value)}")
        if len(self.value) > limit:
            self.fail(f"is a text of {len(self.value):,} characters; at most {limit:,} are allowed")
        if any("\ud800" <= c <= "\udfff" for c in self.value):
            self.fail("holds characters that are no text (lone surrogates)")
        return self.value

    def path_text(self) -> str:
        """Returns the path or name of a file; bytes that are no text may stand in it as the system has them."""
        if not isinstance(self.value, str) or "\0" in self.value or len(self.value) > MAX_TEXT:
            self.fail("is not the path of a file")
        return self.value

    def flag(self) -> bool:
        """Returns true or false."""
        if not isinstance(self.value, bool):
            self.fail(f"must be true or false, not {_kind(self.value)}")
        return self.value

    def number(self, minimum: float, maximum: float) -> float:
        """Returns a number of a range."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self.fail(f"must be a number, not {_kind(self.value)}")
        if not minimum <= self.value <= maximum:
            self.fail(f"is {_shown(self.value)}; expected {minimum:g} … {maximum:g}")
        return float(self.value)

    def integer(self, minimum: int, maximum: int) -> int:
        """Returns a whole number of a range."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.fail(f"must be a whole number, not {_kind(self.value)}")
        if not minimum <= self.value <= maximum:
            self.fail(f"is {_shown(self.value)}; expected {minimum} … {maximum}")
        return self.value

    def choice(self, choices: Collection[str]) -> str:
        """Returns one of some words."""
        if not isinstance(self.value, str) or self.value not in choices:
            self.fail(f"is {_shown(self.value)}; expected one of {', '.join(choices)}")
        return self.value

    def control_key(self) -> str:
        """Returns the key of a control."""
        if not isinstance(self.value, str) or self.value not in PARAMETER:
            self.fail(f"is {_shown(self.value)}, which is no control")
        return self.value

    def controls(self) -> Controls:
        """Returns all controls of a channel; absent ones have their default."""
        return Controls(self.control_values())

    def control_values(self) -> Mapping[str, Any]:
        """Returns values of controls, each checked against the table."""
        values = {key: node.value for key, node in self.object().items()}
        try:
            checked = Controls(values)
        except ControlError as error:
            self.fail(f"{error.subject}: {error.message}")
        return {key: checked[key] for key in values}

    def _inner(self, value: Any, step: str) -> Node:
        return Node(value, self.file, f"{self.place}/{step}" if self.place else step, self.what)


def plain_text(text: str) -> str:
    """Returns text fit for a file: what is no character (a lone surrogate) becomes the replacement character."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text[:MAX_TEXT])


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
