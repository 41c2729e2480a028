# SPDX-License-Identifier: Apache-2.0
"""What a WAV file's header says beyond its format: broadcast time stamp, track names, promised length."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

_MAX_CHUNKS = 4096
_MAX_TEXT_BYTES = 1 << 20
_UNKNOWN_SIZE = 0xFFFFFFFF


@dataclass(frozen=True)
class WaveHeader:
    """Header facts of a RIFF, RF64 or BW64 file.

    `time_reference` counts samples since midnight (EBU Tech 3285, `bext` chunk), None where there is no such chunk.
    `track_names` maps channel indices (from 0) to names from an `iXML` chunk. `missing_bytes` is how much audio the
    header promises beyond the end of the file.
    """

    time_reference: int | None = None
    track_names: Mapping[int, str] = field(default_factory=dict)
    missing_bytes: int = 0


def read_wave_header(path: str | Path) -> WaveHeader:
    """Reads the chunks of a WAV file; any other or damaged file gives an empty header. Reads no audio."""
    try:
        with Path(path).open("rb") as file:
            return _read(file)
    except (OSError, struct.error):
        return WaveHeader()


def _read(file: BinaryIO) -> WaveHeader:
    head = file.read(12)
    if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:] != b"WAVE":
        return WaveHeader()
    file_bytes = file.seek(0, 2)
    file.seek(12)
    time_reference: int | None = None
    names: dict[int, str] = {}
    missing = 0
    for name, start, size in _chunks(file, file_bytes):
        if name == b"bext" and size >= 346:
            file.seek(start + 338)
            low, high = struct.unpack("<II", file.read(8))
            time_reference = high << 32 | low
        elif name == b"iXML" and size <= _MAX_TEXT_BYTES:
            file.seek(start)
            names = _track_names(file.read(size))
        elif name == b"data":
            missing = max(start + size - file_bytes, 0)
    return WaveHeader(time_reference, names, missing)


def _chunks(file: BinaryIO, file_bytes: int) -> Iterator[tuple[bytes, int, int]]:
    """Yields name, start of content and size of every chunk; the file position may be moved in between."""
    position, long_data_bytes = 12, None
    for _ in range(_MAX_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = head[:4], struct.unpack("<I", head[4:])[0]
        start = position + 8
        if name == b"ds64" and size >= 24:
            long_data_bytes = struct.unpack("<8xQ", file.read(16))[0]
        if name == b"data" and size == _UNKNOWN_SIZE:
            # Streamed files leave the size open; RF64 keeps it in ds64.
            size = long_data_bytes if long_data_bytes is not None else max(file_bytes - start, 0)
        yield name, start, size
        position = start + size + (size & 1)
        if position >= file_bytes:
            return


def _track_names(xml: bytes) -> dict[int, str]:
    # Entities could expand without bound, and no recorder writes them.
    if b"<!" in xml.replace(b"<!--", b""):
        return {}
    try:
        root = ElementTree.fromstring(xml.strip(b"\0 \r\n\t"))
    except (ElementTree.ParseError, ValueError, LookupError):
        return {}
    names: dict[int, str] = {}
    for position, track in enumerate(root.iterfind("./TRACK_LIST/TRACK")):
        name = (track.findtext("NAME") or "").strip()
        index = (track.findtext("INTERLEAVE_INDEX") or "").strip()
        if name:
            names[int(index) - 1 if index.isdecimal() and len(index) < 5 else position] = name
    return names
