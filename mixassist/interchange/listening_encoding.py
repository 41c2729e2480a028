# SPDX-License-Identifier: Apache-2.0
"""A session's listening results as JSON values and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mixassist.domain.listening import ListeningResult
from mixassist.interchange.json_node import Node, plain_text

_HEX = set("0123456789abcdef")
_TESTS = ("abx", "preference", "multi-stimulus", "opinion")
_OUTCOMES = ("finished", "abandoned", "screened out")


def encode_listening_result(result: ListeningResult, path_of: Callable[[str], str]) -> dict[str, Any]:
    """Returns one result as JSON values; `path_of` says how the log's path is written."""
    return {
        "test": result.test,
        "ended_at": plain_text(result.ended_at),
        "listener": plain_text(result.listener),
        "versions": [plain_text(label) for label in result.versions],
        "outcome": result.outcome,
        "words": plain_text(result.words),
        "log": path_of(result.log_path),
        "log_sha256": result.log_sha256,
    }


def decode_listening_result(node: Node, path_from: Callable[[str], str]) -> ListeningResult:
    """Builds a result again; raises `MixAssistError` naming what does not belong there."""
    digest = node.get("log_sha256").text()
    if len(digest) != 64 or not set(digest) <= _HEX:
        node.get("log_sha256").fail("is not a SHA-256 in lower-case hex")
    return ListeningResult(
        test=node.get("test").choice(_TESTS),
        ended_at=node.get("ended_at").text(limit=100),
        listener=node.get("listener").text(),
        versions=tuple(item.text() for item in node.get("versions").items(limit=1000)),
        outcome=node.get("outcome").choice(_OUTCOMES),
        words=node.get("words").text(),
        log_path=path_from(node.get("log").path_text()),
        log_sha256=digest,
    )
