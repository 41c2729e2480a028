# SPDX-License-Identifier: Apache-2.0
"""A leading track number is no part of an instrument's name."""

from __future__ import annotations

import pytest

from mixassist.audio.instruments import guess_instrument


@pytest.mark.parametrize(
    ("name", "instrument"),
    [
        ("12 String Pad", "synth_pad"),
        ("13 String Pad", "synth_pad"),
        ("12 Strings", "strings"),
        ("12 String Gtr", "acoustic_guitar"),
        ("03_12 String Acoustic", "acoustic_guitar"),
    ],
)
def test_track_twelve_is_not_always_a_guitar(name: str, instrument: str) -> None:
    assert guess_instrument(name).instrument == instrument
