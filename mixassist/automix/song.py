# SPDX-License-Identifier: Apache-2.0
"""All tracks of a song as heard, each with what it is: what the rules reason about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mixassist.automix.aside import aside
from mixassist.automix.direct_signals import amplified
from mixassist.automix.hearing import Hearing, listen
from mixassist.automix.inputs import TrackAudio
from mixassist.automix.instrument_sound import has_width, identify
from mixassist.automix.recorded_levels import OwnLevels, own_levels
from mixassist.automix.side_by_side import for_each
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.track import Track


@dataclass(frozen=True)
class Part:
    """One sounding track of a song."""

    audio: TrackAudio
    hearing: Hearing
    instrument: str

    @property
    def id(self) -> str:
        """The track's id."""
        return self.audio.track.id

    @property
    def track(self) -> Track:
        """The track itself."""
        return self.audio.track

    @property
    def order(self) -> tuple[float, str, str, str]:
        """Sorts parts by what they sound like, then by content, name and id: never by their place in the list."""
        return (round(self.hearing.centroid_hz, 3), self.hearing.digest, self.track.name, self.id)


@dataclass(frozen=True)
class Song:
    """The sounding parts, sorted by content; the ids of silent tracks and of those set aside; what was noticed."""

    parts: tuple[Part, ...]
    silent: tuple[str, ...]
    notes: tuple[str, ...]
    sample_rate_hz: int
    aside: tuple[str, ...] = ()

    def of(self, *instruments: str) -> tuple[Part, ...]:
        """The parts that are one of these instruments."""
        return tuple(p for p in self.parts if p.instrument in instruments)

    @property
    def has_kit_microphones(self) -> bool:
        """Whether a kit was recorded with several microphones, so that its kick is heard in other tracks too."""
        return bool(self.of("overhead", "room"))

    def is_produced(self, part: Part) -> bool:
        """Whether effects are likely printed on a stem: its sides differ, or those of most of the song's stems do."""
        stereo = sum(has_width(p.hearing) for p in self.parts)
        return has_width(part.hearing) or stereo > 0.5 * len(self.parts)

    @property
    def produced_share(self) -> float:
        """Share of the parts on which effects are likely printed, 0 … 1."""
        return sum(self.is_produced(p) for p in self.parts) / max(len(self.parts), 1)

    @cached_property
    def own_levels(self) -> OwnLevels:
        """What the levels tell at which the parts were handed over, in the order of `parts`."""
        return own_levels([p.hearing.loudness_lufs for p in self.parts], [p.instrument for p in self.parts])

    @cached_property
    def amplified(self) -> Mapping[str, Part]:
        """The parts that are the same through an amplifier or microphone, by the direct signals' track ids."""
        return amplified(self)

    @property
    def copies(self) -> frozenset[str]:
        """Digests of audio that is there more than once."""
        counts = Counter(p.hearing.digest for p in self.parts)
        return frozenset(d for d, n in counts.items() if n > 1)


def hear_song(
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Song:
    """Listens to every track and says what each of them is."""
    hearings = for_each(
        inputs,
        lambda audio: listen(audio.samples, sample_rate_hz),
        lambda index, audio: progress(index / len(inputs), f"Listening to {audio.track.name}"),
        cancel,
    )
    parts, silent, notes = [], [], []
    for audio, hearing in zip(inputs, hearings, strict=True):
        if hearing.is_silent:
            silent.append(audio.track.id)
            notes.append(f"{audio.track.name} is silent and keeps a neutral strip")
            continue
        instrument, note = identify(audio.track, hearing)
        parts.append(Part(audio, hearing, instrument))
        if note:
            notes.append(note)
    set_aside = aside(parts)
    music = sorted((p for p in parts if p.id not in set_aside), key=lambda p: p.order)
    notes += set_aside.values()
    return Song(tuple(music), tuple(silent), tuple(sorted(notes)), sample_rate_hz, tuple(set_aside))
