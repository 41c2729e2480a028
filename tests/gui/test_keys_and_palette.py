# SPDX-License-Identifier: Apache-2.0
"""Keys that can be changed, the sheet and the dialog of keys, fuzzy search and the command palette."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mixassist.gui.actions import ACTION, ACTIONS, BLIND, MENUS
from mixassist.gui.fuzzy import folded, match
from mixassist.gui.key_map import KeyMap, default_keys
from mixassist.gui.main_window import MainWindow
from mixassist.gui.panels.command_palette import Entry, found_entries
from mixassist.gui.settings import load_settings

NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip


def test_the_key_map_gives_takes_and_resets() -> None:
    keys = KeyMap({})
    assert keys.keys("save") == ("Ctrl+S",)
    assert keys.users_of("ctrl+s", "mute") == ("save",)
    assert keys.users_of("Ctrl+S", "save") == ()
    keys.set_keys("mute", ["Ctrl+S"])
    assert keys.conflicts() == {"save": ("mute",), "mute": ("save",)}
    keys.set_keys("mute", ["Ctrl+S"], take=True)
    assert keys.keys("save") == ()
    assert keys.conflicts() == {}
    assert keys.changes == {"mute": ["Ctrl+S"], "save": []}
    assert KeyMap(keys.changes).changes == keys.changes
    keys.set_keys("mute", ["M"])
    assert not keys.is_changed("mute")
    keys.reset()
    assert keys.changes == {}


def test_nonsense_in_the_settings_is_passed_over() -> None:
    assert KeyMap({"no such action": ["Q"], "save": "Q", "mute": [7], "solo": ["no key"]}).changes == {"solo": []}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from([s.name for s in ACTIONS]), st.sampled_from(["A", "B", "Ctrl+S", "F9"]))))
def test_taking_keys_never_leaves_a_conflict(moves: list[tuple[str, str]]) -> None:
    keys = KeyMap({})
    for name, key in moves:
        keys.set_keys(name, [key], take=True)
        assert keys.conflicts() == {}
        assert keys.keys(name) == (key,)


def test_every_key_that_users_expect_is_in_the_table() -> None:
    expected = {
        "play": "Space", "to_start": "Return", "back_1s": "Left", "forward_1s": "Right", "back_100ms": "Shift+Left",
        "forward_100ms": "Shift+Right", "mute": "M", "solo": "S", "clear_mutes": "Shift+M", "clear_solos": "Shift+S",
        "cycle_view": "V", "previous": "Alt+Up", "next": "Alt+Down", "automix": "A", "open": "Ctrl+O",
        "save": "Ctrl+S", "save_as": "Ctrl+Shift+S", "new": "Ctrl+N", "import": "Ctrl+I", "export": "Ctrl+E",
        "mixer": "Ctrl+M", "keys": "F1", "undo": "Ctrl+Z", "redo": "Ctrl+Y",
    }  # fmt: skip
    for name, key in expected.items():
        assert key in default_keys(name), name
    everywhere = {key for s in ACTIONS if s.menu in MENUS for key in default_keys(s.name)}
    assert everywhere >= {"D", "L", "Ctrl+L", "X", "1", "2", "3", "4", "5"}
    in_blind_tests = {key for s in ACTIONS if s.menu == BLIND for key in default_keys(s.name)}
    assert in_blind_tests >= {"A", "B", "X", "1", "2", "Return", "Space", "L", "[", "]"}


def choose(editor: QWidget, name: str, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    editor.choose(name)
    editor.field.setFocus()
    QTest.keyClick(editor.field, key, modifiers)


def test_a_key_is_changed_by_keyboard_and_acts_at_once(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_by_name["change_keys"].trigger()
    editor = window.findChild(QWidget, "sheet.key_editor")
    for letter in "unsolo ev":
        QTest.keyClick(editor.find_field, letter)
    QTest.keyClick(editor.find_field, Qt.Key.Key_Down)
    assert editor.tree.selected_name() == "clear_solos"
    editor.field.setFocus()
    QTest.keyClick(editor.field, Qt.Key.Key_F9)
    assert "F9 is free" in editor.words.text()
    editor.set_button.setFocus()
    QTest.keyClick(editor.set_button, Qt.Key.Key_Return)
    assert window.actions_by_name["clear_solos"].shortcut().toString() == "F9"
    assert "F9" in window.actions_by_name["clear_solos"].toolTip()
    editor.close()
    window.workspace.editor.toggle_solo(window.session.tracks[0].id)
    assert window.session.any_solo
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_S, SHIFT)
    assert window.session.any_solo
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert not window.session.any_solo


def test_conflicts_are_shown_and_taken_on_demand(window: MainWindow) -> None:
    window.actions_by_name["change_keys"].trigger()
    editor = window.findChild(QWidget, "sheet.key_editor")
    choose(editor, "solo", Qt.Key.Key_M)
    assert "belongs to Track ▸ Mute" in editor.words.text()
    assert editor.set_button.text() == "Take this key"
    editor.set_button.click()
    assert window.key_map.keys("solo") == ("M",)
    assert window.key_map.keys("mute") == ()
    assert window.key_map.conflicts() == {}
    choose(editor, "solo", Qt.Key.Key_M)
    assert "already" in editor.words.text()
    assert not editor.set_button.isEnabled()
    choose(editor, "solo", Qt.Key.Key_F10)
    editor.add_key_button.click()
    assert window.key_map.keys("solo") == ("M", "F10")
    editor.remove_button.click()
    assert window.key_map.keys("solo") == ()
    editor.reset_button.click()
    assert window.key_map.keys("solo") == ("S",)
    assert window.settings.keys == {"mute": []}
    editor.reset_all.click()
    assert window.settings.keys == {}
    editor.close()


def test_changed_keys_are_there_again_at_the_next_start(make_window: Callable[..., MainWindow]) -> None:
    first = make_window()
    first.key_map.set_keys("automix", ["F12"])
    first.close()
    again = MainWindow(load_settings())
    assert again.actions_by_name["automix"].shortcut().toString() == "F12"
    again.close()


def test_the_sheet_of_keys_shows_every_action_and_follows(window: MainWindow) -> None:
    window.actions_by_name["keys"].trigger()
    sheet = window.findChild(QWidget, "sheet.keys")
    tree = sheet.findChild(QWidget, None)
    tree = next(w for w in sheet.findChildren(QWidget) if hasattr(w, "rows"))
    assert set(tree.rows) == {s.name for s in ACTIONS}
    assert tree.rows["redo"].text(1) == "Ctrl+Shift+Z, Ctrl+Y"
    window.key_map.set_keys("redo", ["F9"])
    assert tree.rows["redo"].text(1) == "F9 •"
    tree.filtered("expmix")
    assert [name for name, row in tree.rows.items() if not row.isHidden()] == ["export"]
    sheet.close()


@pytest.mark.parametrize(
    ("query", "text", "fits"),
    [("", "Save", True), ("sv", "Save", True), ("vs", "Save", False), ("exmix", "Export mix", True),
     ("mix exp", "Export mix", True), ("égal", "Egaliser", True), ("savee", "Save", False), ("x y", "x", False)],
)  # fmt: skip
def test_letters_must_come_in_order_and_words_in_any(query: str, text: str, fits: bool) -> None:
    assert (match(query, text) is not None) is fits


def test_word_starts_and_neighbours_score_more() -> None:
    def score(query: str, text: str) -> float:
        found = match(query, text)
        assert found is not None
        return found.score

    assert score("sa", "Save as") > score("sa", "Session anew later") > score("sa", "eases and")
    assert score("em", "Export mix") > score("em", "Remix")
    assert match("mix", "Fit mix now").places == (4, 5, 6)  # type: ignore[union-attr]


def _reference(word: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in word)


@settings(deadline=None)
@given(st.text("abC é", max_size=6), st.text("abcé -", max_size=12))
def test_a_match_names_places_that_spell_the_query(query: str, text: str) -> None:
    found = match(query, text)
    assert (found is not None) == all(_reference(word, folded(text)) for word in folded(query).split())
    if found is not None:
        spelt = [folded(text)[p] for p in found.places]
        assert set(spelt) == set(folded(query).replace(" ", ""))
        assert sorted(found.places) == list(found.places)


def test_what_is_possible_and_was_used_lately_comes_first() -> None:
    def nothing() -> None: ...

    entries = [Entry("a", "Mute", nothing, lacking="needs tracks"), Entry("b", "Mute it", nothing),
               Entry("c", "Mute me", nothing), Entry("d", "Other", nothing, tip="Does mute")]  # fmt: skip
    assert [e.name for e, _ in found_entries(entries, "mute", [])] == ["b", "c", "d", "a"]
    assert [e.name for e, _ in found_entries(entries, "mute", ["c"])] == ["c", "b", "d", "a"]
    assert [e.name for e, _ in found_entries(entries, "", ["d"])] == ["d", "b", "c", "a"]
    assert found_entries(entries, "zzz", []) == []


def open_palette(window: MainWindow) -> QWidget:
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, Qt.Key.Key_P, CTRL | SHIFT)
    return next(w for w in window.findChildren(QWidget) if w.objectName() == "palette" and w.isVisible())


def test_an_action_is_found_and_done_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    palette = open_palette(window)
    for letter in "clmut":
        QTest.keyClick(palette.field, letter)
    entry = palette.model.found[0][0]
    assert entry.name == "clear_mutes"
    assert "Shift+M" in palette.field.accessibleDescription()
    track = window.session.tracks[0]
    window.tracks.mute()
    assert window.session.tracks[0].channel.mute
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not window.session.track(track.id).channel.mute
    qtbot.waitUntil(lambda: not [w for w in window.findChildren(QWidget) if w.objectName() == "palette"])
    again = open_palette(window)
    assert again.model.found[0][0].name == "clear_mutes"
    QTest.keyClick(again.field, Qt.Key.Key_Down)
    QTest.keyClick(again.field, Qt.Key.Key_Down)
    QTest.keyClick(again.field, Qt.Key.Key_Up)
    assert again.list.currentIndex().row() == 1
    QTest.keyClick(again.field, Qt.Key.Key_Escape)
    assert not again.isVisible()


def test_what_is_not_possible_now_is_grey_says_why_and_does_nothing(make_window: Callable[..., MainWindow]) -> None:
    window = make_window()
    palette = open_palette(window)
    for letter in "export mix":
        QTest.keyClick(palette.field, letter)
    entry = palette.model.found[0][0]
    assert entry.name == "export"
    assert entry.lacking == "needs tracks"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.close()


def test_strips_are_in_the_palette_too(window: MainWindow) -> None:
    palette = open_palette(window)
    for letter in "go to voc":
        QTest.keyClick(palette.field, letter)
    QTest.keyClick(palette.field, Qt.Key.Key_Enter)
    assert window.session.track(window.console.selected_id).name == "Vocals"


def test_the_palette_names_every_action_once(window: MainWindow) -> None:
    names = [e.name for e in window.program.action_entries()]
    assert names == [s.name for s in window.action_set.specs]
    assert "▸" in ACTION["save"].title


def test_recent_sessions_open_from_menu_and_palette(
    make_window: Callable[..., MainWindow], wait_idle: Callable[[MainWindow], None], stems: Path, tmp_path: Path
) -> None:
    window = make_window(recents=[str(stems), str(tmp_path / "gone.mixassist")])
    menu = window.actions_by_name["open_recent"].menu()
    menu.aboutToShow.emit()
    entries = [a for a in menu.actions() if a.text() and not a.isSeparator()]
    assert [a.isEnabled() for a in entries] == [True, False, True]
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, Qt.Key.Key_R, CTRL)
    palette = QApplication.activePopupWidget()
    assert [bool(e.lacking) for e, _ in palette.model.found] == [False, True]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    wait_idle(window)
    assert len(window.session.tracks) == 4
    entries[-1].trigger()
    assert window.settings.recents == []
    assert not window.actions_by_name["open_recent"].isEnabled()
