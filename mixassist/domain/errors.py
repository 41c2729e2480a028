# SPDX-License-Identifier: Apache-2.0
"""The one class of errors a user can mend; everything else is a bug."""

from __future__ import annotations

import unicodedata
from pathlib import Path


class MixAssistError(Exception):
    """Says in one sentence what is wrong and what helps.

    Args:
        message: what is wrong, without a final full stop.
        subject: the file, track or control it is about; shown first.
        remedy: what the user can do, one sentence; may be empty.

    As text it is one line that any terminal can show: control characters and undecodable bytes of file names
    become replacement characters.
    """

    def __init__(self, message: str, *, subject: str | Path = "", remedy: str = "") -> None:
        self.message = message.rstrip(".")
        self.subject = str(subject)
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.subject}: {self.message}" if self.subject else self.message
        text = f"{head}. {self.remedy}" if self.remedy else head
        return "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in " ".join(text.split()))


class ControlError(MixAssistError):
    """A control was given a value outside the parameter table."""


class Cancelled(Exception):
    """Raised inside long work after somebody cancelled it; never an error to show."""
