# SPDX-License-Identifier: Apache-2.0
"""Makes Ogg files reproducible: the random stream number that encoders draw is set to a fixed one."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

_SERIAL = struct.pack("<I", 1)
_REVERSED_BITS = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def page_checksum(page: bytes) -> int:
    """Returns the CRC of an Ogg page whose checksum field is zero (RFC 3533: 0x04c11db7, not reflected).

    zlib's CRC is the same polynomial with all bits mirrored and both ends inverted, hence the turning.
    """
    mirrored = zlib.crc32(page.translate(_REVERSED_BITS), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def fix_serial_number(path: Path) -> None:
    """Rewrites the stream number and the checksum of every page in place. The file must hold one stream."""
    with path.open("r+b") as file:
        position = 0
        while True:
            file.seek(position)
            header = file.read(27)
            if len(header) < 27 or header[:4] != b"OggS":
                return
            lacing = file.read(header[26])
            body = file.read(sum(lacing))
            page = header[:14] + _SERIAL + header[18:22] + bytes(4) + header[26:] + lacing + body
            checksum = struct.pack("<I", page_checksum(page))
            file.seek(position)
            file.write(page[:22] + checksum)
            position += len(page)
