# SPDX-License-Identifier: Apache-2.0
"""A track: where its audio comes from, when it starts, and its channel strip."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mixassist.domain.channel import Channel


@dataclass(frozen=True)
class AudioFile:
    """An audio file as it was when it was imported.

    `path` is absolute. `sha256` is lower-case hex over the whole file, or empty until it has been computed;
    `mtime_ns` is the file's time of change when it was imported or last hashed, 0 when not known.
    """

    path: str
    size_bytes: int
    sample_rate_hz: int
    frames: int
    channel_count: int
    sha256: str = ""
    mtime_ns: int = 0


@dataclass(frozen=True)
class SourceSide:
    """One channel of one file."""

    file: AudioFile
    channel_index: int = 0


@dataclass(frozen=True)
class AudioSource:
    """What feeds a strip: one side (mono) or two (left, right).

    Covers a mono or stereo file, a pair of mono files, and one channel of a polyphonic file alike.
    """

    sides: tuple[SourceSide, ...]

    def __post_init__(self) -> None:
        if len(self.sides) not in (1, 2):
            raise ValueError("a source has one side or two")

    @property
    def channel_count(self) -> int:
        """1 for mono, 2 for stereo."""
        return len(self.sides)

    @property
    def files(self) -> tuple[AudioFile, ...]:
        """The distinct files, in order of their sides."""
        return tuple(dict.fromkeys(side.file for side in self.sides))

    @property
    def sample_rate_hz(self) -> int:
        """Rate of the first side's file; sides of unlike rates are resampled alike on reading."""
        return self.sides[0].file.sample_rate_hz

    def frames_at(self, sample_rate_hz: int) -> int:
        """Length in frames after resampling: the longest side, rounded up."""
        return max(-(-s.file.frames * sample_rate_hz // s.file.sample_rate_hz) for s in self.sides)


@dataclass(frozen=True)
class Track:
    """One strip of the session.

    `id` is unique in the session and never changes. `name` is unique too, and free of dots and slashes.
    `start_frames` is the start on the session's time line, in frames at the session's rate, ≥ 0.
    """

    id: str
    name: str
    source: AudioSource
    start_frames: int = 0
    channel: Channel = field(default_factory=Channel)

    def with_channel(self, channel: Channel) -> Track:
        """Returns a copy with another channel strip."""
        return replace(self, channel=channel)


MASTER_NAME = "Master"
"""No track's name: the master strip has it, and names are what files, widgets and scripts go by."""


def clean_track_name(name: str) -> str:
    """Returns a name fit for objects and files: no dots, slashes or control characters, never empty."""
    kept = "".join("_" if c in "./\\" else c for c in name if c.isprintable())
    return " ".join(kept.split())[:120].rstrip() or "Track"


def unique_track_name(name: str, taken: set[str]) -> str:
    """Returns the cleaned name, with ` 2`, ` 3` … behind it when it is taken (case-insensitively).

    The master strip's name always is.
    """
    base = clean_track_name(name)
    lowered = {t.casefold() for t in (*taken, MASTER_NAME)}
    candidate, number = base, 1
    while candidate.casefold() in lowered:
        number += 1
        candidate = f"{base} {number}"
    return candidate
