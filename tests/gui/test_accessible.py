# SPDX-License-Identifier: Apache-2.0
"""Every control of the window, of every panel and of every dialog tells a screen reader its name and its value."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QWidget,
)

from mixassist.gui.app import show_crash
from mixassist.gui.main_window import MainWindow

CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QProgressBar,
)  # fmt: skip
Text = QAccessible.Text


def controls(root: QWidget) -> Iterator[QWidget]:
    """Yields what can be used below a widget; parts that Qt makes for its own controls speak through these."""
    for widget in (root, *root.findChildren(QWidget)):
        inside = widget.parentWidget()
        is_part = isinstance(inside, (QAbstractSpinBox, QComboBox, QLineEdit)) or widget.objectName().startswith("qt_")
        is_part = is_part or widget.metaObject().className() in ("QHeaderView", "QComboBoxPrivateContainer")
        reached = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(widget, QAbstractScrollArea)
        is_silent = isinstance(widget, QLabel) and not widget.text()
        if is_part or is_silent or isinstance(widget, QScrollBar) or _is_in_combo(widget) or widget is root:
            continue
        if isinstance(widget, CONTROLS) or reached:
            yield widget


def _is_in_combo(widget: QWidget) -> bool:
    above = widget.parentWidget()
    while above is not None:
        if above.metaObject().className() == "QComboBoxPrivateContainer":
            return True
        above = above.parentWidget()
    return False


def unnamed(root: QWidget) -> list[str]:
    """Returns the controls without a name."""
    found = []
    for widget in controls(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(Text.Name).strip():
            found.append(f"{type(widget).__name__} {widget.objectName()!r}")
    return found


def without_value(root: QWidget) -> list[str]:
    """Returns the controls that hold a value and do not tell it."""
    found = []
    for widget in controls(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not isinstance(widget, (QAbstractSlider, QComboBox, QProgressBar, QAbstractSpinBox)):
            continue
        told = interface.text(Text.Value) or interface.text(Text.Description)
        number = interface.valueInterface()
        if not told.strip() and (number is None or number.currentValue() is None):
            found.append(f"{type(widget).__name__} {widget.objectName()!r}")
    return found


def assert_spoken(root: QWidget) -> None:
    assert any(True for _ in controls(root))
    assert unnamed(root) == []
    assert without_value(root) == []


def test_the_start_page_speaks(make_window: Callable[..., MainWindow], stems) -> None:  # type: ignore[no-untyped-def]
    assert_spoken(make_window(recents=[str(stems)]))


def test_the_whole_window_speaks(window: MainWindow) -> None:
    window.settings.show_history = True
    window.findChild(QWidget, "Bass.fader_db").edit(-3.0)
    window.messages.show_message("Something happened", "note", ("Look", lambda: None))
    window._complete()
    assert_spoken(window)
    fader = QAccessible.queryAccessibleInterface(window.findChild(QWidget, "Bass.fader_db"))
    assert fader.text(Text.Name) == "Bass, fader"
    assert "3.0 dB" in fader.text(Text.Value) + fader.text(Text.Description)


@pytest.mark.parametrize("kind", ["show_spectrograms", "show_differences", "show_pair", "show_portraits"])
def test_the_pictures_speak(window: MainWindow, wait_idle: Callable[[MainWindow], None], kind: str) -> None:
    window.pictures.toggle()
    getattr(window.pictures, kind)()
    window.pictures.toggle_numbers()
    wait_idle(window)
    assert_spoken(window.pictures.holder)


@pytest.mark.parametrize("name", ["listen_abx", "listen_preference", "listen_multi", "listen_opinion"])
def test_the_listening_page_speaks(window: MainWindow, name: str) -> None:
    window.actions_by_name[name].trigger()
    assert_spoken(window.listening.page)
    window.listening.close()


SHEETS = ("settings", "keys", "change_keys", "import_report", "about", "palette", "open_recent")


@pytest.mark.parametrize("name", SHEETS)
def test_dialogs_and_sheets_speak(window: MainWindow, name: str) -> None:
    window.settings.add_recent(window.settings.file)
    window.actions_by_name[name].trigger()
    opened = QApplication.activePopupWidget() or QApplication.activeModalWidget()
    assert_spoken(opened)
    opened.close()


def test_the_crash_sheet_speaks(window: MainWindow) -> None:
    show_crash(window, "KeyError\n")
    sheet = window.findChild(QWidget, "sheet.crash")
    assert_spoken(sheet)
    sheet.close()


def test_every_action_has_words_and_says_what_it_does(window: MainWindow) -> None:
    for action in window.actions_by_name.values():
        assert action.text()
        assert action.toolTip() != action.text()


def test_a_control_without_a_name_is_found(qapp: object) -> None:
    root = QWidget()
    QComboBox(root)
    named = QLineEdit(root)
    named.setAccessibleName("Name")
    assert len(unnamed(root)) == 1
    assert len(without_value(root)) == 1
