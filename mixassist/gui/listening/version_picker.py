# SPDX-License-Identifier: Apache-2.0
"""Picks one version, or several, from what the session offers and from files."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from mixassist.api.listening import VersionSource, file_source
from mixassist.gui.handlers.files import AUDIO_PATTERNS
from mixassist.gui.widgets.flat_combo import FlatCombo
from mixassist.gui.widgets.push_button import PushButton
from mixassist.gui.widgets.tick_delegate import TickDelegate

_SOURCE = Qt.ItemDataRole.UserRole


class VersionPicker(QWidget):
    """A drop-down for one version or a list with ticks for many, and a button that adds files."""

    def __init__(self, name: str, parent: QWidget | None = None, *, many: bool = False) -> None:
        super().__init__(parent)
        self.many = many
        self.combo = FlatCombo(self, height=28)
        self.listing = QListWidget(self)
        self.files: list[VersionSource] = []
        self.sources: tuple[VersionSource, ...] = ()
        self.combo.setObjectName(name)
        self.listing.setObjectName(name)
        for widget in (self.combo, self.listing):
            widget.setAccessibleName(self.tr("Versions") if many else self.tr("Version"))
        self.combo.words_when_empty = self.tr("No version yet: open a session, or choose a file")
        self.listing.setFixedHeight(166)
        self.listing.setItemDelegate(TickDelegate(self.listing))
        self.combo.setVisible(not many)
        self.listing.setVisible(many)
        button = PushButton(self.tr("Files…") if many else self.tr("File…"))
        button.setObjectName(f"{name}.file")
        button.setMinimumHeight(28)
        button.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.listing if many else self.combo, 1)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def show_sources(self, sources: tuple[VersionSource, ...]) -> None:
        """Offers these, and the files that were added here; ticks and choice stay where they can."""
        kept = self.chosen()
        self.sources = sources
        offered = (*sources, *self.files)
        self.combo.clear()
        self.listing.clear()
        for source in offered:
            self.combo.addItem(source.label, source)
            item = QListWidgetItem(source.label, self.listing)
            item.setData(_SOURCE, source)
            item.setToolTip(source.name)
            item.setCheckState(Qt.CheckState.Checked if source in kept else Qt.CheckState.Unchecked)
        if not self.many and kept and kept[0] in offered:
            self.choose(kept[0])

    def choose(self, source: VersionSource) -> None:
        """Chooses one; in a list it is ticked too."""
        for index, offered in enumerate((*self.sources, *self.files)):
            if offered == source:
                self.combo.setCurrentIndex(index)
                self.listing.item(index).setCheckState(Qt.CheckState.Checked)

    def add_files(self, paths: list[str]) -> None:
        """Adds files and chooses them."""
        added = [file_source(path) for path in paths]
        self.files += [source for source in added if source not in self.files]
        self.show_sources(self.sources)
        for source in added:
            self.choose(source)

    def chosen(self) -> tuple[VersionSource, ...]:
        """Returns what is chosen: one, or all that are ticked in their order."""
        if not self.many:
            data = self.combo.currentData()
            return () if data is None else (data,)
        items = [self.listing.item(index) for index in range(self.listing.count())]
        return tuple(item.data(_SOURCE) for item in items if item.checkState() is Qt.CheckState.Checked)

    def _ask(self) -> None:
        patterns = f"{self.tr('Audio')} ({AUDIO_PATTERNS});;{self.tr('All files')} (*)"
        if self.many:
            names, _ = QFileDialog.getOpenFileNames(self, self.tr("Files to compare"), "", patterns)
        else:
            name, _ = QFileDialog.getOpenFileName(self, self.tr("File to compare"), "", patterns)
            names = [name] if name else []
        if names:
            self.add_files(names)
