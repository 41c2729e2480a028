# SPDX-License-Identifier: Apache-2.0
"""Audio files: looking at them, reading and writing them. The one place other rooms import these from."""

from __future__ import annotations

from mixassist.audio.reading import (
    BLOCK_FRAMES,
    FOREIGN_SUFFIXES,
    READABLE_SUFFIXES,
    AudioReader,
    probe,
    regular_file_size,
    sha256_of,
)
from mixassist.audio.writing import WRITABLE_SUFFIXES, AudioWriter, FileFormat, file_format_for

__all__ = [
    "BLOCK_FRAMES",
    "FOREIGN_SUFFIXES",
    "READABLE_SUFFIXES",
    "WRITABLE_SUFFIXES",
    "AudioReader",
    "AudioWriter",
    "FileFormat",
    "file_format_for",
    "probe",
    "regular_file_size",
    "sha256_of",
]
