# SPDX-License-Identifier: Apache-2.0
"""What the pictures show, to be chosen: kind, channel or mix, scale, resolution, colours; the pair and its null."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from mixassist.gui.views.picture_choice import (
    DIFFERENCE_RANGES_DB,
    DIFFERENCES,
    FITS,
    PAIR,
    PORTRAITS,
    RANGES_DB,
    RESOLUTIONS,
    SCALES,
    SPECTROGRAMS,
    PictureChoice,
)
from mixassist.gui.widgets.flat_combo import FlatCombo
from mixassist.gui.widgets.push_button import PushButton
from mixassist.gui.widgets.segmented import SegmentedControl

_SPACING = 6


class PicturesBar(QWidget):
    """Shows a `PictureChoice` and emits what a person changes of it."""

    changed = Signal(str, object)
    """A field's name and its new value."""
    null_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictures.bar")
        tr = self.tr
        self.kinds = SegmentedControl(
            ((SPECTROGRAMS, tr("Spectra")), (DIFFERENCES, tr("Differences")), (PAIR, tr("A − B")),
             (PORTRAITS, tr("Effects"))), "pictures.kind", self,
        )  # fmt: skip
        tips = {
            SPECTROGRAMS: tr("Dry, wet and model one above another"),
            DIFFERENCES: tr("Wet − dry, model − wet and model − dry in dB"),
            PAIR: tr("Two views or snapshots and what remains of them, to see and to hear"),
            PORTRAITS: tr("What each effect of the channel does, in the console and in the model"),
        }
        for key, tip in tips.items():
            self.kinds.segments[key].setToolTip(tip)
        self.kinds.picked.connect(lambda key: self.changed.emit("kind", key))
        self.scope = SegmentedControl((("mix", tr("Mix")), ("channel", tr("Channel"))), "pictures.scope", self)
        self.scope.segments["channel"].setToolTip(tr("The selected channel, as it sounds soloed"))
        self.scope.picked.connect(lambda key: self.changed.emit("of_mix", key == "mix"))
        words = {"mel": tr("Mel"), "log": tr("Log"), "linear": tr("Linear")}
        self.scale = self._combo("scale", tr("Frequency axis"), [(words[s], s) for s in SCALES])
        words = {"time": tr("Fine in time"), "balanced": tr("Balanced"), "pitch": tr("Fine in pitch")}
        self.resolution = self._combo("resolution", tr("Resolution"), [(words[r], r) for r in RESOLUTIONS])
        self.range_db = self._combo("range_db", tr("Range of the colours"), [(f"{r} dB", r) for r in RANGES_DB])
        self.difference_range_db = self._combo(
            "difference_range_db", tr("Range of the colours: fitted to each map, or one for all"),
            [(f"±{r} dB" if r != FITS else tr("Fit each"), r) for r in DIFFERENCE_RANGES_DB],
        )  # fmt: skip
        self.first = self._combo("first", tr("A: what is looked at"), [])
        self.second = self._combo("second", tr("B: what is taken from it"), [])
        self.matched = PushButton(tr("Level-match"), self)
        self.matched.setCheckable(True)
        self.matched.setObjectName("pictures.matched")
        self.matched.setToolTip(tr("Bring the second to the loudness of the first before they are subtracted"))
        self.matched.clicked.connect(lambda on: self.changed.emit("matched", on))
        self.null = PushButton(tr("Hear A − B"), self)
        self.null.setCheckable(True)
        self.null.setObjectName("pictures.null")
        self.null.setToolTip(tr("Play what remains when B is taken from A, alone"))
        self.null.clicked.connect(lambda _: self.null_wanted.emit())
        self.null_level = QLabel("", self)
        self.null_level.setObjectName("pictures.null_level")
        self._is_pair = False
        self.numbers = PushButton(tr("Numbers"), self)
        self.numbers.setCheckable(True)
        self.numbers.setObjectName("pictures.numbers_button")
        self.numbers.setToolTip(tr("Show measures, stereo picture and spectrum beside the pictures"))
        self.numbers.clicked.connect(lambda on: self.changed.emit("numbers", on))
        self._lay_out()

    def _combo(self, field: str, words: str, items: Iterable[tuple[str, object]]) -> FlatCombo:
        combo = FlatCombo(self)
        combo.setObjectName(f"pictures.{field}")
        combo.setAccessibleName(words)
        combo.setToolTip(words)
        for text, value in items:
            combo.addItem(text, value)
        combo.activated.connect(lambda index: self.changed.emit(field, combo.itemData(index)))
        return combo

    def _lay_out(self) -> None:
        self._choices = (
            self.kinds, self.scope, self.scale, self.resolution, self.range_db, self.difference_range_db
        )  # fmt: skip
        self._first_row = first = QHBoxLayout()
        first.setSpacing(_SPACING)
        for widget in self._choices:
            first.addWidget(widget)
        first.addWidget(self.matched)
        first.addStretch(1)
        first.addWidget(self.numbers)
        self.pair_row = QWidget(self)
        self._second_row = second = QHBoxLayout(self.pair_row)
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(_SPACING)
        second.addWidget(QLabel("A", self))
        second.addWidget(self.first)
        second.addWidget(QLabel("−  B", self))
        second.addWidget(self.second)
        second.addSpacing(8)
        second.addWidget(self.null)
        second.addWidget(self.null_level, 1)
        column = QVBoxLayout(self)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(4)
        column.addLayout(first)
        self._row_between = QHBoxLayout()
        self._row_between.addStretch(1)
        column.addLayout(self._row_between)
        column.addWidget(self.pair_row)

    def show_choice(self, choice: PictureChoice) -> None:
        """Shows a choice; emits nothing."""
        self.kinds.show_choice(choice.kind)
        self.scope.show_choice("mix" if choice.of_mix else "channel")
        for name in ("scale", "resolution", "range_db", "difference_range_db", "first", "second"):
            combo: FlatCombo = getattr(self, name)
            combo.setCurrentIndex(combo.findData(getattr(choice, name)))
        self.matched.setChecked(choice.matched)
        self.numbers.setChecked(choice.numbers)
        is_portrait = choice.kind == PORTRAITS
        for widget in (self.scale, self.resolution, self.numbers):
            widget.setVisible(not is_portrait)
        self.range_db.setVisible(choice.kind == SPECTROGRAMS)
        for widget in (self.difference_range_db, self.matched):
            widget.setVisible(choice.kind in (DIFFERENCES, PAIR))
        self.scope.setVisible(not is_portrait)
        self._is_pair = choice.kind == PAIR
        self._arrange()
        self._show_pair()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width_needed(*self._choices, self.numbers), super().minimumSizeHint().height())

    def _width_needed(self, *widgets: QWidget) -> int:
        shown = [w.minimumSizeHint().width() for w in widgets if w.isVisibleTo(self)]
        return sum(shown) + _SPACING * len(shown)

    def _arrange(self) -> None:
        """Level matching stands with the pair, else in the first row, or below it where that is too narrow."""
        if self._is_pair:
            row, place = self._second_row, self._second_row.indexOf(self.second) + 1
        elif self._width_needed(*self._choices, self.matched, self.numbers) > self.width():
            row, place = self._row_between, 0
        else:
            row, place = self._first_row, len(self._choices)
        if row.indexOf(self.matched) < 0:
            row.insertWidget(place, self.matched)

    def _show_pair(self) -> None:
        """While the residual sounds it can be seen and ended, whatever else is looked at."""
        self.pair_row.setVisible(self._is_pair or self.null.isChecked())

    def offer(self, sources: list[tuple[str, str]], choice: PictureChoice) -> None:
        """Offers views and snapshots for the pair, as words and keys."""
        for combo, chosen in ((self.first, choice.first), (self.second, choice.second)):
            if [(combo.itemText(i), combo.itemData(i)) for i in range(combo.count())] != sources:
                combo.clear()
                for words, key in sources:
                    combo.addItem(words, key)
            combo.setCurrentIndex(combo.findData(chosen))

    def show_null(self, playing: bool, words: str, possible: bool) -> None:
        """Shows whether the residual sounds, and its level."""
        self.null.setChecked(playing)
        self.null.setEnabled(possible)
        self._show_pair()
        self.null_level.setText(words)
