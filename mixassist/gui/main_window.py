# SPDX-License-Identifier: Apache-2.0
"""The main window: puts the parts together and carries the session's changes to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mixassist.domain.channel import View
from mixassist.domain.document import Document
from mixassist.domain.session import Session
from mixassist.gui.action_set import ActionSet, build_menus
from mixassist.gui.actions import TRANSPORT
from mixassist.gui.console.console import Console
from mixassist.gui.drop_window import DropWindow
from mixassist.gui.editors.channel_stack import ChannelStack
from mixassist.gui.facts_text import facts_text
from mixassist.gui.handlers.console import ConsoleActions
from mixassist.gui.handlers.edits import EditActions
from mixassist.gui.handlers.files import FileActions
from mixassist.gui.handlers.listening import ListeningActions
from mixassist.gui.handlers.looks import LooksActions
from mixassist.gui.handlers.pictures import Pictures
from mixassist.gui.handlers.program import ProgramActions
from mixassist.gui.handlers.recovery import Recovery
from mixassist.gui.handlers.suggestions import SuggestionActions
from mixassist.gui.handlers.time_line import TimeLine
from mixassist.gui.handlers.tracks import TrackActions
from mixassist.gui.handlers.transport import TransportActions
from mixassist.gui.key_map import KeyMap
from mixassist.gui.measuring import MixMeasuring
from mixassist.gui.panels.history_panel import HistoryPanel
from mixassist.gui.panels.start_page import StartPage
from mixassist.gui.recents_menu import RecentsMenu
from mixassist.gui.settings import Settings, load_settings
from mixassist.gui.sound import OutputOpener
from mixassist.gui.sound_device import SoundDevice, chosen_output
from mixassist.gui.status_line import StatusLine
from mixassist.gui.strip_facts import StripFacts
from mixassist.gui.theme import install_theme, style_sheet
from mixassist.gui.transport_bar import TransportBar
from mixassist.gui.widgets.message_bar import MessageBar
from mixassist.gui.work_splitter import WorkSplitter
from mixassist.gui.workspace import Workspace

TICK_MS = 33


class MainWindow(DropWindow):
    """One window, one session. Everything it shows it reads from `workspace`."""

    def __init__(self, settings: Settings | None = None, output_opener: OutputOpener | None = None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.settings = settings or load_settings()
        self._is_shut = False
        self.pending_sources: tuple[str, ...] = ()
        self._shown = Session()
        self.workspace = Workspace(self, output_opener or chosen_output(self.settings))
        self.sound_device = SoundDevice(self.workspace.sound, self.workspace.tasks, self.settings, self)
        self.files, self.edits, self.tracks = FileActions(self), EditActions(self), TrackActions(self)
        self.transport, self.looks, self.program = TransportActions(self), LooksActions(self), ProgramActions(self)
        self.listening, self.suggestions = ListeningActions(self), SuggestionActions(self)
        self.time_line, self.pictures = TimeLine(self), Pictures(self)
        self.console_actions = ConsoleActions(self)
        self.key_map = KeyMap(self.settings.keys, self)
        self.action_set = ActionSet(self, self, self.key_map)
        self.actions_by_name = self.action_set.by_name
        menus = build_menus(self, self.action_set)
        self.actions_by_name["open_recent"].setMenu(RecentsMenu(self))
        self._build()
        menus[TRANSPORT].addMenu(self.device.menu())
        self._connect()
        self.setMinimumSize(900, 500)
        self.resize(1280, 720)
        if self.settings.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.geometry.encode()))
        self.recovery = Recovery(self)
        self.measuring = MixMeasuring(self.workspace.sound, self.workspace.tasks, self)
        self.measuring.measured.connect(self.console.master.show_measures)
        self.measuring.measured.connect(self.console_actions.comparing.take_measures)
        self.facts_of_strips = StripFacts(self)
        self.console.strip_made.connect(self.facts_of_strips.show_strip)
        self.facts_of_strips.reduction.changed.connect(self.time_line.take_reduction)
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self.tick)
        self._dress()
        self._all_changed()
        self.workspace.look_for_views()
        for words in self.settings.trouble:
            self.messages.show_message(words, "warning")

    def _build(self) -> None:
        from mixassist import api

        self.messages = MessageBar(self)
        self.transport_bar = TransportBar(self.actions_by_name, api.METHOD_NAMES, self)
        self.transport_bar.show_method(self.settings.method or api.DEFAULT_METHOD)
        self.start_page = StartPage(self.actions_by_name, self)
        self.waveforms = self.time_line.waveforms
        self.console = Console(self.workspace.editor, self.actions_by_name, self)
        self.channel = ChannelStack(self.workspace.editor, self)
        self.history = HistoryPanel(self.workspace.document, lambda: self.workspace.path is not None, self)
        self._split = WorkSplitter(self.time_line.panel, self.pictures.holder, self.console, self)
        work = QWidget(self)
        row = QHBoxLayout(work)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(6)
        row.addWidget(self.channel)
        row.addWidget(self._split, 1)
        row.addWidget(self.history)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.start_page)
        self._pages.addWidget(work)
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.transport_bar)
        column.addWidget(self.messages)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(centre)
        line = StatusLine(self.sound_device, self.workspace.tasks, self)
        self.task_area, self.facts, self.device = line.task_area, line.facts, line.device
        self.setStatusBar(line)

    def _connect(self) -> None:
        space = self.workspace
        space.session_changed.connect(self._session_changed)
        space.opened.connect(self._opened)
        space.message.connect(self.messages.show_message)
        self.messages.follow_edits(space.editor)
        space.report_wanted.connect(self._offer_report)
        self.sound_device.message.connect(self.messages.show_message)
        space.saved.connect(self._saved)
        space.relinked.connect(self.messages.clear)
        space.missing_changed.connect(self.action_set.refresh)
        space.sound.rendering_changed.connect(self._show_rendering)
        space.sound.pyramid_ready.connect(self.time_line.take_pyramid)
        space.views_changed.connect(self.refresh_view)
        space.fault_watch.found.connect(self._show_faults)
        space.tasks.list_changed.connect(self.action_set.refresh)
        self.hovered.connect(self.start_page.show_hot)
        self.dropped.connect(self.take_dropped)
        self._split.console_shown.connect(lambda _: self.action_set.refresh())
        self.console.selection_changed.connect(self._selected)
        self.console.completed.connect(self.channel.build_rest)
        self.console.stage_wanted.connect(lambda *_: self._show_channel_panel())
        self.console.track_menu_wanted.connect(self.tracks.open_menu)
        self.console_actions.connect_console()
        self.waveforms.seek_wanted.connect(self.transport.seek)
        self.waveforms.scrub_wanted.connect(self.transport.scrub)
        self.waveforms.scrub_ended.connect(self.transport.end_scrub)
        self.waveforms.selected.connect(self.console.select)
        self.waveforms.track_menu_wanted.connect(self.tracks.open_menu)
        self.transport_bar.view_picked.connect(self.edits.set_view)
        self.transport_bar.method_picked.connect(self._method_picked)
        self.key_map.changed.connect(self._keep_keys)
        self.settings.listen("theme", lambda _: self._dress())
        self.settings.listen("method", self.transport_bar.show_method)
        self.settings.listen("recents", lambda _: self._show_recents())
        self.settings.listen("show_reductions", self.waveforms.show_reductions)
        for key in ("show_channel_panel", "show_waveforms", "show_mixer", "show_history"):
            self.settings.listen(key, lambda _: self.apply_layout())
        self.settings.listen("follow_playhead", lambda _: self.action_set.refresh())
        self.start_page.recent_wanted.connect(lambda source: self.files.open_sources([source]))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._scheme_changed)

    @property
    def document(self) -> Document:
        """The document, for scripts and tests."""
        return self.workspace.document

    @property
    def session(self) -> Session:
        """The present session, for scripts and tests."""
        return self.workspace.session

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being opened, read, rendered or written."""
        sound = self.workspace.sound
        built = all(part.is_complete and part.is_current for part in (self.channel, self.console))
        return (
            self.workspace.tasks.is_idle
            and self.time_line.is_settled
            and self.pictures.is_settled
            and built
            and (not sound.is_open or sound.is_ready)
        )

    @property
    def has_room_for_console(self) -> bool:
        """Whether the console fits beside the pictures."""
        return self._split.has_room_for_console

    def findChild(self, *wanted: Any) -> Any:
        """Finds an object by type and name; what waits for an idle moment is made first."""
        self._complete()
        return super().findChild(*wanted)

    def findChildren(self, *wanted: Any) -> Any:
        """Finds objects by type and name; what waits for an idle moment is made first."""
        self._complete()
        return super().findChildren(*wanted)

    def _complete(self) -> None:
        self.console.complete()
        self.channel.complete()

    def views_at_hand(self) -> tuple[View, ...]:
        """Returns the views that can be heard here."""
        return self.workspace.views

    def _session_changed(self, before: Session, now: Session) -> None:
        same_tracks = [t.id for t in before.tracks] == [t.id for t in now.tracks]
        if not same_tracks or before is self._shown is now:
            self._all_changed()
            return
        changed = tuple(b.id for a, b in zip(before.tracks, now.tracks, strict=True) if a is not b)
        if before.any_solo != now.any_solo:
            changed = tuple(t.id for t in now.tracks)
        self.console.refresh(now, changed)
        self.channel.refresh(now, changed)
        self._after_change(now)

    def _all_changed(self) -> None:
        now = self.workspace.session
        self.console.show_session(now)
        self.channel.show_session(now, self.console.selected_id)
        if self.console.is_complete:
            self.channel.build_rest()
        self._after_change(now)

    def _after_change(self, now: Session) -> None:
        self.time_line.show_session(now, self.console.selected_id)
        self.pictures.show_session(now, self.console.selected_id)
        if not self.listening.is_open:
            self._pages.setCurrentIndex(1 if now.tracks else 0)
        self._shown = now
        self.console_actions.comparing.show_session(now)
        self.facts_of_strips.show_session(now)
        self.history.refresh()
        self.refresh_view()
        self._refresh_words()

    def _refresh_words(self) -> None:
        session, space = self.workspace.session, self.workspace
        self.setWindowModified(space.document.is_modified)
        self.setWindowTitle(f"{session.name}[*] – MixAssist")
        faults = space.fault_watch.lines()
        self.facts.setText(facts_text(session, len(faults), len(space.notes)))
        self.facts.setToolTip("\n".join((*faults, *space.notes)[:20]))
        self.transport_bar.show_summary(session.name if session.tracks else "", session.method)
        self.device.show_player(space.sound.player, space.sound.device_words)

    def refresh_view(self) -> None:
        """Shows which view sounds, and which there are."""
        self.action_set.refresh()
        self.transport_bar.show_view(self.workspace.session.view, View.MODEL in self.views_at_hand())

    def _opened(self) -> None:
        self.messages.clear()
        if self.workspace.session.tracks:
            source = self.workspace.path or (self.pending_sources[0] if self.pending_sources else None)
            if source is not None:
                from pathlib import Path

                self.settings.add_recent(Path(source).absolute())
        self._all_changed()
        self.waveforms.zoom_to_whole()
        QTimer.singleShot(0, self, self._split.share_height)
        self.tick()

    def _show_recents(self) -> None:
        self.start_page.show_recents(self.settings.recents)
        self.action_set.refresh()

    def _keep_keys(self) -> None:
        self.settings.keys = self.key_map.changes

    def _offer_report(self, words: str, kind: str) -> None:
        self.messages.show_message(words, kind, (self.tr("Import report"), self.program.show_report))

    def _saved(self, path: Path) -> None:
        self.settings.add_recent(path)
        self.history.refresh()
        self._refresh_words()

    def _selected(self, track_id: str) -> None:
        session = self.workspace.session
        self.channel.select(track_id, session)
        self.time_line.show_session(session, track_id)
        self.pictures.show_session(session, track_id)

    def _show_channel_panel(self) -> None:
        self.settings.show_channel_panel = True

    def _show_rendering(self) -> None:
        self.console.show_rendering(self.workspace.sound.rendering_ids(), self.workspace.session)

    def _show_faults(self, faults: Mapping[str, tuple[str, ...]]) -> None:
        self.console.show_faults(faults)
        self.waveforms.show_faults(faults)
        self._refresh_words()

    def _method_picked(self, method: str) -> None:
        self.settings.method = method

    def show_listening(self, page: QWidget | None) -> None:
        """Gives the whole window to the listening page, or back to the mix: nothing else is seen during a test."""
        if page is not None and self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentIndex(self._pages.indexOf(page) if page else int(bool(self.workspace.session.tracks)))
        for widget in (self.menuBar(), self.transport_bar, self.statusBar()):
            widget.setVisible(page is None)
        self.action_set.refresh()

    def tick(self) -> None:
        """Moves playhead, time and meters; called 30 times a second while there is something to play."""
        if self.listening.is_open:
            self._ticker.stop()
            return
        player, session = self.workspace.sound.player, self.workspace.session
        if player is None:
            self._ticker.stop()
            self.time_line.show_position(0, False)
            self.transport_bar.time.show_time(0.0, session.length_frames / session.sample_rate_hz)
            self.transport_bar.show_playing(False)
            return
        if not self._ticker.isActive() and self.isVisible():
            self._ticker.start()
        rate = session.sample_rate_hz
        self.time_line.show_position(player.heard_frames, player.is_playing)
        self.pictures.show_position(player.heard_frames)
        self.transport_bar.time.show_time(player.heard_frames / rate, session.length_frames / rate)
        self.transport_bar.show_playing(player.is_playing)
        self.device.show_player(player, self.workspace.sound.device_words)
        self.sound_device.check()
        self.console.show_levels(player.meters())
        self.facts_of_strips.tick(player.heard_frames, player.is_playing)

    def _scheme_changed(self) -> None:
        if self.settings.theme == "system":
            self._dress()

    def _dress(self) -> None:
        theme = install_theme(self.settings.theme)
        self.setStyleSheet(style_sheet(theme))
        self.start_page.show_recents(self.settings.recents)
        self.apply_layout()
        self._all_changed()

    def apply_layout(self) -> None:
        """Shows and hides the panels as the settings say."""
        self.channel.setVisible(self.settings.show_channel_panel)
        self.time_line.panel.setVisible(self.settings.show_waveforms)
        self.pictures.apply_layout()
        self._split.show_console(self.settings.show_mixer)
        self.history.setVisible(self.settings.show_history)
        self.action_set.refresh()

    def take_dropped(self, names: list[str]) -> None:
        """Opens what was dropped on an empty window; adds audio to a session that is open."""
        is_session = len(names) == 1 and names[0].lower().endswith(".mixassist")
        if is_session or not self.workspace.session.tracks:
            self.files.open_sources(names)
        else:
            self.workspace.import_audio(names)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.listening.shut_down()
        if not self.files.may_leave(self.close):
            event.ignore()
            return
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """Ends timers, work and sound and writes the settings; a second call does nothing."""
        if self._is_shut:
            return
        self._is_shut = True
        self._ticker.stop()
        QGuiApplication.styleHints().colorSchemeChanged.disconnect(self._scheme_changed)
        self.recovery.close()
        self.measuring.stop()
        self.facts_of_strips.stop()
        self.pictures.stop()
        self.time_line.stop()
        self.workspace.close()
        self.settings.geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.settings.save()
