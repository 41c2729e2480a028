# SPDX-License-Identifier: Apache-2.0
"""Tells MPEG audio (MP3) from anything else before a decoder sees it, which would complain on standard error."""

from __future__ import annotations

from typing import BinaryIO

_SCAN_BYTES = 1 << 16
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
# Bit rates in kbit/s by (MPEG 1?, layer), ISO 11172-3 table and its low-rate extension.
_KBITS = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def is_mpeg_audio(file: BinaryIO) -> bool:
    """Whether two MPEG audio frames follow each other near the start, behind any ID3 tag."""
    head = file.read(10)
    start = 0
    if head[:3] == b"ID3" and len(head) == 10:
        size = head[6:10]
        start = 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    file.seek(start)
    data = file.read(_SCAN_BYTES)
    position = data.find(b"\xff")
    while 0 <= position < len(data) - 4:
        length = frame_bytes(data[position : position + 4])
        if length and (frame_bytes(data[position + length :][:4]) or position + length == len(data)):
            return True
        position = data.find(b"\xff", position + 1)
    return False


def frame_bytes(header: bytes) -> int:
    """Returns the length of the frame that a header of four bytes begins; 0 when it is no header."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    rate_index, bits_index, padding = header[2] >> 2 & 3, header[2] >> 4, header[2] >> 1 & 1
    if version == 1 or layer == 4 or rate_index == 3 or bits_index in (0, 15):
        return 0
    rate_hz = _RATES_HZ[version][rate_index]
    bits = 1000 * _KBITS[version == 3, layer][bits_index - 1]
    if layer == 1:
        return (12 * bits // rate_hz + padding) * 4
    slots = 72 if layer == 3 and version != 3 else 144
    return slots * bits // rate_hz + padding
