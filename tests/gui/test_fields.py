# SPDX-License-Identifier: Apache-2.0
"""Fields for numbers and lists with ticks look like the fields beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mixassist import api
from mixassist.domain.parameters import PARAMETER
from mixassist.gui.main_window import MainWindow
from mixassist.gui.theme import DARK, LIGHT, Theme, install_theme, style_sheet
from mixassist.gui.views.portraits_panel import thd_text
from mixassist.gui.widgets.choice_box import ChoiceBox
from mixassist.gui.widgets.flat_combo import FlatCombo
from mixassist.gui.widgets.segmented import SegmentedControl
from mixassist.gui.widgets.spin_box import DoubleSpinBox, SpinBox
from mixassist.gui.widgets.tick_delegate import TickDelegate
from mixassist.paths import demo_directory


def first_ink(widget: QWidget, theme: Theme) -> int:
    """Returns the first column of the widget in which text is written."""
    image = widget.grab().toImage()
    ground, text = theme.colour("raised"), theme.colour("text")
    half = abs(text.lightness() - ground.lightness()) / 2
    for x in range(4, image.width() - 4):
        for y in range(4, image.height() - 4):
            if abs(image.pixelColor(x, y).lightness() - ground.lightness()) > half:
                return x
    raise AssertionError("nothing is written")


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_numbers_begin_where_text_begins(qtbot: QtBot, theme: Theme) -> None:
    install_theme(theme.name)
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setStyleSheet(style_sheet(theme))
    inside = QWidget(window)
    window.setCentralWidget(inside)
    column = QVBoxLayout(inside)
    whole, real, line = SpinBox(inside), DoubleSpinBox(inside), QLineEdit("0", inside)
    for field in (whole, real, line):
        field.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(field)
    window.resize(200, 160)
    window.show()
    wanted = first_ink(line, theme)
    assert first_ink(whole, theme) == pytest.approx(wanted, abs=1)
    assert first_ink(real, theme) == pytest.approx(wanted, abs=1)
    # The arrows are there, and they work.
    whole.setValue(5)
    QTest.mouseClick(whole, Qt.MouseButton.LeftButton, pos=whole.rect().topRight() + QPoint(-8, 8))
    assert whole.value() == 6
    QTest.mouseClick(whole, Qt.MouseButton.LeftButton, pos=whole.rect().bottomRight() - QPoint(8, 8))
    assert whole.value() == 5


def test_a_ticked_row_shows_a_tick_and_not_only_a_colour(qtbot: QtBot) -> None:
    install_theme("dark")
    listing = QListWidget()
    qtbot.addWidget(listing)
    listing.setStyleSheet(style_sheet(DARK))
    listing.setItemDelegate(TickDelegate(listing))
    for state in (Qt.CheckState.Checked, Qt.CheckState.Unchecked):
        QListWidgetItem("", listing).setCheckState(state)
    listing.resize(200, 80)
    listing.show()
    image = listing.grab().toImage()
    filled = [_near(image, listing.visualItemRect(listing.item(row)), DARK.colour("accent")) for row in (0, 1)]
    assert filled[1] == []
    columns, rows = zip(*filled[0], strict=True)
    # Inside of the filled square another ink is seen.
    inside = QRect(QPoint(min(columns) + 1, min(rows) + 1), QPoint(max(columns) - 1, max(rows) - 1))
    assert len(_near(image, inside, DARK.colour("on_accent"))) >= 6


def _near(image: QImage, rect: QRect, ink: QColor) -> list[tuple[int, int]]:
    """Returns the places with about that colour."""
    found = []
    for x in range(rect.left(), min(rect.right() + 1, image.width())):
        for y in range(rect.top(), rect.bottom() + 1):
            colour = image.pixelColor(x, y)
            if max(abs(a - b) for a, b in zip(colour.getRgb()[:3], ink.getRgb()[:3], strict=True)) <= 40:
                found.append((x, y))
    return found


def test_a_choice_stays_in_place_when_it_is_picked(qtbot: QtBot) -> None:
    control = SegmentedControl((("a", "Opinion score"), ("b", "Multi-stimulus")), "test", None)
    qtbot.addWidget(control)
    control.show()
    places = [s.geometry() for s in control.segments.values()]
    control.show_choice("b")
    assert [s.geometry() for s in control.segments.values()] == places
    # Bold letters are wider, and have some air on either side.
    from mixassist.gui import paint

    for segment in control.segments.values():
        segment.setFont(paint.sized(segment.font(), 12, bold=True))
        assert segment.fontMetrics().horizontalAdvance(segment.text()) + 16 <= segment.width()


def test_a_drop_down_without_a_choice_says_what_to_do(qtbot: QtBot) -> None:
    install_theme("dark")
    combo = FlatCombo()
    qtbot.addWidget(combo)
    combo.resize(200, 28)
    combo.words_when_empty = "none yet"
    dim, inside = DARK.colour("dim"), QRect(4, 4, 150, 20)
    assert len(_near(combo.grab().toImage(), inside, dim)) > 10
    combo.addItem("")
    combo.words_when_empty = ""
    assert not _near(combo.grab().toImage(), inside, dim)
    # With the first thing to choose it is chosen.
    assert combo.currentIndex() == 0


def test_a_locked_choice_keeps_its_words_clear_of_the_padlock(qtbot: QtBot) -> None:
    install_theme("dark")
    box = ChoiceBox(PARAMETER["reverb_type"])
    qtbot.addWidget(box)
    box.resize(74, 20)
    box.show_value("small_room")
    text, lock_left = DARK.colour("text"), box.width() - 19 - 5
    beside = QRect(lock_left, 0, 10, 20)
    assert _near(box.grab().toImage(), beside, text)
    box.show_value("small_room", locked=True)
    image = box.grab().toImage()
    assert not _near(image, beside, text)
    assert _near(image, beside, DARK.colour("lock"))


def test_distortion_that_nobody_hears_is_told_as_that() -> None:
    assert [thd_text(v) for v in (1.4e-11, 0.00099, 0.0012, 0.5, 12.34)] == [
        "< 0.001 %", "< 0.001 %", "0.0012 %", "0.5 %", "12 %",
    ]  # fmt: skip


def test_file_dialogs_begin_where_the_user_keeps_files(window: MainWindow, stems: Path, tmp_path: Path) -> None:
    files = window.files
    assert files._folder() == str(stems.parent)
    # The demo lies in the program: nobody exports there.
    window.settings.last_folder = str(demo_directory())
    assert files._folder() == str(Path.home())
    window.settings.last_folder = str(tmp_path / "gone")
    assert files._folder() == str(Path.home())
    window.settings.last_folder = str(tmp_path)
    files._open_now([str(api.demo_session_path())])
    assert window.settings.last_folder == str(tmp_path)
