# SPDX-License-Identifier: Apache-2.0
"""What the window remembers between starts: a small JSON file, read forgivingly and written atomically."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import platformdirs

_MOST_RECENTS = 10
_MOST_BYTES = 1_000_000


def config_directory() -> Path:
    """Returns the folder of the settings: `MIXASSIST_CONFIG_DIR`, or the user's own."""
    override = os.environ.get("MIXASSIST_CONFIG_DIR")
    return Path(override) if override else Path(platformdirs.user_config_dir("mixassist", appauthor=False))


@dataclass
class Settings:
    """Everything remembered, with its defaults."""

    theme: str = "system"
    method: str = ""
    recents: list[str] = field(default_factory=list)
    last_folder: str = ""
    show_channel_panel: bool = True
    show_waveforms: bool = True
    show_mixer: bool = True
    show_reductions: bool = True
    follow_playhead: bool = True
    keys: dict[str, list[str]] = field(default_factory=dict)
    autosave_minutes: float = 2.0
    geometry: str = ""
    format_version: int = 1

    def add_recent(self, path: Path) -> None:
        """Puts a session or folder first among the recents."""
        text = str(path)
        self.recents = [text, *(r for r in self.recents if r != text)][:_MOST_RECENTS]

    @property
    def file(self) -> Path:
        """Where the settings are kept."""
        return config_directory() / "settings.json"

    def save(self) -> None:
        """Writes the settings; a folder that cannot be written costs only the memory."""
        from mixassist.audio.atomic import atomic_path

        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(self.file) as temporary:
                Path(temporary).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        except OSError:
            return


def load_settings() -> Settings:
    """Reads the settings; what is missing, broken or of the wrong type keeps its default."""
    settings = Settings()
    try:
        if settings.file.stat().st_size > _MOST_BYTES:
            return settings
        found = json.loads(settings.file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return settings
    if not isinstance(found, dict) or found.get("format_version") != settings.format_version:
        return settings
    for entry in fields(Settings):
        value, default = found.get(entry.name), getattr(settings, entry.name)
        if type(value) is type(default):
            setattr(settings, entry.name, value)
    settings.recents = [r for r in settings.recents if isinstance(r, str)][:_MOST_RECENTS]
    if settings.theme not in ("system", "dark", "light"):
        settings.theme = "system"
    return settings
