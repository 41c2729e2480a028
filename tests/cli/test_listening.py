# SPDX-License-Identifier: Apache-2.0
"""`mixassist listening`: checks logs and reports on folders of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mixassist.cli import main
from mixassist.listening.abx import AbxTest
from mixassist.listening.blind_test import TestSetup


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log of a test whose listener was always right."""
    test = AbxTest(TestSetup(("wet", "dry"), tmp_path / "logs", "Ada", "Song"))
    while not test.has_ended:
        test.answer("AB"[test.version_of("X")])
    return test.log_path


def test_a_good_log_is_verified_and_read_out(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listening", "verify", str(log)]) == 0
    out = capsys.readouterr().out
    assert out == log.with_suffix(".txt").read_text("utf-8")
    assert "16 of 16 right, p < .001" in out


def test_a_changed_log_ends_with_status_1(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(log.read_bytes().replace(b"Ada", b"Eve"))
    assert main(["listening", "verify", str(log), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert not found["intact"]
    assert found["faults"] == ["line 1: it was changed after it was written"]


def test_a_log_without_its_end_ends_with_status_1(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:9]))
    assert main(["listening", "verify", str(log)]) == 1
    assert "8 finished trials. The log was not closed" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["verify", "nowhere.jsonl"], ["report", "nowhere"], ["report"], ["guess"], []])
def test_what_the_user_can_mend_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listening", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_a_report_is_one_page(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listening", "report", str(log.parent)]) == 0
    assert "A difference was heard: 16 of 16 right" in capsys.readouterr().out
    assert (log.parent / "listening-report.html").is_file()
    page = tmp_path / "page.html"
    assert main(["listening", "report", str(log.parent), "-o", str(page), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["page"] == str(page)
    assert found["comparisons"][0]["rows"][0]["right"] == 16


def test_a_page_that_cannot_be_written_is_told_first(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listening", "report", str(log.parent), "-o", "/nowhere/at/all.html"]) == 2
    assert "/nowhere/at/all.html" in capsys.readouterr().err


def test_a_page_never_takes_the_place_of_a_log(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = log.read_bytes()
    assert main(["listening", "report", str(log.parent), "-o", str(log)]) == 2
    assert str(log) in capsys.readouterr().err
    assert log.read_bytes() == before
