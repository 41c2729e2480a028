# SPDX-License-Identifier: Apache-2.0
"""The row of choices over the pictures, in a narrow window and in a wide one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mixassist.gui.views.picture_choice import DIFFERENCES, PAIR, SPECTROGRAMS, PictureChoice
from mixassist.gui.views.pictures_bar import PicturesBar

NARROW, WIDE = 622, 950
"""What a window of 960 pixels leaves, and what one of 1280 does."""


@pytest.fixture
def bar(qtbot: QtBot) -> PicturesBar:
    bar = PicturesBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def seen(bar: PicturesBar, kind: str, width: int) -> None:
    bar.show_choice(replace(PictureChoice(), kind=kind))
    bar.resize(width, 80)
    QCoreApplication.processEvents()


def top(bar: PicturesBar, widget: QWidget) -> int:
    return widget.mapTo(bar, QPoint(0, widget.height() // 2)).y()


@pytest.mark.parametrize("kind", [SPECTROGRAMS, DIFFERENCES, PAIR])
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_every_word_of_the_kinds_has_room(bar: PicturesBar, kind: str, width: int) -> None:
    seen(bar, kind, width)
    for segment in (*bar.kinds.segments.values(), *bar.scope.segments.values()):
        assert segment.width() >= segment.minimumSizeHint().width(), segment.text()
    assert bar.numbers.mapTo(bar, QPoint(bar.numbers.width(), 0)).x() <= width


def test_level_matching_goes_below_where_it_has_no_room_beside(bar: PicturesBar) -> None:
    seen(bar, DIFFERENCES, WIDE)
    assert top(bar, bar.matched) == pytest.approx(top(bar, bar.kinds), abs=3)
    seen(bar, DIFFERENCES, NARROW)
    assert top(bar, bar.matched) > top(bar, bar.kinds) + 15
    seen(bar, PAIR, WIDE)
    assert top(bar, bar.matched) == pytest.approx(top(bar, bar.null), abs=3)
    seen(bar, DIFFERENCES, WIDE)
    assert top(bar, bar.matched) == pytest.approx(top(bar, bar.kinds), abs=3)
