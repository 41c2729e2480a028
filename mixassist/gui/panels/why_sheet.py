# SPDX-License-Identifier: Apache-2.0
"""Why Automix chose a channel's values: each with what moved it most, other tracks or something in the track itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.marking import QT_TRANSLATE_NOOP
from mixassist.gui.panels.sheet import Sheet
from mixassist.gui.theme import theme_of

if TYPE_CHECKING:
    from mixassist.api import Reason

_WIDTH, _MOST_HEIGHT = 560, 520
_BAR_WIDTH, _BAR_HEIGHT = 120, 8
_WHOLE_BAR = {"LU": 1.0, "dB": 1.0}
"""A change by unit that fills a bar, so that trifles look like trifles."""
_HARDLY = 0.02
_WORDS = (
    QT_TRANSLATE_NOOP("reasons", "level"),
    QT_TRANSLATE_NOOP("reasons", "distance behind its amplifier"),
    QT_TRANSLATE_NOOP("reasons", "lift by its own level"),
    QT_TRANSLATE_NOOP("reasons", "lift for the mix's spectrum"),
    QT_TRANSLATE_NOOP("reasons", "distance from the middle"),
    QT_TRANSLATE_NOOP("reasons", "low shelf gain"),
    QT_TRANSLATE_NOOP("reasons", "low mid gain"),
    QT_TRANSLATE_NOOP("reasons", "mid gain"),
    QT_TRANSLATE_NOOP("reasons", "high mid gain"),
    QT_TRANSLATE_NOOP("reasons", "high shelf gain"),
    QT_TRANSLATE_NOOP("reasons", "likelihood of compression"),
    QT_TRANSLATE_NOOP("reasons", "compression of peaks"),
    QT_TRANSLATE_NOOP("reasons", "reverberation"),
    QT_TRANSLATE_NOOP("reasons", "low end and lead stay in the middle"),
    QT_TRANSLATE_NOOP("reasons", "it keeps its place: stereo, locked, or there are copies of it"),
    QT_TRANSLATE_NOOP("reasons", "what engineers usually do on this instrument"),
    QT_TRANSLATE_NOOP("reasons", "rumble below what the instrument plays"),
    QT_TRANSLATE_NOOP("reasons", "more from 200 to 500 Hz than is usual"),
    QT_TRANSLATE_NOOP("reasons", "less above 8 kHz than is usual"),
    QT_TRANSLATE_NOOP("reasons", "peaks stand further out than in an even take"),
    QT_TRANSLATE_NOOP("reasons", "usual on this instrument"),
    QT_TRANSLATE_NOOP("reasons", "one mono stem for all of it: the width of a space is missing"),
)
"""What is wished and why, as the translators meet it."""
_IN_FULL = {"level": QT_TRANSLATE_NOOP("reasons", "level against the mean of the tracks")}
"""What says more by itself than its name does."""


class InfluenceBar(QWidget):
    """A bar from the middle to the right for what moved a value up, to the left for what moved it down."""

    def __init__(self, share: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = max(-1.0, min(share, 1.0))
        self.setFixedWidth(_BAR_WIDTH)
        self.setMinimumHeight(12)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = theme_of(self), paint.painter_for(self)
        middle, height = self.width() / 2.0, min(self.height(), _BAR_HEIGHT)
        top = (self.height() - height) / 2.0
        paint.box(painter, QRectF(0.0, top, self.width(), height), theme.colour("sunken"), None, 2)
        length = max(abs(self._share) * middle, 1.0)
        left = middle if self._share >= 0.0 else middle - length
        paint.box(painter, QRectF(left, top, length, height), theme.colour("accent"), None, 1)
        painter.end()


class WhySheet(Sheet):
    """Lists the controller's wishes for one track, what moved each most behind it."""

    def __init__(self, track_name: str, reasons: Sequence[Reason], parent: QWidget | None) -> None:
        super().__init__("why", parent)
        self.add_words(self.tr("Why {0} sounds as it does").format(track_name), heading=True)
        self.add_words(
            self.tr(
                "For level and place the network was asked again without each other track in turn: what its wish lost "
                "or gained is that track's influence. The rest follows from what engineers do and how the track sounds."
            )
        )
        area = QScrollArea(self)
        area.setObjectName("why.reasons")
        area.setAccessibleName(self.tr("Reasons"))
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        table = self._table(reasons)
        area.setWidget(table)
        self.body.addWidget(area, 1)
        self.finish(self.tr("Why?"), _WIDTH, _MOST_HEIGHT)
        # Few reasons need no tall sheet.
        around = self.body.totalHeightForWidth(_WIDTH) - area.sizeHint().height()
        self.resize(self.width(), min(self.height(), around + table.sizeHint().height()))

    def _table(self, reasons: Sequence[Reason]) -> QWidget:
        table = QWidget(self)
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 4, 8, 4)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        row = 0
        for reason in reasons:
            name = QLabel(reason_words(reason.label), table)
            name.setFont(paint.sized(self.font(), 12, bold=True))
            grid.addWidget(name, row, 0, 1, 2)
            grid.addWidget(self._number(reason.value, reason.unit, table, bold=True), row, 2)
            row += 1
            rows: list[tuple[str, float | None]] = [(i.track_name, i.change) for i in reason.influences]
            rows += [(reason_words(c.label), c.change) for c in reason.causes]
            whole = max(_WHOLE_BAR.get(reason.unit, 0.1), *(abs(change or 0.0) for _, change in rows), 0.0)
            moved = [
                (words, change)
                for words, change in rows
                if change is None or (abs(change) >= _HARDLY * whole and _is_seen(change, reason.unit))
            ]
            if not moved:
                if reason.together:
                    words = self.tr("All tracks together decide: what the mix has too little of is lifted.")
                else:
                    words = self.tr("What the track is itself decides; the others hardly move it.")
                hardly = QLabel(words, table)
                hardly.setProperty("dim", True)
                grid.addWidget(hardly, row, 0, 1, 3)
                row += 1
            for words, change in moved:
                grid.addWidget(QLabel(words, table), row, 0, 1, 3 if change is None else 1)
                if change is not None:
                    grid.addWidget(InfluenceBar(change / whole, table), row, 1)
                    grid.addWidget(self._number(change, reason.unit, table), row, 2)
                row += 1
            grid.setRowMinimumHeight(row, 8)
            row += 1
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(row, 1)
        return table

    def _number(self, value: float, unit: str, parent: QWidget, *, bold: bool = False) -> QLabel:
        label = QLabel(number_words(value, unit, signed=not bold), parent)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        label.setFont(paint.sized(self.font(), 12, bold=bold))
        return label


def number_words(value: float, unit: str, *, signed: bool = True) -> str:
    """Returns a value or a change with its unit; shares have none, and are per cent."""
    sign = "+" if signed or unit else ""
    words = f"{value:{sign}.2f} {unit}" if unit else f"{100.0 * value:{sign}.0f} %"
    return words.replace("-", "−")


def _is_seen(change: float, unit: str) -> bool:
    """Whether a change is more than nothing as it is written."""
    return any(digit in number_words(change, unit) for digit in "123456789")


def reason_words(label: str) -> str:
    """Returns a wish's name in the user's language, with a capital."""
    words = QCoreApplication.translate("reasons", _IN_FULL.get(label, label))
    return words[:1].upper() + words[1:]
