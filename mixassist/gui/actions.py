# SPDX-License-Identifier: Apache-2.0
"""THE table of actions: menus, keys, tool tips, the sheet of keys and the command palette all come from it.

A new action is one row here and one method on a handler: nothing else has to know of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True)
class ActionSpec:
    """One action; its object name is `action.NAME`.

    Attributes:
        text: its words, with & before the letter that picks it in the menu.
        menu: one of `MENUS`, or of `PANELS` for what can be done in a panel alone: its keys act only there.
        slot: `HANDLER.METHOD` of the window (of the panel) that does it.
        keys: its default keys; people can change them.
        needs: conditions, see `conditions.CONDITIONS`; while one of them fails the action is grey.
        checked: `HANDLER.METHOD` that says whether it is ticked; empty for an action without a tick.
        says: `HANDLER.METHOD` that returns the words of the moment, as in "Undo Vocals: fader".
    """

    name: str
    text: str
    menu: str
    slot: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    needs: tuple[str, ...] = ()
    checked: str = ""
    says: str = ""
    separator: bool = False

    @property
    def plain_text(self) -> str:
        """The words in the user's language, without the mark of the menu's letter and the dots."""
        return plain(translated(self.text))

    @property
    def title(self) -> str:
        """Menu and words, as lists of actions show them."""
        return f"{plain(translated(self.menu))} ▸ {self.plain_text}"


def _a(
    name: str, text: str, menu: str, slot: str, keys: str = "", tip: str = "", needs: str = "", checked: str = "",
    says: str = "", separator: bool = False,
) -> ActionSpec:  # fmt: skip
    """Makes a row; several keys stand with ` | ` between them, several needs with a space."""
    shortcuts = tuple(k for k in keys.split(" | ") if k)
    return ActionSpec(name, text, menu, slot, shortcuts, tip, tuple(needs.split()), checked, says, separator)


FILE, EDIT, TRACK, MIX, TRANSPORT, VIEW, HELP = "&File", "&Edit", "&Track", "&Mix", "T&ransport", "&View", "&Help"
LISTEN = "&Listen"
MENUS = (FILE, EDIT, TRACK, MIX, LISTEN, TRANSPORT, VIEW, HELP)
BLIND = "Blind test"
PANELS = (BLIND,)

ACTIONS: tuple[ActionSpec, ...] = (
    _a("new", "&New", FILE, "files.new", "Ctrl+N", "Begin an empty session"),
    _a("open", "&Open session…", FILE, "files.open", "Ctrl+O", "Open a session or audio files"),
    _a("open_folder", "Open &folder…", FILE, "files.open_folder", "Ctrl+Shift+O", "Open a folder of stems"),
    _a("open_demo", "Open &demo", FILE, "files.open_demo", "", "Open the demo that comes with the program"),
    _a("open_recent", "Open &recent", FILE, "program.open_recent", "Ctrl+R", "Open a recent session or folder again",
        needs="recents"),
    _a("save", "&Save", FILE, "files.save", "Ctrl+S", "Save the session", needs="tracks", separator=True),
    _a("save_as", "Save &as…", FILE, "files.save_as", "Ctrl+Shift+S", "Save under another name", needs="tracks"),
    _a("import", "&Import audio…", FILE, "files.import_audio", "Ctrl+I", "Add audio files as tracks", separator=True),
    _a("export", "&Export mix…", FILE, "files.export", "Ctrl+E", "Write the mix as WAV, FLAC, Ogg or MP3",
        needs="tracks"),
    _a("export_parameters", "Export &parameters…", FILE, "files.export_parameters", "",
        "Write all controls as JSON or CSV", needs="tracks"),
    _a("paste", "Add from clip&board", FILE, "files.paste", "Ctrl+V",
        "Open or add the files that were copied in the file manager", separator=True),
    _a("report", "&Report…", FILE, "pictures.report", "", "Write pictures and numbers of this mix as a page to send",
        needs="tracks"),
    _a("relink", "Find missing a&udio…", FILE, "files.relink", "", "Look in a folder for audio that has moved",
        needs="missing"),
    _a("quit", "&Quit", FILE, "close", "Ctrl+Q", "Close the window", separator=True),
    _a("undo", "&Undo", EDIT, "edits.undo", "Ctrl+Z", "Take the last step back", needs="undo", says="edits.undo_words"),
    _a("redo", "&Redo", EDIT, "edits.redo", "Ctrl+Shift+Z | Ctrl+Y", "Bring the step back", needs="redo",
        says="edits.redo_words"),
    _a("history", "&History", EDIT, "looks.toggle_history", "Ctrl+H", "Show every step; pick one to go there",
        checked="looks.has_history", separator=True),
    _a("palette", "&Command palette…", EDIT, "program.show_palette", "Ctrl+Shift+P | Ctrl+K",
        "Find everything that can be done by a few letters"),
    _a("settings", "&Settings…", EDIT, "program.show_settings", "Ctrl+,", "Change what the program remembers"),
    _a("add", "&Add tracks…", TRACK, "files.import_audio", "", "Add audio files as tracks"),
    _a("rename", "&Rename", TRACK, "tracks.rename", "", "Rename the selected track", needs="tracks"),
    _a("replace", "Re&place audio…", TRACK, "tracks.replace", "", "Give the track other audio and keep its strip",
        needs="tracks"),
    _a("remove", "Re&move", TRACK, "tracks.remove", "Ctrl+Backspace", "Take the track out; its file stays",
        needs="tracks"),
    _a("move_left", "Move &left", TRACK, "tracks.move_left", "Ctrl+Alt+Left", "Move the track one place to the left",
        needs="tracks", separator=True),
    _a("move_right", "Move r&ight", TRACK, "tracks.move_right", "Ctrl+Alt+Right",
        "Move the track one place to the right", needs="tracks"),
    _a("previous", "Previous strip", TRACK, "tracks.previous", "Alt+Up", "Select the strip before", needs="tracks",
        separator=True),
    _a("next", "Next strip", TRACK, "tracks.next", "Alt+Down", "Select the strip behind", needs="tracks"),
    _a("pick_previous", "Choose the strip before too", TRACK, "console_actions.pick_previous", "Alt+Shift+Up",
        "Take the strip before into the choice", needs="tracks"),
    _a("pick_next", "Choose the strip behind too", TRACK, "console_actions.pick_next", "Alt+Shift+Down",
        "Take the strip behind into the choice", needs="tracks"),
    _a("pick_all", "Choose all strips", TRACK, "console_actions.pick_all", "Ctrl+A", "Choose every strip",
        needs="tracks"),
    _a("group", "&Group strips…", TRACK, "console_actions.group", "Ctrl+G",
        "Link the chosen strips", needs="tracks", separator=True),
    _a("rename_group", "Rename group…", TRACK, "console_actions.rename_group", "",
        "Give the selected strip's group another name", needs="grouped"),
    _a("leave_group", "Leave the group", TRACK, "console_actions.leave_group", "",
        "Take the chosen strips out of their group", needs="grouped"),
    _a("ungroup", "&Dissolve group", TRACK, "console_actions.ungroup", "Ctrl+Shift+G",
        "Unlink the strips of the chosen groups", needs="grouped"),
    _a("mute", "Mute", TRACK, "tracks.mute", "M", "Mute or unmute the chosen strips", needs="tracks", separator=True),
    _a("solo", "Solo", TRACK, "tracks.solo", "S", "Solo or unsolo the chosen strips", needs="tracks"),
    _a("strip_dry", "Strip dry / wet", TRACK, "console_actions.toggle_strip_processing", "D",
        "Take the selected strip's equaliser, compressor and reverb out, or back in", needs="tracks"),
    _a("clear_mutes", "Clear all mutes", TRACK, "tracks.clear_mutes", "Shift+M", "Unmute every strip", needs="tracks"),
    _a("clear_solos", "Clear all solos", TRACK, "tracks.clear_solos", "Shift+S", "Unsolo every strip", needs="tracks"),
    _a("automix", "&Automix", MIX, "suggestions.first", "A", "Suggest a mix for every channel: one undo step",
        needs="tracks unmixing"),
    _a("another", "Another &suggestion", MIX, "suggestions.another", "Shift+A",
        "Suggest a mix that differs from the last: one undo step", needs="tracks unmixing"),
    _a("why", "Wh&y this strip?", MIX, "suggestions.why", "Ctrl+Shift+Y",
        "Which other tracks moved the selected strip's predicted values", needs="prediction"),
    _a("back_strip", "Strip back to the prediction", MIX, "edits.back_strip", "",
        "Put the selected strip back to what Automix suggested", needs="prediction"),
    _a("back_session", "Session back to the prediction", MIX, "edits.back_session", "",
        "Put every strip back to what Automix suggested", needs="prediction"),
    _a("fit_master", "&Fit master to target", MIX, "edits.fit_master", "",
        "Measure the mix and set the master gain for the loudness target", needs="tracks", separator=True),
    _a("slot_1", "Snapshot Start", MIX, "console_actions.slot_1", "1", "How the tracks stood before the first Automix",
        needs="tracks", separator=True),
    _a("slot_2", "Snapshot Predicted", MIX, "console_actions.slot_2", "2", "What Automix suggested",
        needs="prediction"),
    _a("slot_3", "Snapshot Mine", MIX, "console_actions.slot_3", "3", "Back to your own mix",
        needs="tracks"),
    _a("slot_4", "Snapshot A", MIX, "console_actions.slot_4", "4", "Switch to mix A; at first it is a copy",
        needs="tracks"),
    _a("slot_5", "Snapshot B", MIX, "console_actions.slot_5", "5", "Switch to mix B; at first it is a copy",
        needs="tracks"),
    _a("keep_a", "Keep as A", MIX, "console_actions.keep_a", "Shift+4", "Keep the present mix as snapshot A",
        needs="tracks"),
    _a("keep_b", "Keep as B", MIX, "console_actions.keep_b", "Shift+5", "Keep the present mix as snapshot B",
        needs="tracks"),
    _a("match_levels", "Compare at equal loudness", MIX, "console_actions.toggle_matching", "",
        "Make snapshots and the reference as loud as your mix", checked="console_actions.is_matching"),
    _a("listen_reference", "Listen to the &reference", MIX, "console_actions.toggle_reference", "R",
        "Listen to a finished song in place of the mix, as loud as the mix", needs="tracks",
        checked="console_actions.listens_to_reference", separator=True),
    _a("set_reference", "Set the reference…", MIX, "console_actions.set_reference", "",
        "Set a finished song beside the session", needs="tracks"),
    _a("remove_reference", "Remove the reference", MIX, "console_actions.remove_reference", "",
        "Take the finished song away", needs="reference"),
    _a("view_dry", "Listen &dry", MIX, "edits.view_dry", "", "Faders and pan only", separator=True),
    _a("view_wet", "Listen &wet", MIX, "edits.view_wet", "", "The console's own processing"),
    _a("view_model", "Listen through the &model", MIX, "edits.view_model", "", "The transformation network",
        needs="model"),
    _a("cycle_view", "Next view", MIX, "edits.cycle_view", "V", "Cycle dry, wet, model"),
    _a("listen_abx", "&ABX…", LISTEN, "listening.abx", "X", "Can two versions be told apart? A blind test"),
    _a("listen_preference", "Blind &preference…", LISTEN, "listening.preference", "",
        "Which of two versions is better, without knowing which is which"),
    _a("listen_multi", "&Multi-stimulus page…", LISTEN, "listening.multi_stimulus", "",
        "All versions on one axis, with comments"),
    _a("listen_opinion", "&Opinion score…", LISTEN, "listening.opinion", "", "One version at a time, from 1 to 5"),
    _a("listen_report", "&Report on a folder…", LISTEN, "listening.report", "",
        "Join all logs of a folder into one page with plots", separator=True),
    _a("play", "&Play / stop", TRANSPORT, "transport.toggle", "Space", "Play or stop", needs="tracks"),
    _a("to_start", "To the &start", TRANSPORT, "transport.to_start", "Return", "Go to the start", needs="tracks"),
    _a("back_1s", "Back 1 s", TRANSPORT, "transport.back", "Left", "Seek back", needs="tracks"),
    _a("forward_1s", "Forward 1 s", TRANSPORT, "transport.forward", "Right", "Seek on", needs="tracks"),
    _a("back_100ms", "Back 0.1 s", TRANSPORT, "transport.back_fine", "Shift+Left", "Seek back a little",
        needs="tracks"),
    _a("forward_100ms", "Forward 0.1 s", TRANSPORT, "transport.forward_fine", "Shift+Right", "Seek on a little",
        needs="tracks"),
    _a("loop", "&Loop", TRANSPORT, "time_line.toggle_loop", "L",
        "Go round what is selected, or round everything", needs="tracks", checked="time_line.is_looping",
        separator=True),
    _a("loop_selection", "Loop the &selection", TRANSPORT, "time_line.loop_selection", "Ctrl+L",
        "Go round what is selected, from its start", needs="tracks"),
    _a("select_from", "Selection &begins here", TRANSPORT, "time_line.select_from_here", "[",
        "Begin the selection at the playhead", needs="tracks"),
    _a("select_to", "Selection &ends here", TRANSPORT, "time_line.select_to_here", "]",
        "End the selection at the playhead", needs="tracks"),
    _a("select_seen", "Select what is seen", TRANSPORT, "time_line.select_seen", "",
        "Select the stretch that the pictures show", needs="tracks"),
    _a("select_none", "Select &nothing", TRANSPORT, "time_line.select_none", "Ctrl+Shift+A", "Take the selection away",
        needs="tracks"),
    _a("channel_panel", "&Channel panel", VIEW, "looks.toggle_channel_panel", "F6",
        "Show the selected channel's equaliser, compressor and reverb", checked="looks.has_channel_panel"),
    _a("waveforms", "&Waveforms", VIEW, "looks.toggle_waveforms", "F7", "Show the waveforms",
        checked="looks.has_waveforms"),
    _a("mixer", "&Mixer", VIEW, "looks.toggle_mixer", "Ctrl+M", "Show the console's strips", checked="looks.has_mixer"),
    _a("wide_strips", "Wide strips", VIEW, "console_actions.toggle_wide", "W", "Make all strips wide or narrow",
        needs="tracks", checked="console_actions.all_wide"),
    _a("pictures", "&Pictures", VIEW, "pictures.toggle", "F8",
        "Show spectrograms, differences and measures of dry, wet and model", checked="pictures.is_shown"),
    _a("see_spectra", "&Spectra", VIEW, "pictures.show_spectrograms", "Ctrl+1",
        "Show dry, wet and model as spectrograms", needs="tracks", separator=True),
    _a("see_differences", "&Differences", VIEW, "pictures.show_differences", "Ctrl+2",
        "Show what dry, wet and model differ by", needs="tracks"),
    _a("see_pair", "&A − B", VIEW, "pictures.show_pair", "Ctrl+3", "Show two views or snapshots and what remains",
        needs="tracks"),
    _a("see_effects", "&Effects", VIEW, "pictures.show_portraits", "Ctrl+4",
        "Show what each effect of the selected channel does", needs="tracks"),
    _a("see_channel", "Pictures of the selected channel", VIEW, "pictures.toggle_scope", "Ctrl+5",
        "Look at the selected channel alone, or at the mix", needs="tracks", checked="pictures.is_of_channel"),
    _a("see_numbers", "&Numbers beside the pictures", VIEW, "pictures.toggle_numbers", "Ctrl+6",
        "Show measures, stereo picture and spectrum", checked="pictures.has_numbers"),
    _a("see_scale", "Next frequency axis", VIEW, "pictures.next_scale", "Ctrl+7", "Go on to mel, log, linear"),
    _a("see_resolution", "Next resolution", VIEW, "pictures.next_resolution", "Ctrl+8",
        "Go on to fine in time, balanced, fine in pitch"),
    _a("match_pair", "Match &levels of A and B", VIEW, "pictures.toggle_matched", "",
        "Bring both of a pair to one loudness before they are subtracted", checked="pictures.is_matched"),
    _a("null", "&Hear A − B", TRANSPORT, "pictures.toggle_null", "N",
        "Play what remains when one of the pair is taken from the other, alone", needs="tracks",
        checked="pictures.hears_null"),
    _a("zoom_in", "Zoom in", VIEW, "looks.zoom_in", "Ctrl++ | Ctrl+=", "Zoom in on the time line", separator=True),
    _a("zoom_out", "Zoom out", VIEW, "looks.zoom_out", "Ctrl+-", "Zoom out on the time line"),
    _a("zoom_whole", "Whole session", VIEW, "looks.zoom_whole", "Ctrl+0", "Show the whole session"),
    _a("zoom_selection", "Zoom to the selection", VIEW, "time_line.zoom_selection", "Z",
        "Show what is selected on the whole width", needs="tracks"),
    _a("zoom_samples", "Zoom to single samples", VIEW, "time_line.zoom_samples", "Ctrl+9",
        "Show single samples around the playhead", needs="tracks"),
    _a("pan_left", "Look further left", VIEW, "time_line.pan_left", "Ctrl+Left",
        "Move half of what is seen to the left", needs="tracks"),
    _a("pan_right", "Look further right", VIEW, "time_line.pan_right", "Ctrl+Right",
        "Move half of what is seen to the right", needs="tracks"),
    _a("follow", "&Follow the playhead", VIEW, "time_line.toggle_follow", "",
        "Turn the page when the playhead leaves what is seen", checked="time_line.follows"),
    _a("reductions", "&Gain reduction over waveforms", VIEW, "time_line.toggle_reductions", "",
        "Lay each compressor's gain reduction over its waveform, 20 dB from top to bottom",
        checked="time_line.shows_reductions"),
    _a("theme_system", "Theme: as the system", VIEW, "looks.theme_system", "", "Follow the system's light or dark",
        checked="looks.is_theme_system", separator=True),
    _a("theme_dark", "Theme: dark", VIEW, "looks.theme_dark", "", "Always dark", checked="looks.is_theme_dark"),
    _a("theme_light", "Theme: light", VIEW, "looks.theme_light", "", "Always light", checked="looks.is_theme_light"),
    _a("keys", "All &keys", HELP, "program.show_keys", "F1", "Every action and its keys"),
    _a("change_keys", "&Change keys…", HELP, "program.change_keys", "", "Give actions other keys"),
    _a("import_report", "Import &report", HELP, "program.show_report", "Ctrl+Shift+I",
        "What was noted when the audio was read, and what each track was taken for"),
    _a("log", "Show the &log", HELP, "program.show_log", "", "Open the folder in which the log lies", separator=True),
    _a("about", "&About MixAssist", HELP, "program.show_about", "", "Version and licence"),
    _a("blind_a", "Listen to A", BLIND, "hear_a", "A", "The first version", needs="test"),
    _a("blind_b", "Listen to B", BLIND, "hear_b", "B", "The second version", needs="test"),
    _a("blind_x", "Listen to X", BLIND, "hear_x", "X", "A or B, by a coin flip", needs="test"),
    _a("blind_r", "Listen to the reference", BLIND, "hear_reference", "R",
        "What the same one is looked for", needs="test"),
    _a("blind_1", "Answer or version 1", BLIND, "number_1", "1",
        "The first answer, or listen to version 1", needs="test"),
    _a("blind_2", "Answer or version 2", BLIND, "number_2", "2",
        "The second answer, or listen to version 2", needs="test"),
    _a("blind_3", "Answer or version 3", BLIND, "number_3", "3",
        "The third answer, or listen to version 3", needs="test"),
    _a("blind_4", "Answer or version 4", BLIND, "number_4", "4",
        "The fourth answer, or listen to version 4", needs="test"),
    _a("blind_5", "Answer or version 5", BLIND, "number_5", "5",
        "The fifth answer, or listen to version 5", needs="test"),
    _a("blind_6", "Version 6", BLIND, "number_6", "6", "Listen to version 6", needs="test"),
    _a("blind_7", "Version 7", BLIND, "number_7", "7", "Listen to version 7", needs="test"),
    _a("blind_8", "Version 8", BLIND, "number_8", "8", "Listen to version 8", needs="test"),
    _a("blind_9", "Version 9", BLIND, "number_9", "9", "Listen to version 9", needs="test"),
    _a("blind_confirm", "Confirm the answer", BLIND, "confirm", "Return | Enter",
        "It counts, and the next begins", needs="test"),
    _a("blind_play", "Play / stop", BLIND, "toggle_play", "Space", "Play or stop", needs="test"),
    _a("blind_loop", "Loop", BLIND, "toggle_loop", "L", "Loop the region, or play on behind it", needs="test"),
    _a("blind_loop_start", "Loop from here", BLIND, "loop_start", "[", "The loop begins at the playhead", needs="test"),
    _a("blind_loop_end", "Loop to here", BLIND, "loop_end", "]", "The loop ends at the playhead", needs="test"),
    _a("blind_abandon", "Abandon the test", BLIND, "abandon", "Escape", "Twice, and the test is logged as abandoned"),
)  # fmt: skip

ACTION: dict[str, ActionSpec] = {spec.name: spec for spec in ACTIONS}


def translated(text: str) -> str:
    """Returns a text of the table in the user's language."""
    return QCoreApplication.translate("actions", text)


def plain(text: str) -> str:
    """Returns a menu text without its mnemonic mark and its dots; a doubled mark stands for itself."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")
