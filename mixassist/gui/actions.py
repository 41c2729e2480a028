# SPDX-License-Identifier: Apache-2.0
"""THE table of actions: menus, keys, tool tips and the F1 sheet all come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu


@dataclass(frozen=True)
class ActionSpec:
    """One action: its object name is `action.NAME`; `slot` is `HANDLER.METHOD` of the window."""

    name: str
    text: str
    menu: str
    slot: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    checkable: bool = False
    needs_tracks: bool = False
    separator_before: bool = False


def _a(name: str, text: str, menu: str, slot: str, keys: str = "", tip: str = "", **more: bool) -> ActionSpec:
    return ActionSpec(name, text, menu, slot, tuple(k for k in keys.split(" | ") if k), tip, **more)


FILE, EDIT, TRACK, MIX, TRANSPORT, VIEW, HELP = "&File", "&Edit", "&Track", "&Mix", "T&ransport", "&View", "&Help"
MENUS = (FILE, EDIT, TRACK, MIX, TRANSPORT, VIEW, HELP)

ACTIONS: tuple[ActionSpec, ...] = (
    _a("new", "&New", FILE, "files.new", "Ctrl+N", "Begin an empty session"),
    _a("open", "&Open session…", FILE, "files.open", "Ctrl+O", "Open a session or audio files"),
    _a("open_folder", "Open &folder…", FILE, "files.open_folder", "Ctrl+Shift+O", "Open a folder of stems"),
    _a("open_demo", "Open &demo", FILE, "files.open_demo", "", "Open the demo that comes with the program"),
    _a("save", "&Save", FILE, "files.save", "Ctrl+S", "Save the session", needs_tracks=True, separator_before=True),
    _a("save_as", "Save &as…", FILE, "files.save_as", "Ctrl+Shift+S", "Save under another name", needs_tracks=True),
    _a("import", "&Import audio…", FILE, "files.import_audio", "Ctrl+I", "Add audio files as tracks",
       separator_before=True),
    _a("export", "&Export mix…", FILE, "files.export", "Ctrl+E", "Write the mix as WAV, FLAC, Ogg or MP3",
       needs_tracks=True),
    _a("export_parameters", "Export &parameters…", FILE, "files.export_parameters", "",
       "Write all controls as JSON or CSV", needs_tracks=True),
    _a("relink", "Find missing a&udio…", FILE, "files.relink", "", "Look in a folder for audio that has moved"),
    _a("quit", "&Quit", FILE, "close", "Ctrl+Q", "Close the window", separator_before=True),
    _a("undo", "&Undo", EDIT, "edits.undo", "Ctrl+Z", "Take the last step back"),
    _a("redo", "&Redo", EDIT, "edits.redo", "Ctrl+Shift+Z | Ctrl+Y", "Bring the step back"),
    _a("add", "&Add tracks…", TRACK, "files.import_audio", "", "Add audio files as tracks"),
    _a("rename", "&Rename", TRACK, "tracks.rename", "", "Rename the selected track", needs_tracks=True),
    _a("replace", "Re&place audio…", TRACK, "tracks.replace", "", "Give the track other audio and keep its strip",
       needs_tracks=True),
    _a("remove", "Re&move", TRACK, "tracks.remove", "Ctrl+Backspace", "Take the track out; its file stays",
       needs_tracks=True),
    _a("move_left", "Move &left", TRACK, "tracks.move_left", "Ctrl+Alt+Left", "Move the track one place to the left",
       needs_tracks=True, separator_before=True),
    _a("move_right", "Move r&ight", TRACK, "tracks.move_right", "Ctrl+Alt+Right",
       "Move the track one place to the right", needs_tracks=True),
    _a("previous", "Previous strip", TRACK, "tracks.previous", "Alt+Up", "Select the strip before",
       needs_tracks=True, separator_before=True),
    _a("next", "Next strip", TRACK, "tracks.next", "Alt+Down", "Select the strip behind", needs_tracks=True),
    _a("mute", "Mute", TRACK, "tracks.mute", "M", "Mute or unmute the selected strip", needs_tracks=True,
       separator_before=True),
    _a("solo", "Solo", TRACK, "tracks.solo", "S", "Solo or unsolo the selected strip", needs_tracks=True),
    _a("clear_mutes", "Clear all mutes", TRACK, "tracks.clear_mutes", "Shift+M", "Unmute every strip",
       needs_tracks=True),
    _a("clear_solos", "Clear all solos", TRACK, "tracks.clear_solos", "Shift+S", "Unsolo every strip",
       needs_tracks=True),
    _a("automix", "&Automix", MIX, "edits.automix", "A", "Suggest a mix for every channel: one undo step",
       needs_tracks=True),
    _a("back_strip", "Strip back to the prediction", MIX, "edits.back_strip", "",
       "Put the selected strip back to what Automix suggested", needs_tracks=True),
    _a("back_session", "Session back to the prediction", MIX, "edits.back_session", "",
       "Put every strip back to what Automix suggested", needs_tracks=True),
    _a("fit_master", "&Fit master to target", MIX, "edits.fit_master", "",
       "Measure the mix and set the master gain for the loudness target", needs_tracks=True, separator_before=True),
    _a("view_dry", "Listen &dry", MIX, "edits.view_dry", "", "Faders and pan only", separator_before=True),
    _a("view_wet", "Listen &wet", MIX, "edits.view_wet", "", "The console's own processing"),
    _a("view_model", "Listen through the &model", MIX, "edits.view_model", "", "The transformation network"),
    _a("cycle_view", "Next view", MIX, "edits.cycle_view", "V", "Cycle dry, wet, model"),
    _a("play", "&Play / stop", TRANSPORT, "transport.toggle", "Space", "Play or stop", needs_tracks=True),
    _a("to_start", "To the &start", TRANSPORT, "transport.to_start", "Return", "Go to the start", needs_tracks=True),
    _a("back_1s", "Back 1 s", TRANSPORT, "transport.back", "Left", "Seek back", needs_tracks=True),
    _a("forward_1s", "Forward 1 s", TRANSPORT, "transport.forward", "Right", "Seek on", needs_tracks=True),
    _a("back_100ms", "Back 0.1 s", TRANSPORT, "transport.back_fine", "Shift+Left", "Seek back a little",
       needs_tracks=True),
    _a("forward_100ms", "Forward 0.1 s", TRANSPORT, "transport.forward_fine", "Shift+Right", "Seek on a little",
       needs_tracks=True),
    _a("channel_panel", "&Channel panel", VIEW, "looks.toggle_channel_panel", "F6",
       "Show the selected channel's equaliser, compressor and reverb", checkable=True),
    _a("waveforms", "&Waveforms", VIEW, "looks.toggle_waveforms", "F7", "Show the waveforms", checkable=True),
    _a("zoom_in", "Zoom in", VIEW, "looks.zoom_in", "Ctrl++ | Ctrl+=", "Zoom in on the time line",
       separator_before=True),
    _a("zoom_out", "Zoom out", VIEW, "looks.zoom_out", "Ctrl+-", "Zoom out on the time line"),
    _a("zoom_whole", "Whole session", VIEW, "looks.zoom_whole", "Ctrl+0", "Show the whole session"),
    _a("theme_system", "Theme: as the system", VIEW, "looks.theme_system", "", "Follow the system's light or dark",
       checkable=True, separator_before=True),
    _a("theme_dark", "Theme: dark", VIEW, "looks.theme_dark", "", "Always dark", checkable=True),
    _a("theme_light", "Theme: light", VIEW, "looks.theme_light", "", "Always light", checkable=True),
    _a("keys", "All &keys", HELP, "looks.show_keys", "F1", "Every action and its keys"),
    _a("import_report", "Import &report", HELP, "looks.show_report", "", "What was noted when the audio was read"),
    _a("about", "&About MixAssist", HELP, "looks.show_about", "", "Version and licence"),
)  # fmt: skip


def translated(text: str) -> str:
    """Returns a text of the table in the user's language."""
    return QCoreApplication.translate("actions", text)


