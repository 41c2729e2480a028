# SPDX-License-Identifier: Apache-2.0
"""The import report: what was done to each track, what is wrong with it, what it was taken for, what stayed out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt
from PySide6.QtGui import QBrush, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mixassist.domain.commands import SetChannelFields
from mixassist.domain.instruments import INSTRUMENTS
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.gui.editor import Editor
from mixassist.gui.import_report import ImportReport, as_text
from mixassist.gui.panels.sheet import Sheet
from mixassist.gui.theme import theme_of
from mixassist.gui.views.time_ruler import time_text
from mixassist.gui.widgets.flat_combo import FlatCombo

_NAME, _INSTRUMENT, _AUDIO, _NOTES = range(4)
_ROW_PIXELS, _CELL_PIXELS = 32, 6
_NAME_PIXELS = 220
"""What the longest names get; what does not fit is in the tool tip."""


class _Tracks(QTreeWidget):
    """Rows as tall as their notes are, wrapped at the width that the last column has."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.header().sectionResized.connect(self.fit_rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_rows()

    def fit_rows(self) -> None:
        """Measures what every row needs at the present width."""
        room = QRect(0, 0, max(self.header().sectionSize(_NOTES) - 2 * _CELL_PIXELS, 1), 10_000)
        for number in range(self.topLevelItemCount()):
            row = self.topLevelItem(number)
            assert row is not None
            needed = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, row.text(_NOTES)).height() + 10
            row.setSizeHint(_NOTES, QSize(0, max(_ROW_PIXELS, needed)))
        self.scheduleDelayedItemsLayout()


