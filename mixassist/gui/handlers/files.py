# SPDX-License-Identifier: Apache-2.0
"""File menu: new, open, save, import, export; what is unsaved is asked about first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow

AUDIO_PATTERNS = "*.wav *.flac *.aif *.aiff *.ogg *.oga *.opus *.mp3 *.w64 *.rf64 *.caf *.au"
_DEPTHS = (
    ("WAV 24 bit (*.wav)", ".wav", 24),
    ("WAV 16 bit (*.wav)", ".wav", 16),
    ("WAV 32 bit float (*.wav)", ".wav", 32),
    ("FLAC 24 bit (*.flac)", ".flac", 24),
    ("Ogg Vorbis (*.ogg)", ".ogg", None),
    ("MP3 (*.mp3)", ".mp3", None),
)
"""What the export dialog offers: words, extension, bit depth."""


class FileActions(QObject):
    """Asks for paths and hands them to the workspace."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.ask_unsaved: Callable[[], str] = self._ask_unsaved
        """Returns `save`, `discard` or `cancel`; tests and scripts put their own answer here."""

    def new(self) -> None:
        """Begins an empty session."""
        self._leaving(self._window.workspace.new)

    def open(self) -> None:
        """Asks for a session or audio files and opens them."""
        patterns = f"{self.tr('Sessions and audio')} (*.mixassist {AUDIO_PATTERNS});;{self.tr('All files')} (*)"
        names, _ = QFileDialog.getOpenFileNames(self._window, self.tr("Open"), self._folder(), patterns)
        if names:
            self.open_sources(names)

    def open_folder(self) -> None:
        """Asks for a folder of stems and opens it."""
        name = QFileDialog.getExistingDirectory(self._window, self.tr("Open a folder of stems"), self._folder())
        if name:
            self.open_sources([name])

    def open_demo(self) -> None:
        """Opens the demo session."""
        from mixassist import api

        self.open_sources([str(api.demo_session_path())])

    def open_sources(self, sources: Sequence[str]) -> None:
        """Opens given sources, asking about unsaved changes first."""
        self._leaving(lambda: self._open_now(sources))

    def _open_now(self, sources: Sequence[str]) -> None:
        folder = Path(sources[0]).parent
        if not _is_own(folder):
            self._window.settings.last_folder = str(folder)
        self._window.workspace.open(sources)
        self._window.pending_sources = tuple(sources)

    def save(self) -> None:
        """Saves where the session was last saved, or asks."""
        path = self._window.workspace.path
        if path is None:
            self.save_as()
        else:
            self._window.workspace.save(path)

    def save_as(self) -> None:
        """Asks for a name and saves."""
        workspace = self._window.workspace
        suggested = Path(self._folder()) / f"{workspace.session.name}.mixassist"
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save session"), str(suggested), f"{self.tr('MixAssist session')} (*.mixassist)"
        )
        if name:
            workspace.save(Path(name))

    def import_audio(self) -> None:
        """Asks for audio files and adds them as tracks."""
        patterns = f"{self.tr('Audio')} ({AUDIO_PATTERNS});;{self.tr('All files')} (*)"
        names, _ = QFileDialog.getOpenFileNames(self._window, self.tr("Import audio"), self._folder(), patterns)
        if names:
            self._window.workspace.import_audio(names)

    def paste(self) -> None:
        """Takes the files on the clipboard as if they were dropped on the window."""
        urls = QGuiApplication.clipboard().mimeData().urls()
        names = [url.toLocalFile() for url in urls if url.isLocalFile()]
        if names:
            self._window.take_dropped(names)
        else:
            words = self.tr("There are no files on the clipboard. Copy stems or a session in the file manager first.")
            self._window.workspace.message.emit(words, "note")

    def export(self) -> None:
        """Asks for a name and kind and writes the mix of the view that sounds."""
        workspace = self._window.workspace
        suggested = Path(self._folder()) / f"{workspace.session.name}.wav"
        name, kind = QFileDialog.getSaveFileName(
            self._window, self.tr("Export mix"), str(suggested), ";;".join(words for words, _, _ in _DEPTHS)
        )
        if name:
            path, depth = export_choice(name, kind)
            workspace.export(path, workspace.session.view, depth)

    def export_parameters(self) -> None:
        """Asks for a name and writes all controls."""
        workspace = self._window.workspace
        suggested = Path(self._folder()) / f"{workspace.session.name}.json"
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Export parameters"), str(suggested), "JSON (*.json);;CSV (*.csv)"
        )
        if name:
            workspace.export_parameters(Path(name))

    def relink(self) -> None:
        """Asks for a folder and looks there for missing audio."""
        name = QFileDialog.getExistingDirectory(self._window, self.tr("Look for audio in"), self._folder())
        if name:
            self._window.workspace.relink(Path(name))

    def may_leave(self, go: Callable[[], object]) -> bool:
        """Whether the present session may be let go of now; asks about unsaved changes.

        Args:
            go: what to do once the session is saved, if that is the answer.
        """
        if not self._window.workspace.document.is_modified:
            return True
        answer = self.ask_unsaved()
        if answer == "save":
            self._window.workspace.saved.connect(lambda _: go(), Qt.ConnectionType.SingleShotConnection)
            self.save()
        return answer == "discard"

    def _leaving(self, go: Callable[[], object]) -> None:
        if self.may_leave(go):
            go()

    def _ask_unsaved(self) -> str:
        if QGuiApplication.platformName() in ("offscreen", "minimal"):
            return "discard"  # nobody could see the question, let alone answer it
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window, self.tr("Unsaved changes"),
            self.tr("{0} has unsaved changes.").format(self._window.workspace.session.name),
            buttons.Save | buttons.Discard | buttons.Cancel, buttons.Save,
        )  # fmt: skip
        return {buttons.Save: "save", buttons.Discard: "discard"}.get(answer, "cancel")

    def _folder(self) -> str:
        path, last = self._window.workspace.path, self._window.settings.last_folder
        if path is not None:
            return str(path.parent)
        return last if last and Path(last).is_dir() and not _is_own(Path(last)) else str(Path.home())


def _is_own(folder: Path) -> bool:
    """Whether a folder belongs to the program: nobody looks for their files there."""
    from mixassist.paths import demo_directory

    own = demo_directory().resolve()
    return folder.resolve() in (own, own.parent)


def export_choice(name: str, kind: str) -> tuple[Path, int | None]:
    """Returns the path and bit depth of an export, from what the file dialog gave back.

    The name's own extension decides the kind of file; without one the chosen filter's is added.
    """
    path = Path(name)
    suffix, depth = next(((s, d) for words, s, d in _DEPTHS if words == kind), (".wav", 24))
    if not path.suffix:
        path = path.with_name(path.name + suffix)
    if path.suffix.lower() != suffix:
        depth = next((d for _, s, d in _DEPTHS if s == path.suffix.lower()), None)
    return path, depth
