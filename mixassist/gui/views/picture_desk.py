# SPDX-License-Identifier: Apache-2.0
"""Ties the pictures together: from what was chosen and the session to sounds, rows, colours and words."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from mixassist.api.seeing import Subject, residual_to_play
from mixassist.domain.channel import View
from mixassist.domain.session import Session
from mixassist.gui.theme import theme_of
from mixassist.gui.views.mel_desk import MelDesk
from mixassist.gui.views.mel_row import MelRow
from mixassist.gui.views.numbers_desk import NumbersDesk
from mixassist.gui.views.numbers_panel import NumbersPanel
from mixassist.gui.views.pair_desk import PairDesk, PairFacts, PairWish
from mixassist.gui.views.picture_choice import DIFFERENCES, FITS, PAIR, PORTRAITS, SPECTROGRAMS, PictureChoice
from mixassist.gui.views.picture_colours import COLOURS
from mixassist.gui.views.pictures_panel import PicturesPanel
from mixassist.gui.views.portrait_desk import PortraitDesk
from mixassist.gui.views.portraits_panel import PortraitsPanel
from mixassist.gui.views.sound_desk import SoundDesk
from mixassist.gui.views.wave_desk import Residual, WaveDesk
from mixassist.gui.views.wave_row import Wave

if TYPE_CHECKING:
    from mixassist.gui.handlers.pictures import Pictures
    from mixassist.gui.main_window import MainWindow


class PictureDesk(QObject):
    """Owns the panel and the desks behind it for one window."""

    def __init__(self, window: MainWindow, pictures: Pictures) -> None:
        super().__init__(pictures)
        self._window, self._pictures = window, pictures
        space, line = window.workspace, window.time_line
        self._axis = line.axis
        self._thread = line.picture_thread
        self.sounds = SoundDesk(space.sound, space.tasks, self)
        self.mel = MelDesk(self.sounds, space.tasks, self)
        self.waves = WaveDesk(self.sounds, space.tasks, self)
        self.pairs = PairDesk(self.sounds, space.tasks, self)
        self.measures = NumbersDesk(self.sounds, space.tasks, self)
        self.effects = PortraitDesk(space.tasks, self)
        self.panel = PicturesPanel(line.axis, line.picture_thread, self.mel, self.waves, pictures.holder)
        self.numbers, self.portraits = NumbersPanel(self.panel), PortraitsPanel(self.panel)
        self.panel.put_side(self.numbers)
        self.panel.put_portraits(self.portraits)
        self.measures.changed.connect(self._show_numbers)
        self.effects.changed.connect(self._show_portraits)
        self.panel.seek_wanted.connect(window.transport.seek)
        self.sounds.seen_s = self._seen_s
        self.sounds.here_s = lambda: self._position / self._axis.sample_rate_hz
        self.waves.seen_frames = lambda: (self._axis.start, self._axis.end)
        self.sounds.state_changed.connect(self._show_states)
        self.sounds.sound_changed.connect(lambda _: self._hear_again())
        self.mel.state_changed.connect(self._show_states)
        self.pairs.changed.connect(self.refresh)
        self._axis.moved.connect(self._look)
        self.panel.mel_rows[0].columns_changed.connect(self._look)
        self._axis.selection_changed.connect(self.refresh)
        self._session = Session()
        self._track_id = ""
        self._position: int = 0
        self._heard: tuple[str, str, float] | tuple[()] | None = None
        """What the residual that sounds was made of, empty before both sounds are there; None: the session sounds."""
        self._shown_numbers: Any = None
        self._shown_portraits: Any = None
        self.refresh()

    @property
    def _desks(self) -> tuple[Any, ...]:
        return self.sounds, self.mel, self.waves, self.pairs, self.measures, self.effects

    @property
    def choice(self) -> PictureChoice:
        """What is to be shown."""
        return self._pictures.choice

    @property
    def is_settled(self) -> bool:
        """Whether everything that is seen is exact and drawn."""
        return (
            self.sounds.is_settled and self.mel.is_settled and self.waves.is_settled and self.pairs.is_settled
            and self.measures.is_settled and self.effects.is_settled
            and self._thread.is_idle and self.panel.is_drawn
        )  # fmt: skip

    @property
    def hears_null(self) -> bool:
        """Whether what remains of a pair sounds."""
        return self._heard is not None

    def set_on(self, on: bool) -> None:
        """Says whether the panel is seen."""
        self.sounds.set_on(on)
        if on:
            self.refresh()

    def show_session(self, session: Session, selected_id: str) -> None:
        """Follows the session and the chosen track."""
        changed = session is not self._session or selected_id != self._track_id
        self._session, self._track_id = session, selected_id
        if changed:
            self.sounds.show_session(session)
            self.refresh()

    def show_position(self, frame: int) -> None:
        """Moves the playhead."""
        moved, self._position = frame != self._position, frame
        self.panel.show_position(frame)
        if moved:
            self._show_stereo(frame)

    def forget(self) -> None:
        """Another session is opened."""
        self._heard = None
        for desk in self._desks:
            desk.forget()

    def stop(self) -> None:
        """Ends waiting."""
        for desk in self._desks:
            desk.stop()

    def subject(self, key: str) -> Subject:
        """Returns what a key of the pair stands for: a view, or a snapshot through the view that is heard."""
        from mixassist.gui.handlers.pictures import snapshot_of

        snapshot = snapshot_of(key)
        track = None if self.choice.of_mix else self._track_id or None
        if snapshot is not None:
            return Subject(self._session.view, track, snapshot)
        return Subject(View(key) if key in tuple(View) else View.WET, track)

    def refresh(self) -> None:
        """Shows everything as it was chosen and as the session has it."""
        choice, views = self.choice, self._window.views_at_hand()
        self._offer(views)
        self.panel.bar.show_choice(choice)
        self.mel.show_look(self._session.sample_rate_hz, choice.scale, choice.resolution)
        rows = self._row_subjects()
        self.panel.show_kind(choice.kind, len(rows), choice.numbers)
        subjects = tuple(dict.fromkeys(s for pair in rows for s in pair[1:] if s is not None))
        heard = [s for s in subjects if s.view == self._session.view]
        beside = self._pair() if self._shows_numbers or self.hears_null else ()
        there = [s for s in (*subjects, *beside) if s.view in views]
        self.sounds.want(tuple(dict.fromkeys(s for s in (*heard, *there) if s in there)))
        self._want_pairs(rows)
        for row, (title, first, second) in zip(self.panel.mel_rows, rows, strict=False):
            self._show_row(row, title, first, second)
        self._show_colours()
        self._show_waves()
        self._want_numbers()
        self._want_portraits()
        self._look()
        self._show_states()
        self._show_null()
        self._hear_again()

    def _offer(self, views: tuple[View, ...]) -> None:
        from mixassist.gui.handlers.pictures import source_words

        sources = source_words(self._session, views, self._view_words())
        keys = [key for _, key in sources]
        choice = self.choice
        first = choice.first if choice.first in keys else View.WET.value
        second = choice.second if choice.second in keys else View.DRY.value
        self._pictures.choice = replace(choice, first=first, second=second)
        self.panel.bar.offer(sources, self.choice)

    def _view_words(self) -> dict[View, str]:
        return {View.DRY: self.tr("Dry"), View.WET: self.tr("Wet"), View.MODEL: self.tr("Model")}

    def _row_subjects(self) -> list[tuple[str, Subject, Subject | None]]:
        """Returns title, sound and, for a difference, the sound to take from it, of every row."""
        words = self._view_words()
        dry, wet, model = (self.subject(view.value) for view in (View.DRY, View.WET, View.MODEL))
        if self.choice.kind == SPECTROGRAMS:
            return [(words[s.view], s, None) for s in (dry, wet, model)]
        if self.choice.kind == DIFFERENCES:
            pairs = ((wet, dry), (model, wet), (model, dry))
            return [(f"{words[a.view]} − {words[b.view]}", a, b) for a, b in pairs]
        if self.choice.kind == PAIR:
            return [("A − B", self.subject(self.choice.first), self.subject(self.choice.second))]
        return []

    def _show_row(self, row: MelRow, title: str, first: Subject, second: Subject | None) -> None:
        gain_db = self.pairs.gain_db(first, second) if second is not None and self.choice.matched else 0.0
        row.show_subjects(title, first, second, gain_db)

    def _want_pairs(self, rows: list[tuple[str, Subject, Subject | None]]) -> None:
        is_pair = self.choice.kind == PAIR
        measured = (self._wish_for_pair(),) if is_pair or self.hears_null else ()
        subtracted = [(a, b) for _, a, b in rows if b] if self.choice.matched and not is_pair else []
        self.pairs.want((*measured, *(PairWish(a, b, True, False) for a, b in subtracted)))

    def _show_colours(self) -> None:
        choice = self.choice
        is_difference = choice.kind in (DIFFERENCES, PAIR)
        fits = is_difference and choice.difference_range_db == FITS
        high = float(choice.difference_range_db if is_difference else choice.top_db)
        low = -high if is_difference else high - choice.range_db
        for row in self.panel.mel_rows:
            row.show_range(low, high, fits)
        self.panel.colours.show_scale(is_difference)

    def _show_waves(self) -> None:
        if self.choice.kind != PAIR:
            self.waves.want(())
            return
        first, second = self.subject(self.choice.first), self.subject(self.choice.second)
        residual = Residual(first, second, self.pairs.gain_db(first, second) if self.choice.matched else 0.0)
        self.waves.want((first, second, residual))
        inks = COLOURS[theme_of(self.panel).name]
        bar = self.panel.bar
        over, remains = self.panel.wave_rows
        over.show_waves(
            self.tr("A and B"),
            (Wave(first, f"A {bar.first.currentText()}", inks["first"]),
             Wave(second, f"B {bar.second.currentText()}", inks["second"])),
        )  # fmt: skip
        remains.show_waves("A − B", (Wave(residual, "A − B", inks["residual"]),))

    def _seen_s(self) -> tuple[float, float]:
        rate = self._axis.sample_rate_hz
        return self._axis.start / rate, self._axis.end / rate

    def _look(self) -> None:
        """Has the spectrograms refined where they are looked at."""
        if self.choice.kind == PORTRAITS:
            return
        row = self.panel.mel_rows[0]
        start_s, end_s = self._seen_s()
        subjects = tuple(dict.fromkeys(s for pair in self._row_subjects() for s in pair[1:] if s is not None))
        self.mel.look_at(subjects, start_s, end_s, row.columns)

    def _show_states(self) -> None:
        views = self._window.views_at_hand()
        for row in self.panel.mel_rows:
            subjects = [s for s in (row.first, row.second) if s is not None]
            row.show_state(self._words_for(subjects, views))
        for wave in self.panel.wave_rows:
            wave.show_state(self._words_for([self.subject(self.choice.first), self.subject(self.choice.second)], views))
        self.panel.state.setText("" if self.sounds.is_settled and self.mel.is_settled else self.tr("refreshing…"))

    def _words_for(self, subjects: list[Subject], views: tuple[View, ...]) -> str:
        for subject in subjects:
            if subject.view not in views:
                return self.tr("There is no trained network, so there is no model to show.")
            if subject in self.sounds.failures:
                return self.sounds.failures[subject]
        if self._axis.length_frames and any(self.sounds.sound(s) is None for s in subjects):
            return self.tr("rendering…")
        return ""

    @property
    def _shows_numbers(self) -> bool:
        return self.choice.numbers and self.choice.kind != PORTRAITS

    def _want_numbers(self) -> None:
        """Has A and B measured, over the selection where there is one."""
        bar = self.panel.bar
        self.numbers.show_names(f"A {bar.first.currentText()}", f"B {bar.second.currentText()}")
        if not self._shows_numbers or not self._pictures.is_shown():
            self.measures.want_nothing()
            return
        rate, selection = self._axis.sample_rate_hz, self._axis.selection
        start_s, end_s = (0.0, None) if selection is None else (selection[0] / rate, selection[1] / rate)
        self.measures.want(*self._pair(), self.choice.matched, start_s, end_s)

    def _show_numbers(self) -> None:
        from mixassist.api.numbers import range_sentence

        if self.measures.numbers is not self._shown_numbers:
            self._shown_numbers = self.measures.numbers
            self.numbers.show_numbers(self._shown_numbers, range_sentence())
        where = self.tr("of the selection") if self._axis.selection else self.tr("of the whole session")
        self.numbers.show_state(self.tr("measuring…") if self.measures.is_measuring else where)

    def _show_stereo(self, frame: int) -> None:
        """Draws the last tenth of a second before the playhead into the goniometer."""
        sound = self.sounds.sound(self._pair()[0])
        if sound is None or not self.numbers.goniometer.isVisible():
            return

        def drawn() -> Any:
            from mixassist.analysis.goniometer import goniometer_points

            frames = sound.sample_rate_hz // 10
            return goniometer_points(sound.read(frame - frames, frames), 1500)

        where, show = self.tr("at the playhead"), self.numbers.goniometer.show_points
        self._thread.draw("goniometer", drawn, lambda points: show(points, where))

    def _want_portraits(self) -> None:
        tracks = [t for t in self._session.tracks if t.id == self._track_id]
        if self.choice.kind != PORTRAITS or not tracks or not self._pictures.is_shown():
            self.effects.want_nothing()
            return
        self.effects.want(tracks[0].channel, self._session.sample_rate_hz, self._window.views_at_hand())
        self._show_portraits()

    def _show_portraits(self) -> None:
        tracks = [t for t in self._session.tracks if t.id == self._track_id]
        found = self.effects.portraits
        words = self.effects.failure or ("" if found is not None else self.tr("measuring…"))
        self.portraits.show_state(tracks[0].name if tracks else "", words)
        if found is not None and found is not self._shown_portraits:
            self._shown_portraits = found
            self.portraits.show_portraits(found)

    def _pair(self) -> tuple[Subject, Subject]:
        return self.subject(self.choice.first), self.subject(self.choice.second)

    def _wish_for_pair(self) -> PairWish:
        return PairWish(*self._pair(), self.choice.matched, True, self._axis.selection)

    def _show_null(self) -> None:
        first, second = self._pair()
        possible = self.sounds.sound(first) is not None and self.sounds.sound(second) is not None
        facts = self.pairs.facts(self._wish_for_pair())
        words = "" if facts is None else null_words(facts, self.tr("selection") if self._axis.selection else "")
        self.panel.bar.show_null(self.hears_null, words, possible or self.hears_null)

    def hear_null(self) -> None:
        """Plays what remains of the pair alone, from where the playhead is, as soon as both sounds are there."""
        self._heard = ()
        self.refresh()

    def hear_session(self) -> None:
        """Plays the session again."""
        if self._heard is not None:
            self._heard = None
            self._window.workspace.sound.play_instead(None)
            self.refresh()
            self._window.action_set.refresh()

    def _hear_again(self) -> None:
        """Brings the residual that sounds up to date."""
        self._show_null()
        if self._heard is None:
            return
        first, second = (self.sounds.sound(s) for s in self._pair())
        if first is None or second is None:
            return
        gain_db = self.pairs.gain_db(*self._pair()) if self.choice.matched else 0.0
        now = (first.identity, second.identity, gain_db)
        if now != self._heard:
            self._heard = now
            self._window.workspace.sound.play_instead(residual_to_play(first, second, gain_db))


def null_words(facts: PairFacts, where: str = "") -> str:
    """Returns how loud a residual is, in words."""

    def text(level: float) -> str:
        return "−∞" if level == -math.inf else "∞" if level == math.inf else f"{level:.1f}".replace("-", "−")

    parts = [
        f"{text(facts.rms_dbfs)} dB RMS",
        f"peak {text(facts.peak_dbfs)} dBFS",
        f"{text(facts.depth_db)} dB re A",
        *((f"B {facts.gain_db:+.1f} dB".replace("-", "−"),) if facts.gain_db else ()),
    ]
    return (f"A − B ({where}): " if where else "A − B: ") + " · ".join(parts)
