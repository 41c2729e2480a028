# SPDX-License-Identifier: Apache-2.0
"""Channel parameters as tables: JSON to exchange, CSV for spreadsheets; both are read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mixassist.audio.atomic import atomic_write_bytes
from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import PARAMETERS, Value
from mixassist.domain.session import Session
from mixassist.domain.track import AudioSource, Track
from mixassist.interchange.json_node import Node
from mixassist.interchange.parameters_csv import csv_channels, csv_text
from mixassist.interchange.session_file import to_bytes
from mixassist.interchange.strict_json import MAX_BYTES, read_json, read_regular_file

FORMAT = "mixassist-parameters"
FORMAT_VERSION = 1

_WHAT = "parameter table"
_MAX_CHANNELS = 10_000
_NAMES_TOLD = 10


@dataclass(frozen=True)
class ChannelParameters:
    """One channel of a table: its name, the files it came from (see `source_text`), and some or all controls."""

    name: str
    source: str
    parameters: Mapping[str, Value]


@dataclass(frozen=True)
class ParameterTable:
    """What a table file holds, checked against the table of controls."""

    channels: tuple[ChannelParameters, ...]


def source_text(source: AudioSource) -> str:
    """Returns the base names of a stem's files: `kick.wav`, a pair as `gtr.L.wav + gtr.R.wav`.

    Where a stem is not the whole file, the channel stands behind it, counted from 1: `live.wav [3]`.
    """
    sides = [(side.file.path, side.channel_index) for side in source.sides]
    texts = []
    for file in dict.fromkeys(side.file for side in source.sides):
        used = [channel for path, channel in sides if path == file.path]
        whole = used == list(range(file.channel_count))
        name = _base_name(file.path)
        texts.extend([name] if whole else [f"{name} [{channel + 1}]" for channel in used])
    return " + ".join(texts)


def parameter_table(session: Session) -> ParameterTable:
    """Returns every channel's controls as they are."""
    return ParameterTable(
        tuple(
            ChannelParameters(track.name, source_text(track.source), MappingProxyType(dict(track.channel.controls)))
            for track in session.tracks
        )
    )


def write_parameters_json(path: str | Path, session: Session) -> None:
    """Writes the table as JSON. Raises `MixAssistError` when the place cannot be written."""
    channels = [
        {"name": channel.name, "source": channel.source, "parameters": dict(channel.parameters)}
        for channel in parameter_table(session).channels
    ]
    atomic_write_bytes(path, to_bytes({"format": FORMAT, "version": FORMAT_VERSION, "channels": channels}))


def write_parameters_csv(path: str | Path, session: Session) -> None:
    """Writes one row a channel, the units in the header, "." as the decimal point, switches as on and off.

    A name that a spreadsheet would run as a formula gets an apostrophe in front. Raises `MixAssistError` when the
    place cannot be written.
    """
    rows = [(c.name, c.source, [c.parameters[p.key] for p in PARAMETERS]) for c in parameter_table(session).channels]
    atomic_write_bytes(path, csv_text(rows).encode("utf-8", "replace"))


def read_parameters(path: str | Path) -> ParameterTable:
    """Reads a table, CSV where the name ends so, else JSON. A channel may hold some of the controls only.

    Raises:
        MixAssistError: no such table, of a newer version, or a value outside the table of controls; names the file,
            the channel and the control.
    """
    if Path(path).suffix.lower() == ".csv":
        found = csv_channels(read_regular_file(path, _WHAT, MAX_BYTES), path)
        return _table(Node(found, path, "channels", what=_WHAT))
    root = Node(read_json(path, what=_WHAT), path, what=_WHAT)
    if not isinstance(root.value, dict) or root.value.get("format") != FORMAT:
        root.fail("is not a MixAssist parameter table")
    version = root.get("version").integer(-(2**31), 2**31)
    if version > FORMAT_VERSION:
        root.fail(f"was written by a newer MixAssist (version {version})", remedy="Update MixAssist to use it.")
    if version < FORMAT_VERSION:
        root.fail(f"has the unknown version {version}")
    return _table(root.get("channels"))


def _table(node: Node) -> ParameterTable:
    channels = []
    for item in node.items(_MAX_CHANNELS):
        name = item.get("name").text()
        source = item.find("source")
        values = item.get("parameters").named(f'channel "{name[:60]}":').control_values()
        channels.append(ChannelParameters(name, "" if source is None else source.path_text(), MappingProxyType(values)))
    return ParameterTable(tuple(channels))


def apply_parameters(session: Session, table: ParameterTable) -> tuple[Session, tuple[str, ...]]:
    """Sets the controls that a table gives; everything else of the session stays, locks do not hold them back.

    A channel of the table belongs to the track of the same source and name, else to the first one left of the same
    source, else to the one of the same name.

    Returns:
        The session, and at most one sentence on what does not fit: channels without a track, channels that are there
        twice, tracks without a channel.

    Raises:
        MixAssistError: no channel fits any track; it has no subject, as a table knows no file.
    """
    matches, unmatched = _matched(session, table)
    if session.tracks and not matches:
        raise _nothing_fits(session, table)
    for track in session.tracks:
        if track.id in matches:
            channel = track.channel.with_controls(dict(matches[track.id].parameters))
            session = session.with_track(track.with_channel(channel))
    used = {entry.name.casefold() for entry in matches.values()}
    twice = [entry.name for entry in unmatched if entry.name.casefold() in used]
    strange = [entry.name for entry in unmatched if entry.name.casefold() not in used]
    without = [track.name for track in session.tracks if track.id not in matches]
    told = []
    if strange:
        told.append(f"no track fits the table's {_listed(strange)}, left out")
    if twice:
        told.append(f"the table holds {_listed(twice)} more than once, the first was used")
    if without:
        told.append(f"the table holds nothing for {_listed(without)}, unchanged")
    return session, ("; ".join(told),) if told else ()


def _nothing_fits(session: Session, table: ParameterTable) -> MixAssistError:
    if not table.channels:
        return MixAssistError("the table holds no channel", remedy="Write one with --params-out.")
    wanted, there = _listed([c.name for c in table.channels]), _listed([t.name for t in session.tracks])
    return MixAssistError(
        f"no channel of the table fits any track: it is for {wanted}, and the tracks are {there}",
        remedy="Name its channels as the tracks are named.",
    )


def _listed(names: Sequence[str]) -> str:
    shown = [f'"{name[:60]}"' for name in dict.fromkeys(names)]
    more = [f"{len(shown) - _NAMES_TOLD} more"] if len(shown) > _NAMES_TOLD else []
    shown = [*shown[:_NAMES_TOLD], *more]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _matched(session: Session, table: ParameterTable) -> tuple[dict[str, ChannelParameters], list[ChannelParameters]]:
    sources = {track.id: source_text(track.source) for track in session.tracks}

    def by_both(entry: ChannelParameters, track: Track) -> bool:
        return by_source(entry, track) and by_name(entry, track)

    def by_source(entry: ChannelParameters, track: Track) -> bool:
        return bool(entry.source) and entry.source == sources[track.id]

    def by_name(entry: ChannelParameters, track: Track) -> bool:
        return entry.name.casefold() == track.name.casefold()

    matches: dict[str, ChannelParameters] = {}
    waiting = list(table.channels)
    for fits in (by_both, by_source, by_name):
        left = []
        for entry in waiting:
            track = next((t for t in session.tracks if t.id not in matches and fits(entry, t)), None)
            if track is None:
                left.append(entry)
            else:
                matches[track.id] = entry
        waiting = left
    return matches, waiting


def _base_name(path: str) -> str:
    return Path(path).name or path
