# SPDX-License-Identifier: Apache-2.0
"""Writes down what is done to a window's document, so that it can be done again on a fresh one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from mixassist.domain.document import Document

_NAMES = ("execute", "begin_gesture", "end_gesture", "undo", "redo", "go_to", "update_facts")


class Recorder:
    """Notes the outermost calls on one document since it was given its session.

    It patches the class, not the document: what was connected to a bound method is noted too.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.document: Document | None = None
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self._depth = 0
        for name in (*_NAMES, "replace_session"):
            monkeypatch.setattr(Document, name, self._noting(name, getattr(Document, name)))
        monkeypatch.setattr(Document, "macro", self._noting_macro(Document.macro))

    def _noting(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(document: Document, *args: Any) -> Any:
            if document is not self.document or self._depth:
                return real(document, *args)
            if name == "replace_session":
                self.calls.clear()
            self._depth += 1
            try:
                result = real(document, *args)
            finally:
                self._depth -= 1
            self.calls.append((name, args))
            return result

        return noted

    def _noting_macro(self, real: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def noted(document: Document, label: str) -> Iterator[None]:
            if document is self.document:
                self.calls.append(("begin macro", (label,)))
            with real(document, label):
                yield
            if document is self.document:
                self.calls.append(("end macro", ()))

        return noted

    def replayed(self) -> Document:
        """Returns a fresh document to which all of it was done again."""
        calls, recorded = list(self.calls), self.document
        self.document = None
        document = Document()
        macros: list[ExitStack] = []
        for name, args in calls:
            if name == "begin macro":
                macros.append(ExitStack())
                macros[-1].enter_context(document.macro(*args))
            elif name == "end macro":
                macros.pop().close()
            else:
                getattr(document, name)(*args)
        self.document = recorded
        return document
