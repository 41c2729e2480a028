# SPDX-License-Identifier: Apache-2.0
"""What an empty window shows: a place to drop stems, three ways in, the recent sessions."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of
from mixassist.gui.widgets.push_button import PushButton
from mixassist.gui.widgets.recent_button import RecentButton


class DropCard(QFrame):
    """The framed target."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_hot = False
        self.setMinimumSize(560, 236)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect())
        fill = mixed(theme.colour("panel"), theme.colour("accent"), 0.12 if self.is_hot else 0.0)
        paint.box(painter, rect, fill, None, 14)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(theme.colour("accent" if self.is_hot else "line"), 2.0, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(rect.adjusted(8, 8, -8, -8), 10, 10)
        self._draw_faders(painter, rect)

    def _draw_faders(self, painter: QPainter, rect: QRectF) -> None:
        theme = theme_of(self)
        families = dict(theme.families)
        heights = (0.55, 0.32, 0.7, 0.46, 0.24, 0.6, 0.4)
        for index, (family, place) in enumerate(zip(families, heights, strict=False)):
            x = rect.center().x() + (index - 3) * 24
            painter.setPen(QPen(theme.colour("line"), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(x, 30), QPointF(x, 82))
            y = 30 + place * 52
            paint.box(painter, QRectF(x - 8, y - 6, 16, 12), theme.family_colour(_ANY[family]), None, 3)


_ANY = {
    "vocals": "lead_vocal", "drums": "kick", "bass": "bass", "guitars": "electric_guitar", "keys": "keys",
    "synths": "synth_pad", "orchestra": "strings", "effects": "effects", "other": "other",
}  # fmt: skip


_HINTED = ("paste", "palette", "keys")
_NATIVE = QKeySequence.SequenceFormat.NativeText


class StartPage(QWidget):
    """Emits a recent source that a person picks; its buttons trigger actions."""

    recent_wanted = Signal(str)

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start")
        self.card = DropCard(self)
        self._recents = QVBoxLayout()
        self._recents.setSpacing(4)
        self._actions = actions
        self.hint = QLabel("", self)
        self.hint.setProperty("dim", True)
        for name in _HINTED:
            actions[name].changed.connect(self._show_hint)
        self._show_hint()
        self._lay_out()

    def _show_hint(self) -> None:
        """Names the keys that help to begin without a mouse, as they are now."""
        words = {
            "paste": self.tr("{0} takes files copied in the file manager"),
            "palette": self.tr("{0} finds everything that can be done"),
            "keys": self.tr("{0} shows all keys"),
        }
        keys = {name: self._actions[name].shortcut().toString(_NATIVE) for name in _HINTED}
        self.hint.setText("   ·   ".join(words[name].format(key) for name, key in keys.items() if key))

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self.card)
        inside.setContentsMargins(30, 98, 30, 26)
        inside.setSpacing(7)
        title = QLabel(self.tr("Drop a folder of stems here"))
        title.setFont(paint.sized(self.font(), 21, bold=True))
        words = QLabel(self.tr("WAV, FLAC, AIFF, Ogg, MP3 … any sample rate, mono and stereo together. Or a session."))
        for label in (title, words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            inside.addWidget(label)
        inside.addSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch(1)
        for name, text in (
            ("open_folder", self.tr("Open folder…")), ("open", self.tr("Open session…")),
            ("open_demo", self.tr("Open demo")),
        ):  # fmt: skip
            button = PushButton(text)
            button.setObjectName(f"start.{name}")
            button.setMinimumHeight(32)
            button.setProperty("primary", name == "open_folder")
            button.clicked.connect(self._actions[name].trigger)
            row.addWidget(button)
        row.addStretch(1)
        inside.addLayout(row)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(self.card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(14)
        column.addLayout(self._recents)
        column.addSpacing(14)
        column.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def show_recents(self, recents: list[str]) -> None:
        """Lists recent sessions and folders that are still there."""
        while self._recents.count():
            item = self._recents.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        found = [r for r in recents if Path(r).exists()][:5]
        if found:
            heading = QLabel(self.tr("Recent"), self)
            heading.setProperty("dim", True)
            heading.setFixedWidth(560)
            self._recents.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        for number, source in enumerate(found, 1):
            button = RecentButton(Path(source), self)
            button.setObjectName(f"start.recent.{number}")
            button.clicked.connect(lambda _=False, s=source: self.recent_wanted.emit(s))
            self._recents.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_hot(self, hot: bool) -> None:
        """Lights the target while files hang over the window."""
        if hot != self.card.is_hot:
            self.card.is_hot = hot
            self.card.update()