def slot_of(window: QMainWindow, path: str) -> Callable[..., object]:
    """Finds `HANDLER.METHOD` on the window."""
    found: object = window
    for part in path.split("."):
        found = getattr(found, part)
    return found  # type: ignore[return-value]


def build_actions(window: QMainWindow) -> dict[str, QAction]:
    """Makes every action of the table, connected and with its keys, and adds it to the window."""
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(translated(spec.text), window)
        action.setObjectName(f"action.{spec.name}")
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        shown = ", ".join(QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText) for k in spec.keys)
        tip = translated(spec.tip)
        action.setToolTip(f"{tip} ({shown})" if shown else tip)
        action.setStatusTip("")
        action.setCheckable(spec.checkable)
        slot = slot_of(window, spec.slot)
        action.triggered.connect(lambda _=False, call=slot: call())
        window.addAction(action)
        made[spec.name] = action
    return made


def build_menus(window: QMainWindow, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """Fills the menu bar from the table; returns the menus by their untranslated titles."""
    menus: dict[str, QMenu] = {}
    for title in MENUS:
        menus[title] = window.menuBar().addMenu(translated(title))
        menus[title].setObjectName("menu." + title.replace("&", "").lower())
    for spec in ACTIONS:
        if spec.separator_before:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(actions[spec.name])
    return menus
