# SPDX-License-Identifier: Apache-2.0
"""The table of settings, its file with migrations and roll-back, and the dialog made from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import get_origin, get_type_hints

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QWidget

from mixassist.gui import settings as settings_module
from mixassist.gui.main_window import MainWindow
from mixassist.gui.settings import FORMAT_VERSION, MIGRATIONS, Settings, load_settings, migrated
from mixassist.gui.settings_schema import SCHEMA, SETTING, SettingError
from mixassist.gui.theme import DARK, LIGHT, theme_of


@pytest.mark.parametrize("setting", SCHEMA, ids=lambda s: s.key)
def test_every_row_allows_its_own_default_and_says_what_it_is(setting) -> None:  # type: ignore[no-untyped-def]
    assert setting.checked(setting.default) == setting.default
    if setting.group:
        assert setting.label
        assert setting.description.endswith(".")


def test_every_row_is_an_attribute_of_its_type() -> None:
    declared = get_type_hints(Settings)
    kinds = {s.key: get_origin(declared[s.key]) or declared[s.key] for s in SCHEMA}
    assert kinds == {s.key: type(s.default) for s in SCHEMA}
    assert {key for key in declared if not key.startswith("_")} == {*SETTING, "trouble"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("theme", "pink"), ("theme", 7), ("autosave_minutes", 0.0), ("autosave_minutes", 61), ("autosave_minutes", "2"),
     ("autosave_minutes", float("nan")), ("show_mixer", 1), ("recents", [1]), ("recents", "a"),
     ("keys", {"save": "S"})],
)  # fmt: skip
def test_what_the_table_does_not_allow_is_refused(key: str, value: object) -> None:
    settings = Settings()
    with pytest.raises(SettingError, match=key):
        setattr(settings, key, value)
    assert settings == Settings()


def test_a_whole_number_is_taken_for_a_fraction_and_unknown_keys_are_mistakes() -> None:
    settings = Settings(autosave_minutes=5)
    assert settings.autosave_minutes == 5.0
    with pytest.raises(AttributeError):
        settings.tehme = "dark"
    with pytest.raises(AttributeError):
        _ = settings.tehme


def test_listeners_hear_changes_only_and_can_stop() -> None:
    settings, heard = Settings(), list[object]()
    stop = settings.listen("theme", heard.append)
    settings.theme = "dark"
    settings.theme = "dark"
    settings.reset("theme")
    stop()
    settings.theme = "light"
    assert heard == ["dark", "system"]


def test_only_what_differs_from_the_defaults_is_kept() -> None:
    settings = Settings(theme="light")
    settings.save()
    kept = json.loads(settings.file.read_text())
    assert kept == {"format": "mixassist-settings", "format_version": FORMAT_VERSION, "values": {"theme": "light"}}


def test_version_1_is_brought_up_to_date() -> None:
    old = {"format_version": 1, "theme": "light", "autosave_minutes": 0.1, "recents": ["/a"], "show_waveforms": False}
    settings = Settings()
    settings.file.parent.mkdir(parents=True)
    settings.file.write_text(json.dumps(old))
    again = load_settings()
    assert again.trouble == ()
    assert again == Settings(theme="light", autosave_minutes=0.5, recents=["/a"], show_waveforms=False)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format_version": 0}', '{"format_version": 2}', "[" * 90_000])
def test_a_broken_file_is_set_aside_and_the_last_good_one_taken(text: str) -> None:
    good = Settings(theme="light")
    good.save()
    assert load_settings().trouble == ()
    good.file.write_text(text)
    again = load_settings()
    assert again == good
    assert "damaged" in again.trouble[0]
    assert "earlier start" in again.trouble[0]
    assert good.file.with_name("settings-broken.json").read_text() == text


def test_a_broken_file_alone_gives_the_defaults() -> None:
    file = Settings().file
    file.parent.mkdir(parents=True)
    file.write_text("{")
    again = load_settings()
    assert again == Settings()
    assert "defaults" in again.trouble[0]


def test_a_migration_that_fails_is_rolled_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def half_done(found: dict) -> dict:  # type: ignore[type-arg]
        found["theme"] = "spoilt"
        raise KeyError("recents")

    old = {"format_version": 1, "theme": "light"}
    file = Settings().file
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(old))
    monkeypatch.setitem(MIGRATIONS, 1, half_done)
    again = load_settings()
    assert again == Settings()
    assert "version 1 cannot be brought up to date" in again.trouble[0]
    assert json.loads(file.with_name("settings-broken.json").read_text()) == old
    monkeypatch.undo()


def test_every_old_version_has_a_migration() -> None:
    assert sorted(MIGRATIONS) == list(range(1, FORMAT_VERSION))


def test_a_single_wrong_value_keeps_its_default_and_the_rest_comes() -> None:
    file = Settings().file
    file.parent.mkdir(parents=True)
    values = {"theme": "pink", "show_mixer": False, "of_tomorrow": 1}
    file.write_text(json.dumps({"format": "mixassist-settings", "format_version": 2, "values": values}))
    again = load_settings()
    assert again == Settings(show_mixer=False)
    assert len(again.trouble) == 1
    assert "theme" in again.trouble[0]


def test_a_newer_version_is_kept_aside() -> None:
    file = Settings().file
    file.parent.mkdir(parents=True)
    text = json.dumps({"format": "mixassist-settings", "format_version": 9, "values": {"theme": "light", "new": 1}})
    file.write_text(text)
    again = load_settings()
    assert again.theme == "light"
    assert "newer" in again.trouble[0]
    assert file.with_name("settings-newer.json").read_text() == text
    assert migrated(text)[1]


def test_a_folder_that_cannot_be_written_costs_only_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(settings_module, "config_directory", lambda: blocked / "below")
    Settings(theme="dark").save()
    assert load_settings() == Settings()


@pytest.fixture
def dialog(make_window: Callable[..., MainWindow]) -> QWidget:
    window = make_window(theme="dark")
    window.actions_by_name["settings"].trigger()
    return window.findChild(QWidget, "sheet.settings")


def test_the_dialog_has_every_setting_of_a_group_and_no_other(dialog) -> None:  # type: ignore[no-untyped-def]
    assert set(dialog.controls) == {s.key for s in SCHEMA if s.group}
    for key, control in dialog.controls.items():
        assert control.accessibleName() == SETTING[key].label
        assert control.accessibleDescription() == SETTING[key].description


def test_what_is_changed_in_the_dialog_acts_at_once(dialog) -> None:  # type: ignore[no-untyped-def]
    window = dialog.parentWidget()
    combo = dialog.findChild(QWidget, "setting.theme")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert window.settings.theme == "light"
    assert theme_of(window) is LIGHT
    mixer = dialog.findChild(QCheckBox, "setting.show_mixer")
    mixer.setFocus()
    QTest.keyClick(mixer, Qt.Key.Key_Space)
    assert not window.console.isVisibleTo(window.console.parentWidget())
    minutes = dialog.findChild(QDoubleSpinBox, "setting.autosave_minutes")
    minutes.setFocus()
    QTest.keyClick(minutes, Qt.Key.Key_Up)
    assert window.settings.autosave_minutes == 2.5
    assert window.recovery._timer.interval() == 150_000
    reset = dialog.findChild(QWidget, "setting.theme.reset")
    assert reset.isEnabled()
    QTest.keyClick(reset, Qt.Key.Key_Return)
    assert window.settings.theme == "system"
    QTest.keyClick(dialog.reset_all, Qt.Key.Key_Return)
    assert window.settings.show_mixer
    assert not dialog.reset_all.isEnabled()


def test_the_dialog_follows_and_is_kept_when_closed(dialog) -> None:  # type: ignore[no-untyped-def]
    window = dialog.parentWidget()
    window.settings.theme = "light"
    assert dialog.findChild(QWidget, "setting.theme").currentData() == "light"
    dialog.close()
    assert load_settings().theme == "light"
    window.settings.theme = "dark"
    assert theme_of(window) is DARK


def test_the_fields_of_all_groups_stand_below_one_another(dialog) -> None:  # type: ignore[no-untyped-def]
    dialog.show()
    assert len({control.mapTo(dialog, QPoint(0, 0)).x() for control in dialog.controls.values()}) == 1
