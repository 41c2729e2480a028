# SPDX-License-Identifier: Apache-2.0
"""The one class of errors a user can mend; everything else is a bug."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

_MOST_TOLD = 10


class MixAssistError(Exception):
    """Says in one sentence what is wrong and what helps.

    Args:
        message: what is wrong, without a final full stop.
        subject: the file, track or control it is about; shown first.
        remedy: what the user can do, one sentence; may be empty.

    As text it is one line that ends with a full stop and that any terminal can show: control characters and
    undecodable bytes of file names become replacement characters.
    """

    def __init__(self, message: str, *, subject: str | Path = "", remedy: str = "") -> None:
        self.message = message.rstrip(".")
        self.subject = str(subject)
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.subject}: {self.message}" if self.subject else self.message
        text = f"{head}. {self.remedy}" if self.remedy else head
        text = " ".join(text.split())
        text = text if text.endswith((".", "!", "?", "…")) else f"{text}."
        return "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in text)


class ControlError(MixAssistError):
    """A control was given a value outside the parameter table."""


def several(errors: Sequence[MixAssistError]) -> MixAssistError:
    """Returns the one error, or one that names the files or tracks of up to ten and says what is wrong with each."""
    if len(errors) == 1:
        return errors[0]
    first, *others = errors
    told = [f"{error.subject} ({error.message})" for error in others[: _MOST_TOLD - 1]]
    if len(errors) > _MOST_TOLD:
        told.append(f"{len(errors) - _MOST_TOLD} more")
    likewise = f"{len(others)} more file{'s' if len(others) > 1 else ''} cannot be used: {', '.join(told)}"
    remedy = first.remedy if {error.remedy for error in errors} == {first.remedy} else "Mend them or leave them out."
    return MixAssistError(f"{first.message}; {likewise}", subject=first.subject, remedy=remedy)


class Cancelled(Exception):
    """Raised inside long work after somebody cancelled it; never an error to show."""
