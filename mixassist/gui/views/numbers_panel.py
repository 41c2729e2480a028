# SPDX-License-Identifier: Apache-2.0
"""Numbers beside the pictures: a table whose rows explain themselves, the stereo picture, the spectrum."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mixassist.gui import paint
from mixassist.gui.theme import theme_of
from mixassist.gui.views.curve_plot import Curve, CurvePlot, PlotAxis
from mixassist.gui.views.goniometer import Goniometer
from mixassist.gui.views.mel_row import short_hz
from mixassist.gui.views.picture_colours import COLOURS
from mixassist.gui.widgets.segmented import SegmentedControl

WIDTH, _MOST_WIDTH, _SHARE = 316, 380, 0.22


class NumbersPanel(QWidget):
    """Shows what was measured of A and B."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictures.side")
        self.fit_width(0)
        tr = self.tr
        self.tabs = SegmentedControl(
            (("numbers", tr("Numbers")), ("stereo", tr("Stereo")), ("spectrum", tr("Spectrum"))),
            "pictures.side_tab", self,
        )  # fmt: skip
        self.table = QTreeWidget(self)
        self.table.setObjectName("pictures.numbers")
        self.table.setAccessibleName(tr("Numbers"))
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setColumnCount(3)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setFont(paint.sized(self.font(), 11))
        self.table.setSelectionMode(QTreeWidget.SelectionMode.SingleSelection)
        header = self.table.header()
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        for section in (1, 2):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        self.goniometer = Goniometer(self)
        self.spectrum = CurvePlot(
            tr("Third octaves"), PlotAxis(20, 20_000, True, short_hz, "Hz"), PlotAxis(-60, 0, unit="dB"), self
        )
        self.spectrum.setObjectName("pictures.spectrum")
        self.sentence = QLabel("", self)
        self.sentence.setWordWrap(True)
        self.sentence.setProperty("dim", True)
        self.state = QLabel("", self)
        self.state.setProperty("dim", True)
        self.state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        spectrum = QWidget(self)
        inner = QVBoxLayout(spectrum)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.spectrum, 1)
        inner.addWidget(self.sentence)
        self._pages = QStackedWidget(self)
        self._keys = ("numbers", "stereo", "spectrum")
        for page in (self.table, self.goniometer, spectrum):
            self._pages.addWidget(page)
        self.tabs.picked.connect(self.show_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.tabs)
        column.addWidget(self._pages, 1)
        column.addWidget(self.state)
        self.show_page("numbers")

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 300)

    def fit_width(self, beside_px: int) -> None:
        """Takes its share of a width that it is a part of: room for whole names where there is plenty."""
        self.setFixedWidth(min(max(round(_SHARE * beside_px), WIDTH), _MOST_WIDTH))

    def show_page(self, key: str) -> None:
        """Shows the table, the stereo picture or the spectrum."""
        self.tabs.show_choice(key)
        self._pages.setCurrentIndex(self._keys.index(key))
        # The goniometer follows the playhead; what is measured is of all or of the selection.
        self.state.setVisible(key != "stereo")

    def show_names(self, first: str, second: str) -> None:
        """Names the two sounds above their columns."""
        self.table.setHeaderLabels([self.tr("Measure"), first, second])
        self.goniometer.show_name(first)

    def show_state(self, words: str) -> None:
        """Says what is under way."""
        self.state.setText(words)

    def show_numbers(self, numbers: Any, sentence: str) -> None:
        """Shows everything measured; None empties the table."""
        self.table.clear()
        if numbers is None:
            self.spectrum.show_curves(())
            return
        for row in numbers.rows():
            values = [*row.values, ""][:2]
            item = QTreeWidgetItem([row.label, *values])
            for column in range(3):
                item.setToolTip(column, f"{row.label}\n{row.sentence}\n{self.tr('Source: {0}').format(row.source)}")
                item.setData(column, Qt.ItemDataRole.AccessibleDescriptionRole, row.sentence)
            for column in (1, 2):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.addTopLevelItem(item)
        self.goniometer.show_points(numbers.a.points, self.tr("all that was measured"))
        self._show_spectrum(numbers, sentence)

    def _show_spectrum(self, numbers: Any, sentence: str) -> None:
        inks = COLOURS[theme_of(self).name]
        curves, band = [], None
        sounds = ((numbers.a, "A", inks["first"]), (numbers.b, "B", inks["second"]))
        for number, (sound, name, colour) in enumerate(s for s in sounds if s[0] is not None):
            if not sound.bands:
                continue
            x = np.array([b.centre_hz for b in sound.bands])
            if band is None:
                low, high = (np.array([getattr(b, edge) for b in sound.bands]) for edge in ("low_db", "high_db"))
                band = (x, low, high)
            curves.append(Curve(name, x, np.array([b.level_db for b in sound.bands]), colour, dashed=number == 1))
        if band is not None:
            finite = np.concatenate([c.y[np.isfinite(c.y)] for c in curves] + [band[1], band[2]])
            top = float(np.ceil(finite.max() / 6 + 0.2) * 6)
            self.spectrum.show_range(PlotAxis(max(float(np.floor(finite.min() / 6) * 6), top - 60), top, unit="dB"))
        words = self.tr("re loudness; grey: finished music") if band is not None else self.tr("silent")
        short = self.tr("grey: finished music") if band is not None else words
        self.spectrum.show_curves(tuple(curves), words, band, short_words=short)
        self.sentence.setText(sentence)