class ReportSheet(Sheet):
    """A row a track; the instrument can be corrected there, as an undoable step."""

    def __init__(
        self, report: ImportReport, faults: Mapping[str, tuple[str, ...]], editor: Editor, parent: QWidget | None
    ) -> None:
        super().__init__("report", parent)
        self._report, self._faults, self._editor = report, faults, editor
        session = editor.document.session
        self.instruments: dict[str, FlatCombo] = {}
        self.add_words(self._summary(session))
        if session.tracks:
            self.body.addWidget(self._tracks(session), 3)
        if report.unreadable:
            self._add_unreadable()
        for sentence in report.general:
            self.add_words(sentence)
        mixing = report.mixing(session)
        if mixing:
            self.add_words(self.tr("Automix"), heading=True)
        for sentence in mixing:
            self.add_words(sentence)
        if not session.tracks and not report.unreadable:
            self.body.addStretch(1)
        self.add_button(self.tr("Copy"), self.copy, "copy", left=True)
        self._stop = editor.document.listen(lambda before, now: self._follow(now))
        self.finished.connect(lambda _: self._stop())
        small = not session.tracks and not report.unreadable
        self.finish(self.tr("Import report"), 420 if small else 940, 150 if small else 600)

    def _summary(self, session: Session) -> str:
        if not session.tracks and not self._report.unreadable:
            return self.tr("Nothing is open yet.")
        count = self._report.count
        parts = (
            (len(session.tracks), self.tr("1 track"), self.tr("{0} tracks")),
            (count("joined"), self.tr("1 joined from two files"), self.tr("{0} joined from two files")),
            (count("split"), self.tr("1 split off"), self.tr("{0} split off")),
            (count("resampled"), self.tr("1 resampled"), self.tr("{0} resampled")),
            (count("padded"), self.tr("1 shorter than the longest"), self.tr("{0} shorter than the longest")),
            (count("truncated"), self.tr("1 cut short"), self.tr("{0} cut short")),
            (len(self._faults), self.tr("1 worth a look"), self.tr("{0} worth a look")),
            (len(self._report.unreadable), self.tr("1 file left out"), self.tr("{0} files left out")),
        )
        said = [one if number == 1 else many.format(number) for number, one, many in parts if number]
        if len(said) == 1 and session.tracks and self._report.is_quiet and not self._report.mixing(session):
            said.append(self.tr("nothing had to be changed or noted"))
        return "  ·  ".join(said)

    def _tracks(self, session: Session) -> QTreeWidget:
        tree = _Tracks(self)
        tree.setObjectName("report.tracks")
        tree.setAccessibleName(self.tr("Tracks"))
        tree.setHeaderLabels([self.tr("Track"), self.tr("Taken for"), self.tr("Audio"), self.tr("Noted")])
        tree.setRootIsDecorated(False)
        tree.setWordWrap(True)
        tree.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        warning = QBrush(theme_of(self).colour("warning"))
        for track in session.tracks:
            faults = self._faults.get(track.id, ())
            notes = "\n".join((*(f"⚠ {words}" for words in faults), *self._report.done_to(track.id)))
            row = QTreeWidgetItem(tree, [track.name, "", audio_text(track, session), notes])
            row.setTextAlignment(_AUDIO, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            row.setToolTip(_NAME, track.name)
            if faults:
                row.setForeground(_NOTES, warning)
            tree.setItemWidget(row, _INSTRUMENT, _in_the_middle(self._chooser(track)))
        header = tree.header()
        header.resizeSection(_NAME, min(tree.sizeHintForColumn(_NAME) + 8, _NAME_PIXELS))
        header.resizeSection(_INSTRUMENT, 176)
        header.setSectionResizeMode(_AUDIO, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        return tree

    def _chooser(self, track: Track) -> FlatCombo:
        combo = FlatCombo(self, height=26)
        combo.addItem(self.tr("Not known"), "")
        for instrument in INSTRUMENTS:
            combo.addItem(instrument.label, instrument.key)
        combo.setObjectName(f"report.{track.name}.instrument")
        combo.setAccessibleName(self.tr("{0}, instrument").format(track.name))
        combo.setToolTip(self._report.guess(track.id))
        combo.setCurrentIndex(max(combo.findData(track.channel.instrument), 0))
        words = self.tr("instrument")
        combo.activated.connect(
            lambda index: self._editor.execute(SetChannelFields(track.id, {"instrument": combo.itemData(index)}, words))
        )
        self.instruments[track.id] = combo
        return combo

    def _follow(self, now: Session) -> None:
        for track in now.tracks:
            combo = self.instruments.get(track.id)
            if combo is not None:
                combo.setCurrentIndex(max(combo.findData(track.channel.instrument), 0))

    def _add_unreadable(self) -> None:
        self.add_words(self.tr("Left out"), heading=True)
        listing = QListWidget(self)
        listing.setObjectName("report.unreadable")
        listing.setAccessibleName(self.tr("Files that were left out"))
        listing.setWordWrap(True)
        listing.setTextElideMode(Qt.TextElideMode.ElideNone)
        listing.setResizeMode(QListWidget.ResizeMode.Adjust)
        for error in self._report.unreadable:
            item = QListWidgetItem(f"{Path(error.subject).name}: {error.message}.\n{error.remedy}", listing)
            item.setToolTip(error.subject)
        self.body.addWidget(listing, 1)

    def copy(self) -> None:
        """Puts the report on the clipboard as text."""
        session = self._editor.document.session
        QGuiApplication.clipboard().setText(as_text(self._report, session, self._faults, self._summary(session)))


def _in_the_middle(widget: QWidget) -> QWidget:
    """Returns a cell that keeps a widget's height where its row is taller."""
    cell = QWidget()
    column = QVBoxLayout(cell)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    return cell


def audio_text(track: Track, session: Session) -> str:
    """Returns sides, rate and length of a track's audio."""
    source = track.source
    seconds = source.frames_at(session.sample_rate_hz) / session.sample_rate_hz
    tr = QCoreApplication.translate
    sides = tr("report", "stereo") if source.channel_count == 2 else tr("report", "mono")
    return f"{sides} · {source.sample_rate_hz / 1000:g} kHz · {time_text(seconds, 1)}"
