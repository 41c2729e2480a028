# SPDX-License-Identifier: Apache-2.0
"""Says how far the model is from the console for one channel: `model −24 dB`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of

if TYPE_CHECKING:
    from mixassist.api.honesty import Honesty

_FAR_DB = -10.0
"""From this error-to-signal ratio on the model is said to be far off, in words and colour."""


def honesty_text(honesty: Honesty) -> str:
    """Returns the few words that fit on a strip."""
    if not math.isfinite(honesty.esr_db):
        return "model = wet" if honesty.esr_db < 0 else "model –"
    decibels = f"{honesty.esr_db:.0f}".replace("-0", "0").replace("-", "−")
    return f"model {decibels} dB"


class HonestyLabel(QLabel):
    """A line of small text, hidden where there is no model; paler while a new value is being found out.

    It keeps its line while a channel has nothing to compare, so that all strips stand alike.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_far = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(80, 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 12)

    def show_offered(self, offered: bool) -> None:
        """Shows whether there is a model at all."""
        self.setVisible(offered)

    def show_honesty(self, honesty: Honesty | None, is_current: bool = True) -> None:
        """Shows a distance; None empties the label."""
        if honesty is None:
            self._is_far = False
            self.setText("")
            self.setToolTip("")
            self.setAccessibleDescription("")
            return
        self._is_far = honesty.esr_db > _FAR_DB
        self.setText(honesty_text(honesty))
        self.setEnabled(is_current)
        decibels = f"{honesty.esr_db:.1f} dB".replace("-", "−") if math.isfinite(honesty.esr_db) else "−∞ dB"
        lines = (
            self.tr("How far the model is from the console here, over this channel's loudest 6 s:"),
            self.tr("error-to-signal ratio {0}").format(decibels),
            self.tr("mean absolute error {0:.2g}").format(honesty.mae),
            self.tr("multi-resolution STFT {0:.2f}").format(honesty.stft),
            *((self.tr("That is far off: trust the wet view for this channel."),) if self._is_far else ()),
        )
        self.setToolTip("\n".join(lines))
        self.setAccessibleDescription("; ".join(lines[1:]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        ink = theme.colour("warning" if self._is_far else "dim")
        if not self.isEnabled():
            ink = mixed(ink, theme.colour("panel"), 0.5)
        painter.setFont(paint.fitted(self.font(), 10, self.text(), self.width(), bold=self._is_far))
        paint.label(painter, QRectF(self.rect()), self.text(), ink)
