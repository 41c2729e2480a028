# SPDX-License-Identifier: Apache-2.0
"""A session as JSON values and back. Knows the layout of the file, and nothing of the disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mixassist import __version__
from mixassist.domain.channel import Channel, Stages, View
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.session import (
    AMOUNT_MAX,
    SAMPLE_RATES_HZ,
    ChannelSettings,
    Master,
    Reference,
    Session,
    Snapshot,
)
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track, unique_track_name
from mixassist.interchange.audio_identity import files_of
from mixassist.interchange.json_node import Node, plain_text
from mixassist.interchange.listening_encoding import decode_listening_result, encode_listening_result
from mixassist.interchange.session_migrations import MIGRATIONS

FORMAT = "mixassist-session"
FORMAT_VERSION = 3

_MAX_FRAMES = 2**36
_KNOWN_KEYS = frozenset(
    ("format", "format_version", "written_by", "name", "sample_rate_hz", "view", "method", "master", "files")
    + ("tracks", "snapshots", "listening", "amount", "slot", "reference")
)
_STAGES = ("equalizer", "compressor", "reverb")


def encode_session(session: Session, path_of: Callable[[str], str]) -> dict[str, Any]:
    """Returns the session as JSON values; `path_of` says how a file's path is written."""
    files = files_of(session)
    places = {file: index for index, file in enumerate(files)}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "written_by": f"MixAssist {__version__}",
        "name": plain_text(session.name),
        "sample_rate_hz": session.sample_rate_hz,
        "view": session.view.value,
        "method": plain_text(session.method),
        "amount": session.amount,
        "slot": plain_text(session.slot),
        "master": {
            "gain_db": session.master.gain_db,
            "loudness_target_lufs": session.master.loudness_target_lufs,
            "ceiling_dbtp": session.master.ceiling_dbtp,
        },
        "files": [_encode_file(file, path_of) for file in files],
        "tracks": [_encode_track(track, places) for track in session.tracks],
        "reference": _encode_reference(session.reference, places),
        "snapshots": [
            {
                "name": plain_text(snapshot.name),
                "amount": snapshot.amount,
                "channels": {
                    track_id: {
                        "controls": dict(state.controls),
                        "stages": _encode_stages(state.stages),
                        "mute": state.mute,
                    }
                    for track_id, state in snapshot.channels.items()
                },
            }
            for snapshot in session.snapshots
        ],
        "listening": [encode_listening_result(result, path_of) for result in session.listening],
    }


def decode_session(root: Node, path_from: Callable[[str], str]) -> tuple[Session, tuple[str, ...]]:
    """Builds a session from a parsed file, older versions included.

    Args:
        root: the file's outermost value.
        path_from: makes an absolute path of one that was written.

    Returns:
        The session, and sentences on what was not taken over as it stood.

    Raises:
        MixAssistError: the file is not a session of a known version, or something in it is not what belongs there.
    """
    root = _migrated(root)
    notes = [
        f'"{key[:40]}" in the session file is not known to this version and was left out'
        for key in root.object()
        if key not in _KNOWN_KEYS
    ]
    files = [_decode_file(node, path_from) for node in root.get("files").items()]
    session = Session(
        name=root.get("name").text(),
        sample_rate_hz=_decode_rate(root.get("sample_rate_hz")),
        tracks=_decode_tracks(root.get("tracks"), files, notes),
        master=_decode_master(root.get("master")),
        snapshots=_decode_snapshots(root.get("snapshots")),
        view=View(root.get("view").choice([v.value for v in View])),
        method=root.get("method").text(),
        listening=tuple(decode_listening_result(item, path_from) for item in root.get("listening").items(limit=10_000)),
        amount=root.get("amount").number(0.0, AMOUNT_MAX),
        slot=root.get("slot").text(),
        reference=_decode_reference(root.find("reference"), files),
    )
    return session, tuple(notes)


def _migrated(root: Node) -> Node:
    if not isinstance(root.value, dict) or root.value.get("format") != FORMAT:
        root.fail("is not a MixAssist session")
    version = root.get("format_version").integer(-(2**31), 2**31)
    if version > FORMAT_VERSION:
        root.fail(
            f"was written by a newer MixAssist (format {version}; this one reads up to {FORMAT_VERSION})",
            remedy="Update MixAssist to open it.",
        )
    while version < FORMAT_VERSION:
        if version not in MIGRATIONS:
            root.fail(f"has the unknown format version {version}")
        root = Node(MIGRATIONS[version](root), root.file, root.place, root.what)
        version += 1
    return root


def _encode_file(file: AudioFile, path_of: Callable[[str], str]) -> dict[str, Any]:
    return {
        "path": path_of(file.path),
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "mtime_ns": file.mtime_ns,
        "sample_rate_hz": file.sample_rate_hz,
        "frames": file.frames,
        "channel_count": file.channel_count,
    }


