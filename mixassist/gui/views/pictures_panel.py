# SPDX-License-Identifier: Apache-2.0
"""The pictures' panel: choices above, rows of pictures on one time axis, numbers beside them, a read-out below."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from mixassist.gui.views.colour_bar import ColourBar
from mixassist.gui.views.mel_desk import MelDesk
from mixassist.gui.views.mel_row import MelRow
from mixassist.gui.views.numbers_panel import NumbersPanel
from mixassist.gui.views.picture_choice import PAIR, PORTRAITS
from mixassist.gui.views.picture_thread import PictureThread
from mixassist.gui.views.pictures_bar import PicturesBar
from mixassist.gui.views.time_axis import TimeAxis
from mixassist.gui.views.time_picture import PictureCursor, RulerRow, TimePicture
from mixassist.gui.views.wave_desk import WaveDesk
from mixassist.gui.views.wave_row import WaveRow

MOST_MEL_ROWS = 3


class PicturesPanel(QWidget):
    """Holds three spectrogram rows and two waveform rows, of which a kind of picture shows some."""

    seek_wanted = Signal(int)

    def __init__(
        self, axis: TimeAxis, thread: PictureThread, mel: MelDesk, waves: WaveDesk, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("pictures")
        self.setAccessibleName(self.tr("Pictures"))
        self.cursor_place = PictureCursor(self)
        self.bar = PicturesBar(self)
        self.ruler = RulerRow(axis, self.cursor_place, self)
        self.mel_rows = tuple(MelRow(axis, self.cursor_place, mel, thread, self) for _ in range(MOST_MEL_ROWS))
        self.wave_rows = tuple(WaveRow(axis, self.cursor_place, waves, thread, self) for _ in range(2))
        self.colours = ColourBar(self.mel_rows, self)
        self.readout = QLabel("", self)
        self.readout.setObjectName("pictures.readout")
        self.readout.setAccessibleName(self.tr("Under the cursor"))
        self.state = QLabel("", self)
        self.state.setObjectName("pictures.state")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.side = QWidget(self)
        self.portraits = QWidget(self)
        for number, row in enumerate(self.mel_rows):
            row.setObjectName(f"pictures.row{number + 1}")
        for number, wave in enumerate(self.wave_rows):
            wave.setObjectName(f"pictures.wave{number + 1}")
        for picture in self.rows:
            picture.seek_wanted.connect(self.seek_wanted)
            picture.redrawn.connect(self._show_reading)
        self.cursor_place.moved.connect(self._show_reading)
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(700, 400)

    @property
    def rows(self) -> tuple[TimePicture, ...]:
        """The ruler and every row."""
        return (self.ruler, *self.mel_rows, *self.wave_rows)

    @property
    def is_drawn(self) -> bool:
        """Whether every row that is seen shows the newest of what is known."""
        return all(row.is_drawn for row in (*self.mel_rows, *self.wave_rows) if row.isVisible())

    def _lay_out(self) -> None:
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        self._rows.addWidget(self.ruler)
        for row in (*self.mel_rows, *self.wave_rows):
            self._rows.addWidget(row, 1)
        pictures = QWidget(self)
        self._pictures = pictures
        beside = QHBoxLayout(pictures)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(2)
        beside.addLayout(self._rows, 1)
        beside.addWidget(self.colours)
        self._work = QHBoxLayout()
        self._work.setSpacing(6)
        self._work.addWidget(pictures, 1)
        self._work.addWidget(self.portraits, 1)
        self._work.addWidget(self.side)
        foot = QHBoxLayout()
        foot.addWidget(self.readout, 1)
        foot.addWidget(self.state)
        for label in (self.readout, self.state):
            label.setSizePolicy(QSizePolicy.Policy.Ignored if label is self.readout else QSizePolicy.Policy.Preferred,
                                QSizePolicy.Policy.Fixed)  # fmt: skip
            label.setFixedHeight(18)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 0)
        column.setSpacing(2)
        column.addWidget(self.bar)
        column.addLayout(self._work, 1)
        column.addLayout(foot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if isinstance(self.side, NumbersPanel):
            self.side.fit_width(self.width())

    def put_side(self, widget: QWidget) -> None:
        """Puts a panel beside the pictures."""
        self._work.replaceWidget(self.side, widget)
        self.side.deleteLater()
        self.side = widget

    def put_portraits(self, widget: QWidget) -> None:
        """Puts the panel of effect portraits in the pictures' place."""
        self._work.replaceWidget(self.portraits, widget)
        self.portraits.deleteLater()
        self.portraits = widget

    def show_kind(self, kind: str, mel_rows: int, numbers: bool) -> None:
        """Shows the rows of a kind of picture."""
        is_portrait = kind == PORTRAITS
        self._pictures.setVisible(not is_portrait)
        self.portraits.setVisible(is_portrait)
        self.side.setVisible(numbers and not is_portrait)
        for number, row in enumerate(self.mel_rows):
            row.setVisible(number < mel_rows)
        for wave in self.wave_rows:
            wave.setVisible(kind == PAIR)
        looked_at = self.cursor_place.row
        if looked_at is not None and looked_at.isHidden():
            self.cursor_place.look_away()

    def show_position(self, frame: int) -> None:
        """Moves the playhead in all rows that are seen."""
        for row in self.rows:
            if row.isVisible():
                row.show_position(frame)
            else:
                row.position = frame

    def _show_reading(self) -> None:
        row = self.cursor_place.row
        self.readout.setText(row.reading() if isinstance(row, TimePicture) else "")
