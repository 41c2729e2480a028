# SPDX-License-Identifier: Apache-2.0
"""Names in columns: cut in the middle, counted as terminals count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixassist.api.columns import elided, padded, width


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("vox", 3), ("ベース", 6), ("🎸", 2), ("é", 1), ("e\u0301", 1), ("ＡＢ", 4)]
)
def test_width_counts_as_terminals_do(text: str, columns: int) -> None:
    assert width(text) == columns


def test_long_names_keep_both_ends() -> None:
    assert elided("Backing vocals left double 02", 20) == "Backing vo…double 02"
    assert elided("vox") == "vox"
    assert elided("new\nline") == "new\ufffdline"
    assert padded("ベ", 4) == "ベ  "


@given(st.text(), st.integers(3, 60))
def test_any_name_fits_its_column(text: str, most: int) -> None:
    assert width(elided(text, most)) <= most
    assert width(padded(elided(text, most), most)) == most
