# SPDX-License-Identifier: Apache-2.0
"""What is wrong with stems is found in the background and shown on strips, lanes and in the import report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QTreeWidget, QWidget

from mixassist import api
from mixassist.domain.commands import ApplyPrediction
from mixassist.gui.main_window import MainWindow

RATE = 44_100


def _faulty_stems() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    time = np.arange(2 * RATE) / RATE
    tune = (0.3 * np.sin(2 * np.pi * 200 * time) + 0.05 * rng.standard_normal(len(time))).astype(np.float32)
    wide = 0.1 * rng.standard_normal((len(time), 2)).astype(np.float32)
    nans = wide[:, 0].copy()
    nans[100:120] = np.nan
    loud = np.clip(1.8 * np.sin(2 * np.pi * 97 * time), -1.0, 1.0).astype(np.float32)
    return {
        "Silent": np.zeros(len(time), np.float32),
        "Clipped": loud,
        "Offset": (0.05 * rng.standard_normal(len(time)) + 0.2).astype(np.float32),
        "Gaps": nans,
        "Tune": tune,
        "Tune copy": tune,
        "Tune flipped": (-tune + 0.02 * rng.standard_normal(len(time))).astype(np.float32),
        "Both sides": np.stack([wide[:, 1], wide[:, 1]], axis=1),
        "Fine": wide[::-1].copy(),
    }


EXPECTED = {
    "Silent": "silent", "Clipped": "clipped", "Offset": "DC offset", "Gaps": "not numbers", "Tune copy": "copy of Tune",
    "Tune flipped": "works against Tune",
}  # fmt: skip


@pytest.fixture
def faulty(tmp_path: Path, make_window: Callable[..., MainWindow]) -> MainWindow:
    folder = tmp_path / "Faulty"
    folder.mkdir()
    for name, samples in _faulty_stems().items():
        soundfile.write(folder / f"{name}.wav", samples, RATE, subtype="FLOAT")
    window = make_window(folder)
    window.resize(1280, 1100)  # so that every lane is in sight
    return window


def faults_of(window: MainWindow, name: str) -> str:
    return "; ".join(window.workspace.fault_watch.faults.get(window.session.track_named(name).id, ()))


@pytest.mark.parametrize("name", EXPECTED)
def test_every_kind_of_fault_is_found_and_shown(faulty: MainWindow, name: str) -> None:
    assert EXPECTED[name] in faults_of(faulty, name)
    title = faulty.findChild(QWidget, f"{name}.name")
    assert EXPECTED[name] in title.toolTip()
    assert EXPECTED[name] in title.accessibleDescription()
    place = [t.name for t in faulty.session.tracks].index(name)
    view = faulty.waveforms
    tip = view.words_at(22 + (place + 0.5) * view._lane_height() - view.verticalScrollBar().value())
    assert tip.startswith(f"{name}\n")
    assert EXPECTED[name] in tip


def test_what_is_fine_has_no_mark_and_the_report_lists_the_rest(faulty: MainWindow) -> None:
    for name in ("Fine", "Both sides"):  # that a stem is treated as mono is nothing wrong
        assert faults_of(faulty, name) == ""
        assert faulty.findChild(QWidget, f"{name}.name").faults == ()
    assert "faults found" in faulty.facts.text()
    assert not faulty.document.is_modified
    faulty.actions_by_name["import_report"].trigger()
    tree = faulty.findChild(QTreeWidget, "report.tracks")
    rows = {tree.topLevelItem(i).text(0): tree.topLevelItem(i).text(3) for i in range(tree.topLevelItemCount())}
    assert rows["Fine"] == ""
    for name, words in EXPECTED.items():
        assert words in rows[name]
    faulty.findChild(QWidget, "sheet.report").close()


def test_faults_follow_names_and_go_with_their_tracks(
    faulty: MainWindow, wait_idle: Callable[[MainWindow], None]
) -> None:
    title = faulty.findChild(QWidget, "Tune.name")
    title.renamed.emit("Melody")
    wait_idle(faulty)
    assert "copy of Melody" in faults_of(faulty, "Tune copy")
    gone = faulty.session.track_named("Silent").id
    faulty.console.select(gone)
    faulty.actions_by_name["remove"].trigger()
    wait_idle(faulty)
    assert gone not in faulty.workspace.fault_watch.faults
    faulty.actions_by_name["undo"].trigger()
    wait_idle(faulty)
    assert "silent" in faults_of(faulty, "Silent")


def test_the_polarity_switch_of_either_track_ends_the_warning(faulty: MainWindow) -> None:
    title = faulty.findChild(QWidget, "Tune flipped.name")
    for name in ("Tune flipped", "Tune"):
        assert "works against Tune (" in title.toolTip()
        switch = faulty.findChild(QWidget, f"{name}.polarity_inverted")
        switch.click()
        assert "works against" not in title.toolTip()
        assert "works against" not in faults_of(faulty, "Tune flipped")
        switch.click()


def test_notes_of_automix_are_those_of_the_last_and_no_notes_on_import(
    window: MainWindow, wait_idle: Callable[[MainWindow], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    suggestions = [("Kick is flipped", "Bass is silent"), ("Kick is flipped",)]
    mixing = api.automix

    def noted(*asked: object, **more: object) -> object:
        return replace(mixing(*asked, **more), notes=suggestions.pop(0))  # type: ignore[arg-type]

    monkeypatch.setattr(api, "automix", noted)
    for _ in range(2):
        window.workspace.automix("equal-loudness")
        wait_idle(window)
    assert window.workspace.report.mixing(window.session) == ("Kick is flipped",)
    assert "note" not in window.facts.text()
    window.actions_by_name["import_report"].trigger()
    sheet = window.findChild(QWidget, "sheet.report")
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    assert texts.count("Kick is flipped") == 1
    assert texts.index("Automix") == texts.index("Kick is flipped") - 1
    assert not any("nothing had to be changed" in text for text in texts)
    sheet.copy()
    assert QGuiApplication.clipboard().text().splitlines()[-1] == "Automix: Kick is flipped"
    sheet.close()


def test_notes_of_an_automix_that_was_undone_are_gone_until_it_is_done_again(
    window: MainWindow, wait_idle: Callable[[MainWindow], None]
) -> None:
    session = window.session
    for method, pan in (("random", 0.5), ("mono", 0.0)):
        predictions = {t.id: t.channel.controls.replaced({"pan": pan}) for t in session.tracks}
        window.workspace.editor.execute(ApplyPrediction(predictions, method, "Automix"))
        window.workspace.report = window.workspace.report.with_suggestion(predictions, [f"By {method}"])
    report = window.workspace.report
    assert report.mixing(window.session) == ("By mono",)
    window.workspace.document.undo()
    assert report.mixing(window.session) == ("By random",)
    window.workspace.document.undo()
    assert report.mixing(window.session) == ()
    window.workspace.document.redo()
    assert report.mixing(window.session) == ("By random",)


def test_long_names_and_long_notes_stay_within_the_report(faulty: MainWindow) -> None:
    faulty.findChild(QWidget, "Tune.name").renamed.emit("A name that somebody gave " * 5)
    long_name = next(t.name for t in faulty.session.tracks if t.name.startswith("A name"))
    faulty.actions_by_name["import_report"].trigger()
    sheet = faulty.findChild(QWidget, "sheet.report")
    sheet.resize(760, 600)
    tree = sheet.findChild(QTreeWidget, "report.tracks")
    QApplication.processEvents()
    widths = [tree.header().sectionSize(column) for column in range(4)]
    assert sum(widths) <= tree.viewport().width()
    assert widths[3] >= 100
    rows = {tree.topLevelItem(i).text(0): tree.topLevelItem(i) for i in range(tree.topLevelItemCount())}
    assert rows[long_name].toolTip(0) == long_name
    flipped = tree.visualItemRect(rows["Tune flipped"]).height()
    needed = tree.fontMetrics().boundingRect(
        0, 0, widths[3] - 8, 1000, Qt.TextFlag.TextWordWrap, rows["Tune flipped"].text(3)
    )
    assert flipped >= needed.height() > 2 * tree.fontMetrics().height()
    sheet.close()


def test_a_session_without_faults_says_nothing(window: MainWindow) -> None:
    assert window.workspace.fault_watch.faults == {}
    window.actions_by_name["import_report"].trigger()
    sheet = window.findChild(QWidget, "sheet.report")
    assert any("nothing had to be changed" in label.text() for label in sheet.findChildren(QLabel))
    sheet.close()
