# SPDX-License-Identifier: Apache-2.0
"""Somebody who does all sorts of things to a window, by chance but from a seed."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from shiboken6 import isValid

from mixassist.domain.parameters import PARAMETERS
from mixassist.gui.main_window import MainWindow
from mixassist.gui.sound_device import NO_SOUND
from mixassist.gui.widgets.choice_box import ChoiceBox
from mixassist.gui.widgets.parameter_slider import ParameterSlider
from mixassist.gui.widgets.value_entry import ValueEntry

ASKING = frozenset(
    {"new", "open", "open_folder", "open_demo", "open_recent", "save", "save_as", "import", "export", "paste", "quit",
     "export_parameters", "relink", "add", "replace", "set_reference", "log", "automix", "palette", "settings", "keys",
     "change_keys", "import_report", "about", "theme_system", "theme_dark", "theme_light"}
)  # fmt: skip
"""Actions that ask for a file or are done in a way of their own here."""
SHEETS = ("settings", "keys", "change_keys", "import_report", "about", "palette")
NO_DEVICE = "ALSA/no such device"


class Actor:
    """Does one thing after another; `done` are the words of the last ones."""

    def __init__(self, window: MainWindow, folder: Path, seed: int, wait_idle: Callable[[MainWindow], None]) -> None:
        self.window, self.folder, self.wait_idle = window, folder, wait_idle
        self.rng = random.Random(seed)
        self.done: deque[str] = deque(maxlen=30)
        self.saved: list[Path] = []
        self._widgets: dict[str, QWidget] = {}
        self._named: tuple[tuple[str, str], ...] = ()
        window.console_actions.ask_name = lambda *_: self.rng.choice(("Band", "Voices", ""))
        skipped = {s.name for s in window.action_set.specs if s.menu == "&Listen"} | ASKING
        self._actions = [s.name for s in window.action_set.specs if s.name not in skipped]
        self._deeds: list[tuple[Callable[[], object], float]] = [
            (self.edit, 30), (self.drag, 6), (self.drag_by_mouse, 4), (self.nudge, 8), (self.choose, 3),
            (self.toggle, 6), (self.undo, 10), (self.redo, 7), (self.leap, 3), (self.act, 22), (self.select, 4),
            (self.rename, 1), (self.device, 1), (self.sheet, 0.6), (self.theme, 0.2), (self.automix, 0.2),
            (self.add_tracks, 0.3), (self.save, 0.5), (self.load, 0.35),
        ]  # fmt: skip

    def step(self) -> None:
        """Does something and lets the window answer."""
        deed = self.rng.choices([d for d, _ in self._deeds], [w for _, w in self._deeds])[0]
        self.done.append(deed.__name__)
        deed()
        QApplication.processEvents()

    def _note(self, words: object) -> None:
        self.done[-1] += f" {words}"

    def widgets(self) -> dict[str, QWidget]:
        """Returns the window's widgets by name, looked up again when tracks or names changed."""
        named = tuple((t.id, t.name) for t in self.window.session.tracks)
        # A track that comes back has its id and name again, but other widgets.
        if named != self._named or not all(map(isValid, self._widgets.values())):
            self._named = named
            self._widgets = {w.objectName(): w for w in self.window.console.findChildren(QWidget)}
            self._widgets |= {w.objectName(): w for w in self.window.channel.findChildren(QWidget)}
        return self._widgets

    def _control(self, kind: type[QWidget]) -> QWidget | None:
        self.window._complete()
        tracks = self.window.session.tracks
        if not tracks:
            return None
        name = f"{self.rng.choice(tracks).name}.{self.rng.choice(PARAMETERS).key}"
        widget = self.widgets().get(name)
        self._note(name)
        return widget if isinstance(widget, kind) else None

    def edit(self) -> None:
        slider = self._control(ParameterSlider)
        if slider is not None:
            slider.edit(slider.parameter.denormalised(self.rng.random()))

    def drag(self) -> None:
        slider = self._control(ParameterSlider)
        if slider is None:
            return
        slider.gesture_started.emit()
        for _ in range(self.rng.randint(1, 6)):
            slider.edit(slider.parameter.denormalised(self.rng.random()))
        slider.gesture_ended.emit()

    def drag_by_mouse(self) -> None:
        slider = self._control(ParameterSlider)
        if slider is None or not slider.isVisible():
            return
        place = slider.rect().center()
        QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=place)
        for _ in range(3):
            place += QPoint(self.rng.randint(-20, 20), self.rng.randint(-20, 20))
            QTest.mouseMove(slider, place)
        QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)

    def nudge(self) -> None:
        slider = self._control(ParameterSlider)
        if slider is not None:
            QTest.keyClick(slider, self.rng.choice((Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp)))

    def choose(self) -> None:
        box = self._control(ChoiceBox)
        if box is not None:
            box.edited.emit(self.rng.choice(box.parameter.choices))

    def toggle(self) -> None:
        tracks = self.window.session.tracks
        if tracks:
            suffix = self.rng.choice(("mute", "solo", "lock", "polarity_inverted", "equalizer_on", "reverb_on"))
            widget = self.widgets().get(f"{self.rng.choice(tracks).name}.{suffix}")
            self._note(suffix)
            if widget is not None:
                widget.click()  # type: ignore[attr-defined]

    def undo(self) -> None:
        self.window.actions_by_name["undo"].trigger()

    def redo(self) -> None:
        self.window.actions_by_name["redo"].trigger()

    def leap(self) -> None:
        document = self.window.document
        place = self.rng.randint(0, len(document.history) + len(document.future))
        self._note(place)
        self.window.history._go_to(place)

    def act(self) -> None:
        name = self.rng.choice(self._actions)
        self._note(name)
        if name == "remove" and len(self.window.session.tracks) < 3:
            return
        self.window.actions_by_name[name].trigger()

    def select(self) -> None:
        if self.window.session.tracks:
            self.window.console.select(self.rng.choice(self.window.session.tracks).id)

    def rename(self) -> None:
        tracks = self.window.session.tracks
        if tracks:
            title = self.widgets().get(f"{self.rng.choice(tracks).name}.name")
            if title is not None:
                title.renamed.emit(self.rng.choice(("Bass", "Lead", "Take 2", "a/b.c")))  # type: ignore[attr-defined]

    def device(self) -> None:
        key = self.rng.choice((NO_SOUND, NO_SOUND, NO_DEVICE))
        self._note(key)
        self.window.settings.device = key
        self.wait_idle(self.window)

    def sheet(self) -> None:
        name = self.rng.choice(SHEETS)
        self._note(name)
        self.window.actions_by_name[name].trigger()
        QApplication.processEvents()
        opened = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        assert opened is not None
        opened.close()

    def put_away(self) -> None:
        """Closes what still stands open: a sheet that came when its work was done, fields in which nobody types."""
        for dialog in self.window.findChildren(QDialog):
            if dialog.isVisible():
                dialog.close()
        for field in self.window.findChildren(ValueEntry):
            QTest.keyClick(field, Qt.Key.Key_Escape)

    def theme(self) -> None:
        self.window.actions_by_name[self.rng.choice(("theme_dark", "theme_light"))].trigger()

    def automix(self) -> None:
        self.window.actions_by_name["automix"].trigger()
        self.wait_idle(self.window)

    def add_tracks(self) -> None:
        if len(self.window.session.tracks) < 6:
            self.window.workspace.import_audio([self.rng.choice(sorted(self.folder.glob("*.wav")))])
            self.wait_idle(self.window)

    def save(self) -> None:
        if self.window.session.tracks:
            path = self.folder / f"state {self.rng.randint(1, 3)}.mixassist"
            self.window.workspace.save(path)
            self.wait_idle(self.window)
            self.saved.append(path)

    def load(self) -> None:
        if self.saved:
            self.open(self.rng.choice(self.saved))

    def open(self, path: Path) -> None:
        """Opens a session in place of the present one."""
        self.window.files.ask_unsaved = lambda: "discard"
        self.window.files.open_sources([str(path)])
        self.wait_idle(self.window)