def _decode_file(node: Node, path_from: Callable[[str], str]) -> AudioFile:
    path = node.get("path").path_text()
    sha256 = node.get("sha256").text()
    if sha256 and (len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef")):
        node.get("sha256").fail("is not a SHA-256 in lower-case hex")
    mtime = node.find("mtime_ns")
    return AudioFile(
        path=path_from(path),
        size_bytes=node.get("size_bytes").integer(0, 2**62),
        sample_rate_hz=node.get("sample_rate_hz").integer(1, 10_000_000),
        frames=node.get("frames").integer(0, _MAX_FRAMES),
        channel_count=node.get("channel_count").integer(1, 65_536),
        sha256=sha256,
        mtime_ns=0 if mtime is None else mtime.integer(-(2**63), 2**63),
    )


def _encode_track(track: Track, places: dict[AudioFile, int]) -> dict[str, Any]:
    channel = track.channel
    return {
        "id": track.id,
        "name": track.name,
        "start_frames": track.start_frames,
        "source": _encode_source(track.source, places),
        "controls": dict(channel.controls),
        "prediction": None if channel.prediction is None else dict(channel.prediction),
        "stages": _encode_stages(channel.stages),
        "mute": channel.mute,
        "solo": channel.solo,
        "locks": sorted(channel.locks),
        "instrument": channel.instrument,
        "group": plain_text(channel.group),
        "colour": plain_text(channel.colour),
        "wide": channel.wide,
    }


def _encode_source(source: AudioSource, places: dict[AudioFile, int]) -> list[dict[str, int]]:
    return [{"file": places[side.file], "channel": side.channel_index} for side in source.sides]


def _encode_reference(reference: Reference | None, places: dict[AudioFile, int]) -> dict[str, Any] | None:
    if reference is None:
        return None
    return {"name": plain_text(reference.name), "source": _encode_source(reference.source, places)}


def _decode_reference(node: Node | None, files: list[AudioFile]) -> Reference | None:
    return None if node is None else Reference(node.get("name").text(), _decode_source(node.get("source"), files))


def _decode_tracks(node: Node, files: list[AudioFile], notes: list[str]) -> tuple[Track, ...]:
    tracks: list[Track] = []
    ids: set[str] = set()
    names: set[str] = set()
    for item in node.items(limit=4096):
        track_id = item.get("id").text()
        if track_id in ids:
            item.fail(f'has the id "{track_id[:40]}" of another track')
        name = item.get("name").text()
        unique = unique_track_name(name, names)
        if unique != name:
            notes.append(f'the track "{name[:60]}" is now called "{unique}"')
        ids.add(track_id)
        names.add(unique)
        start = item.get("start_frames").integer(0, _MAX_FRAMES)
        # From here on the track's name says more than its number.
        channel = _decode_channel(item.named(f'track "{unique}"'), notes)
        tracks.append(Track(track_id, unique, _decode_source(item.get("source"), files), start, channel))
    return tuple(tracks)


def _decode_source(node: Node, files: list[AudioFile]) -> AudioSource:
    sides = []
    for item in node.items():
        file = files[item.get("file").integer(0, len(files) - 1)]
        sides.append(SourceSide(file, item.get("channel").integer(0, file.channel_count - 1)))
    if len(sides) not in (1, 2):
        node.fail(f"has {len(sides)} sides; a track has one or two")
    return AudioSource(tuple(sides))


def _decode_channel(node: Node, notes: list[str]) -> Channel:
    prediction = node.find("prediction")
    instrument = node.get("instrument").text()
    if instrument and instrument not in INSTRUMENT:
        notes.append(f'{node.place}: the instrument "{instrument[:40]}" is not known and was left out')
        instrument = ""
    locks = node.get("locks")
    wide = node.find("wide")
    return Channel(
        controls=node.get("controls").controls(),
        prediction=None if prediction is None else prediction.controls(),
        stages=_decode_stages(node.get("stages")),
        mute=node.get("mute").flag(),
        solo=node.get("solo").flag(),
        locks=frozenset(lock.control_key() for lock in locks.items()),
        instrument=instrument,
        group=node.get("group").text(),
        colour=node.get("colour").text(),
        wide=False if wide is None else wide.flag(),
    )


def _encode_stages(stages: Stages) -> dict[str, bool]:
    return {stage: getattr(stages, stage) for stage in _STAGES}


def _decode_stages(node: Node) -> Stages:
    return Stages(**{stage: node.get(stage).flag() for stage in _STAGES})


def _decode_rate(node: Node) -> int:
    rate = node.integer(1, 10_000_000)
    if rate not in SAMPLE_RATES_HZ:
        node.fail(f"is {rate}; expected one of {', '.join(map(str, SAMPLE_RATES_HZ))}")
    return rate


def _decode_master(node: Node) -> Master:
    target = node.find("loudness_target_lufs")
    return Master(
        gain_db=node.get("gain_db").number(-120.0, 60.0),
        loudness_target_lufs=None if target is None else target.number(-70.0, 0.0),
        ceiling_dbtp=node.get("ceiling_dbtp").number(-60.0, 24.0),
    )


def _decode_snapshots(node: Node) -> tuple[Snapshot, ...]:
    snapshots: list[Snapshot] = []
    for item in node.items(limit=10_000):
        name = item.get("name").text()
        if any(s.name == name for s in snapshots):
            item.fail(f'has the name "{name[:40]}" of another snapshot')
        channels = {
            track_id: ChannelSettings(
                state.get("controls").controls(), _decode_stages(state.get("stages")), state.get("mute").flag()
            )
            for track_id, state in item.get("channels").object().items()
        }
        snapshots.append(Snapshot(name, channels, item.get("amount").number(0.0, AMOUNT_MAX)))
    return tuple(snapshots)
