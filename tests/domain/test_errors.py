# SPDX-License-Identifier: Apache-2.0
"""Errors as one line, and cancelling."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixassist.domain.errors import Cancelled, ControlError, MixAssistError, several
from mixassist.domain.progress import CancelToken, no_progress, scaled


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (MixAssistError("it is empty"), "it is empty."),
        (MixAssistError("it is empty.", subject=Path("/a/b.wav")), "/a/b.wav: it is empty."),
        (MixAssistError("it is empty", subject="b", remedy="Export it again."), "b: it is empty. Export it again."),
        (MixAssistError("two\nlines\r\n", subject="a\tb"), "a b: two lines."),
        (MixAssistError("bad", subject="esc\x1b[31m\udc80"), "esc\ufffd[31m\ufffd: bad."),
    ],
)
def test_an_error_is_one_line(error: MixAssistError, line: str) -> None:
    assert str(error) == line


@given(st.text(), st.text(), st.text())
def test_any_text_becomes_one_line_that_can_be_written(message: str, subject: str, remedy: str) -> None:
    line = str(MixAssistError(message, subject=subject, remedy=remedy))
    assert len(line.splitlines()) <= 1
    line.encode()


def test_several_errors_are_one_that_names_up_to_ten() -> None:
    errors = [MixAssistError(f"wrong {n}", subject=f"{n}.wav", remedy=f"Do {n % 2}.") for n in range(12)]
    assert several(errors[:1]) is errors[0]
    assert str(several([errors[0], errors[2]])) == (
        "0.wav: wrong 0; 1 more file cannot be used: 2.wav (wrong 2). Do 0."
    )
    line = str(several(errors))
    assert "9.wav (wrong 9), 2 more. Mend them" in line and "10.wav" not in line


def test_errors_cross_processes() -> None:
    error = pickle.loads(pickle.dumps(ControlError("no", subject="pan", remedy="Do.")))
    assert (type(error), str(error), error.subject, error.remedy) == (ControlError, "pan: no. Do.", "pan", "Do.")


def test_cancelling_stops_work_at_its_next_check() -> None:
    token = CancelToken()
    token.check()
    assert not token.is_cancelled
    token.cancel()
    assert token.is_cancelled
    with pytest.raises(Cancelled):
        token.check()
    assert not issubclass(Cancelled, MixAssistError)


def test_a_part_of_the_work_reports_into_its_share() -> None:
    seen: list[tuple[float, str]] = []
    part = scaled(lambda fraction, what: seen.append((fraction, what)), 0.5, 0.7)
    part(0.0, "a")
    part(1.0, "b")
    no_progress(0.5, "nobody")
    assert seen == [(0.5, "a"), (pytest.approx(0.7), "b")]
