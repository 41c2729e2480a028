# SPDX-License-Identifier: Apache-2.0
"""The master's loudness in rows: momentary and short-term now; integrated, range and true peak of the whole mix."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from mixassist.domain.session import Master
from mixassist.gui import paint
from mixassist.gui.live_loudness import loudness_text
from mixassist.gui.theme import Theme, theme_of

_ROW = 15
_ON_TARGET_LU = 0.5


class LoudnessPanel(QLabel):
    """Five numbers; colour and words say whether the mix meets its target and its ceiling."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._master = Master()
        self._momentary: float | None = None
        self._short_term: float | None = None
        self._measures: Any = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(90, 5 * _ROW + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_live(self, momentary_lufs: float | None, short_term_lufs: float | None) -> None:
        """Shows what is heard now."""
        if (momentary_lufs, short_term_lufs) != (self._momentary, self._short_term):
            self._momentary, self._short_term = momentary_lufs, short_term_lufs
            self._tell()

    def show_measures(self, measures: Any | None) -> None:
        """Shows what the whole mix measures; None while that is not known."""
        self._measures = measures
        self._tell()

    def show_master(self, master: Master) -> None:
        """Takes the target and the ceiling that the mix is held against."""
        if master != self._master:
            self._master = master
            self._tell()

    @property
    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """Each row as short name, number, unit and role of its colour."""
        found = self._measures
        integrated = None if found is None else found.integrated_lufs
        peak = None if found is None else found.true_peak_dbtp
        reach = None if found is None else found.loudness_range_lu
        return (
            ("M", loudness_text(self._momentary), "LUFS", "text"),
            ("S", loudness_text(self._short_term), "LUFS", "text"),
            ("I", loudness_text(integrated), "LUFS", self._role_of_integrated(integrated)),
            ("LRA", loudness_text(reach), "LU", "text"),
            ("TP", loudness_text(peak), "dBTP", self._role_of_peak(peak)),
        )

    def _role_of_integrated(self, lufs: float | None) -> str:
        target = self._master.loudness_target_lufs
        if lufs is None or target is None or not math.isfinite(lufs):
            return "text"
        if abs(lufs - target) <= _ON_TARGET_LU:
            return "accent"
        return "warning" if lufs > target else "text"

    def _role_of_peak(self, peak_dbtp: float | None) -> str:
        return "warning" if peak_dbtp is not None and peak_dbtp > self._master.ceiling_dbtp + 0.05 else "text"

    def _words_on_target(self) -> str:
        target = self._master.loudness_target_lufs
        lufs = None if self._measures is None else self._measures.integrated_lufs
        if target is None or lufs is None or not math.isfinite(lufs):
            return ""
        away = lufs - target
        if abs(away) <= _ON_TARGET_LU:
            return self.tr("on target")
        side = self.tr("above the target") if away > 0 else self.tr("below the target")
        return f"{abs(away):.1f} LU {side}"

    def _tell(self) -> None:
        lines = (
            self.tr("M momentary (400 ms) and S short-term (3 s) loudness of what is heard now."),
            self.tr("I integrated loudness, LRA loudness range and TP true peak of the whole mix as it stands."),
        )
        words = self._words_on_target()
        self.setToolTip("\n".join((*lines, *((words,) if words else ()))))
        spoken = "; ".join(f"{name} {number} {unit}" for name, number, unit, _ in self.rows)
        self.setAccessibleDescription(f"{spoken}; {words}" if words else spoken)
        self.setText("\n".join(f"{name} {number} {unit}" for name, number, unit, _ in self.rows))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        paint.box(painter, QRectF(self.rect()), theme.colour("sunken"), theme.colour("line"), 4)
        for place, row in enumerate(self.rows):
            self._draw_row(painter, theme, QRectF(6, 3 + place * _ROW, self.width() - 12, _ROW), row)

    def _draw_row(self, painter: QPainter, theme: Theme, rect: QRectF, row: tuple[str, str, str, str]) -> None:
        name, number, unit, role = row
        painter.setFont(paint.sized(self.font(), 10))
        paint.label(painter, rect, name, theme.colour("dim"), paint.Align.AlignLeft)
        paint.label(painter, rect, unit, theme.colour("dim"), paint.Align.AlignRight)
        painter.setFont(paint.sized(self.font(), 12, bold=True))
        paint.label(painter, rect.adjusted(0, 0, -30, 0), number, theme.colour(role), paint.Align.AlignRight)
