# SPDX-License-Identifier: Apache-2.0
"""Other suggestions, and the sheet that says why."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from mixassist.api import Reason
from mixassist.automix.reason import Cause, Influence
from mixassist.gui.panels.why_sheet import InfluenceBar, WhySheet, reason_words


def reason(label: str, changes: dict[str, float]) -> Reason:
    return Reason(label, "LU", -2.5, tuple(Influence(n, n, c) for n, c in changes.items()))


def test_the_sheet_lists_values_and_what_moved_them(qtbot: QtBot) -> None:
    parent = QWidget()
    parent.resize(900, 700)
    qtbot.addWidget(parent)
    sheet = WhySheet("Bass", [reason("level", {"Kick": -1.25, "Keys": 0.5}), reason("reverberation", {})], parent)
    sheet.show()
    words = [label.text() for label in sheet.findChildren(QLabel)]
    assert "Why Bass sounds as it does" in words and "−2.50 LU" in words
    assert "Level against the mean of the tracks" in words
    assert words.index("Kick") < words.index("Keys") and "−1.25 LU" in words and "+0.50 LU" in words
    assert len(sheet.findChildren(InfluenceBar)) == 2
    sheet.grab()
    sheet.close()


def test_causes_in_the_track_itself_are_listed_too(qtbot: QtBot) -> None:
    parent = QWidget()
    parent.resize(900, 700)
    qtbot.addWidget(parent)
    causes = (Cause("less above 8 kHz than is usual", 1.5), Cause("usual on this instrument"))
    sheet = WhySheet("Bass", [Reason("high shelf gain", "dB", 1.5, causes=causes)], parent)
    sheet.show()
    words = [label.text() for label in sheet.findChildren(QLabel)]
    assert "Less above 8 kHz than is usual" in words and "Usual on this instrument" in words
    assert words.count("+1.50 dB") == 2 and len(sheet.findChildren(InfluenceBar)) == 1
    sheet.close()


def test_every_cause_is_known_to_the_translators() -> None:
    from mixassist.automix import rule_reasons, tone, why
    from mixassist.gui.panels import why_sheet

    named = [value for room in (rule_reasons, tone, why) for name, value in vars(room).items() if name.isupper()]
    causes = {value for value in named if isinstance(value, str)}
    assert len(causes) >= 13 and causes <= set(why_sheet._WORDS)


def test_trifles_look_like_trifles(qtbot: QtBot) -> None:
    parent = QWidget()
    parent.resize(900, 700)
    qtbot.addWidget(parent)
    sheet = WhySheet("Bass", [reason("level", {"Kick": 0.01}), reason("mid gain", {"Kick": 0.5, "Keys": 0.02})], parent)
    sheet.show()
    assert any("hardly" in label.text() for label in sheet.findChildren(QLabel))
    assert [bar._share for bar in sheet.findChildren(InfluenceBar)] == [0.5, 0.02]
    sheet.close()


def test_shares_are_told_in_per_cent_and_what_rounds_to_nothing_is_left_out(qtbot: QtBot) -> None:
    parent = QWidget()
    parent.resize(900, 700)
    qtbot.addWidget(parent)
    moved = tuple(Influence(n, n, c) for n, c in {"Kick": -0.07, "Keys": 0.004}.items())
    sheet = WhySheet("Bass", [Reason("distance from the middle", "", 0.35, moved)], parent)
    sheet.show()
    words = [label.text() for label in sheet.findChildren(QLabel)]
    assert "35 %" in words and "−7 %" in words
    assert "Keys" not in words and not any(w.endswith("0.00") or w == "+0 %" for w in words)
    sheet.close()


def test_wishes_begin_with_a_capital() -> None:
    assert reason_words("distance from the middle") == "Distance from the middle"


def test_every_further_suggestion_has_a_seed_of_its_own(monkeypatch: Any) -> None:
    from mixassist.gui.handlers.suggestions import SuggestionActions

    asked: list[int] = []
    actions = SuggestionActions.__new__(SuggestionActions)
    actions._seed = 0
    monkeypatch.setattr(
        SuggestionActions, "_ask", lambda self, seed: (asked.append(seed), setattr(self, "_seed", seed))
    )
    for call in (actions.first, actions.another, actions.another, actions.first, actions.another):
        call()
    assert asked == [0, 1, 2, 0, 1]


def test_the_sheet_is_as_tall_as_its_reasons_need_and_shows_them_all(qtbot: QtBot) -> None:
    parent = QWidget()
    parent.resize(1280, 720)
    qtbot.addWidget(parent)
    few = [reason("level", {"Kick": -1.25, "Keys": 0.5}), reason("reverberation", {})]
    heights = []
    for reasons in (few, few * 2, few * 12):
        sheet = WhySheet("Bass", reasons, parent)
        sheet.show()
        bar = sheet.findChild(QScrollArea).verticalScrollBar()
        heights.append((sheet.height(), bar.maximum()))
        sheet.close()
    assert heights[0][0] < heights[1][0] < heights[2][0] == 520
    assert heights[0][1] == heights[1][1] == 0 < heights[2][1]
