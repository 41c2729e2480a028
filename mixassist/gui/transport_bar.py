# SPDX-License-Identifier: Apache-2.0
"""The bar above the work: transport, time, view, Automix."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QWidget

from mixassist.domain.channel import View
from mixassist.gui import paint
from mixassist.gui.marking import QT_TRANSLATE_NOOP
from mixassist.gui.theme import theme_of
from mixassist.gui.views.time_ruler import time_text
from mixassist.gui.widgets.flat_combo import FlatCombo
from mixassist.gui.widgets.icon_button import IconButton
from mixassist.gui.widgets.push_button import PushButton
from mixassist.gui.widgets.segmented import SegmentedControl

_METHOD_WORDS = {
    "rules": QT_TRANSLATE_NOOP("methods", "Rules"), "random": QT_TRANSLATE_NOOP("methods", "Random"),
    "equal-loudness": QT_TRANSLATE_NOOP("methods", "Equal loudness"), "mono": QT_TRANSLATE_NOOP("methods", "Mono"),
    "controller": QT_TRANSLATE_NOOP("methods", "Network"),
}  # fmt: skip


def method_words(name: str) -> str:
    """Returns a mixing method's name in the user's language."""
    known = _METHOD_WORDS.get(name)
    return QCoreApplication.translate("methods", known) if known else name.replace("-", " ").capitalize()


class TimeReadout(QAbstractButton):
    """The playhead's time and the length; a click goes to the start."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time")
        self._length = ""
        self.setText("0:00.000")
        self.setToolTip(self.tr("Position and length"))
        self.setAccessibleName(self.tr("Position"))

    def sizeHint(self) -> QSize:
        return QSize(158, 32)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_time(self, position_s: float, length_s: float) -> None:
        """Shows a position and the session's length."""
        text, length = time_text(position_s), time_text(length_s, 0)
        if (text, length) != (self.text(), self._length):
            self.setText(text)
            self._length = length
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect())
        paint.box(painter, rect, theme.colour("sunken"), theme.colour("line"), 6)
        painter.setFont(paint.sized(self.font(), 17, bold=True))
        paint.label(painter, rect.adjusted(10, 0, -52, 0), self.text(), theme.colour("accent"), paint.Align.AlignRight)
        painter.setFont(paint.sized(self.font(), 11))
        paint.label(
            painter,
            rect.adjusted(0, 0, -9, -1),
            f"/ {self._length or '0:00'}",
            theme.colour("dim"),
            paint.Align.AlignRight,
        )


class TransportBar(QWidget):
    """Shows position, view and method; emits the view and method that a person picks."""

    view_picked = Signal(str)
    method_picked = Signal(str)

    def __init__(self, actions: dict[str, QAction], methods: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self.play_button = IconButton("play", actions["play"], self)
        self.time = TimeReadout(self)
        self.time.clicked.connect(actions["to_start"].trigger)
        self.views = SegmentedControl(
            ((View.DRY, self.tr("Dry")), (View.WET, self.tr("Wet")), (View.MODEL, self.tr("Model"))), "view", self
        )
        self.views.picked.connect(self.view_picked)
        self.method = FlatCombo(self, height=28)
        self.method.setObjectName("method")
        self.method.setAccessibleName(self.tr("Automix method"))
        self.method.setToolTip(self.tr("How Automix mixes"))
        for name in methods:
            self.method.addItem(method_words(name), name)
        self.method.activated.connect(lambda index: self.method_picked.emit(self.method.itemData(index)))
        self.automix = PushButton(self.tr("Automix"), self)
        self.automix.setObjectName("button.automix")
        self.automix.setProperty("primary", True)
        self._follow(actions["automix"])
        self.summary = QLabel("", self)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.summary.setProperty("dim", True)
        self.summary.setObjectName("summary")
        self._lay_out(actions)

    def _follow(self, action: QAction) -> None:
        self.automix.clicked.connect(action.trigger)

        def follow() -> None:
            self.automix.setEnabled(action.isEnabled())
            self.automix.setToolTip(action.toolTip())

        action.changed.connect(follow)
        follow()

    def _lay_out(self, actions: dict[str, QAction]) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 6)
        row.setSpacing(6)
        row.addWidget(IconButton("start", actions["to_start"], self))
        row.addWidget(self.play_button)
        row.addWidget(self.time)
        row.addSpacing(8)
        row.addWidget(self.views)
        row.addSpacing(8)
        row.addWidget(IconButton("undo", actions["undo"], self))
        row.addWidget(IconButton("redo", actions["redo"], self))
        row.addWidget(IconButton("panel", actions["channel_panel"], self))
        row.addWidget(self.summary, 1)
        row.addWidget(self.method)
        row.addWidget(self.automix)

    def show_view(self, view: str, model_is_there: bool) -> None:
        """Shows the view that sounds; `model` is off without a trained network."""
        model = self.views.segments[View.MODEL]
        model.setEnabled(model_is_there)
        model.setToolTip(
            self.tr("Heard through the transformation network")
            if model_is_there
            else self.tr("There is no trained network yet")
        )
        self.views.segments[View.DRY].setToolTip(self.tr("Faders, pan and polarity only"))
        self.views.segments[View.WET].setToolTip(self.tr("The console's own equaliser, compressor and reverb"))
        self.views.show_choice(view)

    def show_summary(self, name: str, method: str) -> None:
        """Writes the session's name, and which mixer's suggestion it holds."""
        mixed = self.tr("mixed by {0}").format(method_words(method)) if method else ""
        self.summary.setText("  ·  ".join(words for words in (name, mixed) if words))

    def show_method(self, method: str) -> None:
        """Shows the method that Automix takes; unknown ones leave it as it is."""
        index = self.method.findData(method)
        if index >= 0:
            self.method.setCurrentIndex(index)

    def show_playing(self, playing: bool) -> None:
        """Turns the play button into a stop button and back."""
        self.play_button.show_sign("stop" if playing else "play")
