# SPDX-License-Identifier: Apache-2.0
"""Every text that the window shows goes through tr(): found by reading the code, not by running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

GUI = Path(__file__).parents[2] / "mixassist" / "gui"

SHOWING = frozenset(
    {"setText", "setWindowTitle", "setToolTip", "setStatusTip", "setPlaceholderText", "setAccessibleName",
     "setAccessibleDescription", "setTitle", "setSuffix", "setPrefix", "addItem", "addItems", "addAction", "addMenu",
     "addTab", "addRow", "setHeaderLabels", "setTabText", "setItemText", "setLabelText", "show_message", "add_words",
     "add_button", "insertItem", "information", "warning", "critical", "question", "getOpenFileName",
     "getOpenFileNames", "getSaveFileName", "getExistingDirectory", "getText", "run_task", "macro", "label",
     "drawText"}
)  # fmt: skip
"""Calls that show their text arguments."""
MADE_WITH_WORDS = frozenset({"QLabel", "QPushButton", "PushButton", "QCheckBox", "CheckBox", "QGroupBox", "QAction"})
TRANSLATING = frozenset({"tr", "_tr", "translate", "translated", "QT_TRANSLATE_NOOP", "_a", "self_tr", "Condition"})
WORD = re.compile(r"[A-Za-z]{2,}")
NOT_WORDS = frozenset({"dB", "Hz", "kHz", "ms", "LUFS", "MixAssist", "dBFS", "dBTP", "JSON", "CSV", "WAV", "LU", "RT"})


def _name_of(call: ast.Call) -> str:
    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _is_words(text: str) -> bool:
    """Whether a text holds words of a language: not a key, a unit, a file pattern or an object's name."""
    text = re.sub(r"<[^>]*>", "", text)
    if re.search(r"\*\.\w+", text) or re.fullmatch(r"[a-z_.{}/0-9-]+", text):
        return False
    return any(word not in NOT_WORDS for word in WORD.findall(re.sub(r"\{[^}]*\}", "", text)))


def _bare_texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yields the literal texts below an expression that no translating call wraps."""
    if isinstance(node, ast.Call):
        name = _name_of(node)
        if name in TRANSLATING:
            return
        if name in ("format", "join", "replace"):
            parts = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            for part in (*parts, *(node.args if name != "replace" else ())):
                yield from _bare_texts(part)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        yield node.lineno, "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
    elif isinstance(node, (ast.IfExp, ast.BinOp, ast.BoolOp, ast.Tuple, ast.List, ast.Starred)):
        for child in ast.iter_child_nodes(node):
            yield from _bare_texts(child)


def untranslated(source: str) -> list[tuple[int, str]]:
    """Returns line and text of every literal that is shown as it stands."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = _name_of(node)
        if name in SHOWING or name in MADE_WITH_WORDS:
            # The last argument of these is a kind or an object's name.
            arguments = node.args[:1] if name in ("show_message", "add_button", "run_task", "addItem") else node.args
            found += [hit for argument in arguments for hit in _bare_texts(argument) if _is_words(hit[1])]
    return found


@pytest.mark.parametrize("file", sorted(GUI.rglob("*.py")), ids=lambda f: str(f.relative_to(GUI)))
def test_every_visible_text_is_translated(file: Path) -> None:
    found = untranslated(file.read_text(encoding="utf-8"))
    assert not found, "; ".join(f"{file.name}:{line}: {text!r}" for line, text in found)


@pytest.mark.parametrize(
    ("source", "count"),
    [('x.setText("Good day")', 1), ('x.setText(self.tr("Good day"))', 0), ('QLabel("Good day", self)', 1),
     ('x.setText(self.tr("{0} dB").format("a"))', 0), ('x.setText("Good" if a else "{0} day".format(b))', 2),
     ('x.setText(f"{a} days")', 1), ('x.setText(f"{a:.1f} dB")', 0), ('x.setObjectName("channel.back")', 0),
     ('x.setHeaderLabels(["One thing", self.tr("Other")])', 1), ('x.setText("–")', 0)],
)  # fmt: skip
def test_the_reader_finds_what_it_should(source: str, count: int) -> None:
    assert len(untranslated(source)) == count
