# SPDX-License-Identifier: Apache-2.0
"""What the window remembers between starts: a small JSON file after the table, checked, migrated, rolled back."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs

from mixassist.domain.errors import MixAssistError
from mixassist.gui.settings_schema import SCHEMA, SETTING, SettingError

FORMAT = "mixassist-settings"
FORMAT_VERSION = 2
_MOST_RECENTS = 10
_MOST_BYTES = 1_000_000

Listener = Callable[[Any], object]


def config_directory() -> Path:
    """Returns the folder of the settings: `MIXASSIST_CONFIG_DIR`, or the user's own."""
    override = os.environ.get("MIXASSIST_CONFIG_DIR")
    return Path(override) if override else Path(platformdirs.user_config_dir("mixassist", appauthor=False))


class Settings:
    """Everything remembered; each key of the table is an attribute that takes only what the table allows.

    Args:
        values: keys that differ from their defaults.
    """

    theme: str
    show_channel_panel: bool
    show_waveforms: bool
    show_mixer: bool
    show_pictures: bool
    show_reductions: bool
    follow_playhead: bool
    show_history: bool
    method: str
    device: str
    render_cache_gb: float
    autosave_minutes: float
    recents: list[str]
    last_folder: str
    geometry: str
    keys: dict[str, list[str]]
    palette: list[str]
    pictures: dict[str, list[str]]
    trouble: tuple[str, ...]
    _values: dict[str, Any]
    _listeners: dict[str, list[Listener]]

    def __init__(self, **values: Any) -> None:
        self.__dict__["_values"] = {s.key: copy.deepcopy(s.default) for s in SCHEMA}
        self.__dict__["_listeners"] = {}
        self.__dict__["trouble"] = ()
        for key, value in values.items():
            setattr(self, key, value)

    def __getattr__(self, key: str) -> Any:
        try:
            return self.__dict__["_values"][key]
        except KeyError:
            raise AttributeError(key) from None

    def __setattr__(self, key: str, value: Any) -> None:
        """Sets a key and tells who listens to it.

        Raises:
            AttributeError: the table has no such key.
            SettingError: the table does not allow the value.
        """
        if key not in SETTING:
            raise AttributeError(key)
        before, self._values[key] = self._values[key], SETTING[key].checked(value)
        if value != before:
            for call in tuple(self._listeners.get(key, ())):
                call(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._values == other._values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Settings({self.changed_values()})"

    def listen(self, key: str, call: Listener) -> Callable[[], None]:
        """Calls `call(value)` whenever a key gets another value; returns a function that stops it."""
        calls = self._listeners.setdefault(key, [])
        calls.append(call)
        return lambda: calls.remove(call) if call in calls else None

    def reset(self, key: str) -> None:
        """Gives a key its default again."""
        setattr(self, key, copy.deepcopy(SETTING[key].default))

    def changed_values(self) -> dict[str, Any]:
        """Returns what differs from the defaults: only that is kept, so that better defaults reach everyone."""
        return {s.key: self._values[s.key] for s in SCHEMA if self._values[s.key] != s.default}

    def add_recent(self, path: Path) -> None:
        """Puts a session or folder first among the recents."""
        text = str(path)
        self.recents = [text, *(r for r in self.recents if r != text)][:_MOST_RECENTS]

    @property
    def file(self) -> Path:
        """Where the settings are kept."""
        return config_directory() / "settings.json"

    @property
    def previous_file(self) -> Path:
        """The settings that were read without trouble the last time."""
        return config_directory() / "settings-previous.json"

    def save(self) -> None:
        """Writes the settings; a folder that cannot be written costs only the memory."""
        head = {"format": FORMAT, "format_version": FORMAT_VERSION, "values": self.changed_values()}
        _write(self.file, json.dumps(head, indent=1))


def load_settings() -> Settings:
    """Reads the settings; `trouble` says in sentences what could not be taken over.

    A file that is broken, or that a migration fails on, is set aside and the last one that was read well is taken in
    its place; without one the defaults are. A single value that the table does not allow keeps its default.
    """
    settings = Settings()
    try:
        trouble = _fill(settings, settings.file)
        if not trouble:
            _copy(settings.file, settings.previous_file)
    except FileNotFoundError:
        trouble = []
    except OSError as error:
        trouble = [f"{settings.file}: the settings cannot be read ({error.strerror})"]
    except _BrokenError as error:
        aside = settings.file.with_name("settings-broken.json")
        kept = f"They are kept as {aside.name}. " if _copy(settings.file, aside) else ""
        trouble = [f"{settings.file}: the settings are damaged ({error}). {kept}{_roll_back(settings)}"]
    settings.__dict__["trouble"] = tuple(trouble)
    return settings


class _BrokenError(Exception):
    """A file as a whole cannot be used."""


def _roll_back(settings: Settings) -> str:
    try:
        _fill(settings, settings.previous_file)
    except (OSError, _BrokenError):
        return "The defaults are used."
    return "Those of an earlier start are used."


def _fill(settings: Settings, file: Path) -> list[str]:
    """Takes a file's values over; returns what was wrong with single ones. Raises `_BrokenError`; then nothing was."""
    text = _read(file)
    values, is_newer = migrated(text)
    trouble = []
    if is_newer:
        aside = file.with_name("settings-newer.json")
        kept = f"; they are kept as {aside.name}" if _copy(file, aside) else ""
        trouble.append(f"{file}: the settings are of a newer version of MixAssist{kept}.")
    for key, value in values.items():
        if key not in SETTING:
            continue  # of another version of the program
        try:
            setattr(settings, key, value)
        except SettingError as error:
            trouble.append(f"{error} The default is used.")
    return trouble


def migrated(text: str) -> tuple[dict[str, Any], bool]:
    """Returns the values of a settings file in the present format, and whether it is of a newer version.

    Each migration works on a copy: one that fails leaves nothing half changed.

    Raises:
        _BrokenError: no JSON of ours, or a migration fails on it.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _BrokenError("no JSON") from None
    version = found.get("format_version") if isinstance(found, dict) else None
    if type(version) is not int or version < 1:
        raise _BrokenError("no version")
    while version < FORMAT_VERSION:
        try:
            found = MIGRATIONS[version](copy.deepcopy(found))
        except Exception as error:  # whatever a migration meets in a file that somebody edited
            raise _BrokenError(f"version {version} cannot be brought up to date: {error!r}") from error
        version += 1
    values = found.get("values")
    if found.get("format") != FORMAT or not isinstance(values, dict):
        raise _BrokenError("no values")
    return dict(values), version > FORMAT_VERSION


def _from_version_1(found: dict[str, Any]) -> dict[str, Any]:
    """Version 1 kept everything side by side, defaults too, and took any number of minutes."""
    values = {key: value for key, value in found.items() if key != "format_version"}
    minutes, row = values.get("autosave_minutes"), SETTING["autosave_minutes"]
    if isinstance(minutes, (int, float)) and not isinstance(minutes, bool):
        values["autosave_minutes"] = min(max(float(minutes), row.least), row.most)
    return {"format": FORMAT, "format_version": 2, "values": values}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _from_version_1}
"""Version that a file has → what makes the next version of it."""


def _read(file: Path) -> str:
    if file.stat().st_size > _MOST_BYTES:
        raise _BrokenError("far too long")
    return file.read_text(encoding="utf-8", errors="replace")


def _write(file: Path, text: str) -> None:
    from mixassist.audio.atomic import atomic_path

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(file) as temporary:
            Path(temporary).write_text(text, encoding="utf-8")
    except (OSError, MixAssistError):
        return


def _copy(file: Path, target: Path) -> bool:
    try:
        shutil.copyfile(file, target)
    except OSError:
        return False
    return True
