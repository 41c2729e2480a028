# SPDX-License-Identifier: Apache-2.0
"""Channel parameters as tables: JSON to exchange and read back, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mixassist.audio.atomic import atomic_write_bytes
from mixassist.domain.parameters import PARAMETERS, Parameter, Value
from mixassist.domain.session import Session
from mixassist.domain.track import AudioSource, Track
from mixassist.interchange.json_node import Node
from mixassist.interchange.session_file import to_bytes
from mixassist.interchange.strict_json import read_json

FORMAT = "mixassist-parameters"
FORMAT_VERSION = 1

_MAX_CHANNELS = 10_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["name", "source", *(_heading(p) for p in PARAMETERS)])
    for channel in parameter_table(session).channels:
        cells = [_cell(p, channel.parameters[p.key]) for p in PARAMETERS]
        rows.writerow([_harmless(channel.name), _harmless(channel.source), *cells])
    atomic_write_bytes(path, text.getvalue().encode("utf-8", "replace"))


def read_parameters(path: str | Path) -> ParameterTable:
    """Reads a JSON table. A channel may hold some of the controls only.

    Raises:
        MixAssistError: no such table, of a newer version, or a value outside the table of controls; names the file,
            the channel and the control.
    """
    root = Node(read_json(path, what="parameter table"), path, what="parameter table")
    if not isinstance(root.value, dict) or root.value.get("format") != FORMAT:
        root.fail("is not a MixAssist parameter table")
    version = root.get("version").integer(-(2**31), 2**31)
    if version > FORMAT_VERSION:
        root.fail(f"was written by a newer MixAssist (version {version})", remedy="Update MixAssist to use it.")
    if version < FORMAT_VERSION:
        root.fail(f"has the unknown version {version}")
    channels = []
    for item in root.get("channels").items(_MAX_CHANNELS):
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
        The session, and a sentence on each channel without a track and each track without a channel.
    """
    notes: list[str] = []
    matches, unmatched = _matched(session, table)
    for entry in unmatched:
        notes.append(f'no track fits the channel "{entry.name[:60]}" of the table; it was left out')
    for track in session.tracks:
        if track.id not in matches:
            notes.append(f'the table holds nothing for the track "{track.name}"; it keeps its values')
            continue
        channel = track.channel.with_controls(dict(matches[track.id].parameters))
        session = session.with_track(track.with_channel(channel))
    return session, tuple(notes)


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


def _heading(parameter: Parameter) -> str:
    unit = {"": "", ":1": " [x:1]"}.get(parameter.unit, f" [{parameter.unit}]")
    return parameter.key + unit


def _cell(parameter: Parameter, value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else repr(float(value))


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
