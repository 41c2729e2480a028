# SPDX-License-Identifier: Apache-2.0
"""THE table of settings: types, ranges, defaults and words. The file, its checks and the dialog come from it.

A new setting is one row here, and its type one line of `Settings`; `settings.KEY` reads and writes it, and
`settings.listen(KEY, call)` follows it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mixassist.domain.errors import MixAssistError

Choices = Sequence[tuple[Any, str]]
"""What can be chosen: values and their words."""


class SettingError(MixAssistError):
    """A setting was given a value that its row in the table does not allow."""


@dataclass(frozen=True)
class Setting:
    """One setting. Its type is its default's.

    Attributes:
        group: the section of the dialog it stands in; empty for what is only remembered.
        least, most: the range of a number, both included.
        choices: what can be chosen, or a function that finds it out when the dialog opens (devices). A value that a
            function does not offer stays allowed: a device that is unplugged now may be back tomorrow.
    """

    key: str
    default: Any
    group: str = ""
    label: str = ""
    description: str = ""
    least: float = -math.inf
    most: float = math.inf
    step: float = 1.0
    decimals: int = 0
    unit: str = ""
    choices: Choices | Callable[[], Choices] = ()

    def offered(self) -> tuple[tuple[Any, str], ...]:
        """Returns the choices there are now."""
        return tuple(self.choices() if callable(self.choices) else self.choices)

    def checked(self, value: Any) -> Any:
        """Returns a value as it is kept.

        Raises:
            SettingError: the type, the range or the choice is wrong.
        """
        kind = type(self.default)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self._error(f"must be of type {kind.__name__}, not {type(value).__name__}")
        if kind in (int, float) and not self.least <= value <= self.most:
            raise self._error(f"must lie between {self.least:g} and {self.most:g}, not {value:g}")
        if self.choices and not callable(self.choices) and value not in [v for v, _ in self.choices]:
            raise self._error(f"must be one of {', '.join(str(v) for v, _ in self.choices)}, not {value}")
        if kind is list and not all(isinstance(entry, str) for entry in value):
            raise self._error("must be a list of texts")
        if kind is dict and not all(isinstance(entry, list) for entry in value.values()):
            raise self._error("must be lists of texts by name")
        return value

    def _error(self, words: str) -> SettingError:
        return SettingError(words, subject=f"setting {self.key}")


def _methods() -> Choices:
    from mixassist import api
    from mixassist.gui.transport_bar import method_words

    return [("", ""), *((name, method_words(name)) for name in api.METHOD_NAMES)]


def _devices() -> Choices:
    from mixassist.playback.outputs import NO_SOUND, list_devices

    found = sorted(list_devices(), key=lambda d: (d.host, d.name))
    return [("", "System default"), *((d.key, f"{d.name} ({d.host})") for d in found), (NO_SOUND, "No sound")]


APPEARANCE, MIXING, SOUND, FILES = "Appearance", "Mixing", "Sound", "Files"

SCHEMA: tuple[Setting, ...] = (
    Setting(
        "theme", "system", APPEARANCE, "Theme", "Dark or light; or as the system has it, and changing with it.",
        choices=(("system", "As the system"), ("dark", "Dark"), ("light", "Light")),
    ),
    Setting("show_channel_panel", True, APPEARANCE, "Channel panel",
            "Show the selected channel's equaliser, compressor and reverb at the left."),
    Setting("show_waveforms", True, APPEARANCE, "Waveforms", "Show the waveforms above the console."),
    Setting("show_mixer", True, APPEARANCE, "Mixer", "Show the console's strips."),
    Setting("show_pictures", False, APPEARANCE, "Pictures", "Show spectrograms, differences and measures."),
    Setting("show_reductions", True, APPEARANCE, "Gain reduction",
            "Lay each compressor's gain reduction over its waveform."),
    Setting("follow_playhead", True, APPEARANCE, "Follow the playhead",
            "Turn the page when the playhead leaves what the pictures show."),
    Setting("show_history", False, APPEARANCE, "History", "Show every step at the right."),
    Setting("method", "", MIXING, "Automix method", "Which mixer suggests the controls.", choices=_methods),
    Setting("device", "", SOUND, "Sound device", "Where the sound goes; it can be changed while it plays.",
            choices=_devices),
    Setting("render_cache_gb", 20.0, SOUND, "Room for renders",
            "How much disk rendered sound may take. What is used least recently goes first.",
            least=1.0, most=1000.0, step=1.0, unit="GB"),
    Setting("autosave_minutes", 2.0, FILES, "Keep unsaved work every",
            "A copy of unsaved work is kept this often, to be offered at the next start should the program end "
            "unexpectedly.", least=0.5, most=60.0, step=0.5, decimals=1, unit="min"),
    Setting("recents", []),
    Setting("last_folder", ""),
    Setting("geometry", ""),
    Setting("keys", {}),
    Setting("palette", []),
    Setting("pictures", {}),
)  # fmt: skip

SETTING: dict[str, Setting] = {setting.key: setting for setting in SCHEMA}
