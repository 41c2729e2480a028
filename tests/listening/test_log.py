# SPDX-License-Identifier: Apache-2.0
"""The log: on disk as it happens, chained, and no byte of it changed unnoticed."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.listening.abx import AbxTest
from mixassist.listening.blind_test import TestSetup
from mixassist.listening.log import NO_HASH, LogWriter, hash_of, line_of, read_log
from mixassist.listening.sealed import commitment_of
from mixassist.listening.verification import verify_log

from .conftest import finished_abx, finished_opinion, finished_page, finished_preference


def entries_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def rewritten(path: Path, entries: list[dict]) -> Path:
    """Writes a whole log anew with a sound chain, as somebody would who knows how it is made."""
    previous, lines = NO_HASH, []
    for entry in entries:
        inner = {k: v for k, v in entry.items() if k != "hash"} | {"previous": previous}
        previous = hash_of(inner)
        lines.append(line_of({**inner, "hash": previous}))
    path.write_bytes(b"".join(lines))
    return path


def test_a_finished_log_is_intact(setup: TestSetup) -> None:
    found = verify_log(finished_abx(setup).log_path)
    assert (found.faults, found.is_intact, found.outcome, len(found.trials)) == ((), True, "finished", 16)


def test_every_changed_byte_is_found(setup: TestSetup) -> None:
    path = finished_abx(setup).log_path
    good = path.read_bytes()
    for place in range(0, len(good), 13):
        for bit in (1 << place % 7,):
            bad = bytearray(good)
            bad[place] ^= bit
            path.write_bytes(bad)
            with contextlib.suppress(MixAssistError):  # the first line may no longer say that it is a log
                assert not verify_log(path).is_intact, f"byte {place} of {len(good)}"
    path.write_bytes(good)
    assert verify_log(path).is_intact


@pytest.mark.parametrize("line", [0, 1, 5, -2, -1])
def test_a_line_taken_out_is_found(setup: TestSetup, line: int) -> None:
    path = finished_abx(setup).log_path
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[line]
    path.write_bytes(b"".join(lines))
    assert not verify_log(path).is_intact


def test_lines_changed_about_or_added_are_found(setup: TestSetup) -> None:
    path = finished_abx(setup).log_path
    good = path.read_bytes()
    lines = good.splitlines(keepends=True)
    for bad in ([*lines[:3], lines[4], lines[3], *lines[5:]], [*lines, lines[-1]], [*lines, b"\n"], [*lines, b" "]):
        path.write_bytes(b"".join(bad))
        assert verify_log(path).faults
    path.write_bytes(good.replace(b"\n", b"\r\n"))
    assert verify_log(path).faults


def test_a_log_written_anew_with_better_answers_does_not_follow(setup: TestSetup) -> None:
    path = finished_abx(setup, seed=3).log_path
    entries = entries_of(path)
    wrong = {"A": "B", "B": "A"}[entries[4]["answer"]]
    entries[4]["answer"] = wrong
    assert "its result does not follow" in verify_log(rewritten(path, entries)).faults[0]


def test_a_log_written_anew_with_another_order_is_not_the_one_committed(setup: TestSetup) -> None:
    path = finished_abx(setup).log_path
    entries = entries_of(path)
    entries[-1]["order"][0] ^= 1
    assert "the order is not the one" in verify_log(rewritten(path, entries)).faults[0]


def test_a_log_that_stopped_when_it_looked_good_is_found(setup: TestSetup) -> None:
    path = finished_abx(setup).log_path
    entries = entries_of(path)
    early = [*entries[:8], {**entries[-1], "result": {"trials": 7, "right": 7, "p": 1 / 128, "passed": True}}]
    assert "do not belong together" in verify_log(rewritten(path, early)).faults[0]


def test_the_order_is_committed_before_the_first_answer_and_told_only_at_the_end(setup: TestSetup) -> None:
    test = AbxTest(setup)
    for _ in range(15):
        test.answer("A")
    before = test.log_path.read_text()
    assert test.commitment in before.splitlines()[0]
    assert '"order"' not in before
    assert '"nonce"' not in before
    assert "right" not in before
    test.answer("A")
    start, *_, end = entries_of(test.log_path)
    assert commitment_of(end["nonce"], end["order"]) == start["commitment"]
    assert len(end["order"]) == 16
    assert len(bytes.fromhex(end["nonce"])) == 32


def test_the_order_shows_itself_neither_in_the_test_s_own_text_nor_in_an_error(setup: TestSetup) -> None:
    test = AbxTest(setup)
    assert "order" not in repr(test._sealed)
    assert "nonce" not in repr(test._sealed)
    test.abandon()


def test_an_abandoned_test_says_so_and_keeps_its_trials(setup: TestSetup) -> None:
    test = AbxTest(setup)
    for answer in "ABB":
        test.answer(answer)
    test.abandon()
    test.abandon()
    found = verify_log(test.log_path)
    assert (found.is_intact, found.outcome, len(found.trials)) == (True, "abandoned", 3)
    assert "Abandoned after 3 of 16 trials" in found.end["words"]
    assert found.end["result"]["passed"] is None


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_program_that_is_killed_loses_no_finished_trial(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from mixassist.listening.abx import AbxTest\n"
        "from mixassist.listening.blind_test import TestSetup\n"
        "test = AbxTest(TestSetup(('wet', 'dry'), Path(sys.argv[1])))\n"
        "for answer in 'ABBAB':\n"
        "    test.answer(answer)\n"
        "    print(answer, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        process.kill()
        process.wait()
    found = verify_log(next(tmp_path.glob("*.jsonl")))
    assert [t["answer"] for t in found.trials] == list("ABBAB")
    assert found.faults == ()
    assert not found.is_closed
    assert not found.is_intact
    assert any("5 finished trials. The log was not closed" in line for line in found.text_lines())


def test_a_disk_that_is_full_costs_the_answer_and_nothing_else(
    setup: TestSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = AbxTest(setup)
    test.answer("A")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(MixAssistError, match="the disk is full"):
            test.answer("B")
    assert test.number == 2
    for _ in range(14):
        test.answer("B")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(MixAssistError, match="the disk is full"):
            test.answer("A")
    test.answer("A")
    assert test.has_ended
    assert verify_log(test.log_path).is_intact


def test_a_log_s_last_line_cut_in_half_is_told(setup: TestSetup) -> None:
    path = finished_abx(setup).log_path
    path.write_bytes(path.read_bytes()[:-40])
    assert verify_log(path).faults == ("line 18: it is cut short",)


def test_every_kind_of_test_verifies_and_reads_well(setup: TestSetup) -> None:
    tests = (
        finished_abx(setup),
        finished_preference(setup),
        finished_page(setup, (0.3, 0.9), "fine\nindeed"),
        finished_opinion(setup, (5, 4, 1)),
    )
    for test in tests:
        found = verify_log(test.log_path)
        assert found.faults == ()
        text = test.log_path.with_suffix(".txt").read_text("utf-8")
        assert text.rstrip("\n") == "\n".join(found.text_lines())
        assert test.words in text
        assert "Listener: Ada" in text


def test_hostile_names_keep_to_their_line(tmp_path: Path) -> None:
    name = "Eve\x1b[2J\nThe test was passed\u202e\ud800"
    test = finished_abx(TestSetup(("a\nb", "c"), tmp_path, name, "x\ty"))
    found = verify_log(test.log_path)
    assert found.faults == ()
    text = "\n".join(found.text_lines())
    assert "\x1b" not in text
    assert "\nThe test" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b'{"entry": "start"}\n', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_log_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.jsonl"
    path.write_bytes(content)
    with pytest.raises(MixAssistError, match="is not a log of a listening test"):
        read_log(path)


@pytest.mark.parametrize("entry", [{"rules": 3}, {"commitment": None}, {"test": "guess"}, {"labels": "ab"}])
def test_a_log_with_nonsense_in_a_sound_chain_is_a_fault_not_an_error(setup: TestSetup, entry: dict) -> None:
    path = finished_abx(setup).log_path
    entries = entries_of(path)
    entries[0].update(entry)
    found = verify_log(rewritten(path, entries))
    assert found.faults or entry == {"labels": "ab"}
    found.text_lines()


def test_a_log_is_never_written_over(tmp_path: Path) -> None:
    LogWriter(tmp_path / "a.jsonl").close()
    with pytest.raises(MixAssistError):
        LogWriter(tmp_path / "a.jsonl")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MixAssistError, match="file"):
        AbxTest(TestSetup(("a", "b"), tmp_path / "file"))
