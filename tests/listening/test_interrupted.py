# SPDX-License-Identifier: Apache-2.0
"""A test that a crash ended: its answers count, and neither they nor the order could be changed meanwhile."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mixassist.listening.abx import AbxTest
from mixassist.listening.blind_test import TestSetup
from mixassist.listening.envelope import envelope_of, opened
from mixassist.listening.interrupted import close_interrupted
from mixassist.listening.verification import verify_log

from .conftest import finished_abx, finished_opinion, finished_page, finished_preference

_SCRIPT = """
import sys, time
from pathlib import Path
from mixassist.listening.abx import AbxTest
from mixassist.listening.blind_test import TestSetup
test = AbxTest(TestSetup(("wet", "dry"), Path(sys.argv[1])))
for _ in range(5):
    test.answer("AB"[test.version_of("X")])
    print(_, flush=True)
time.sleep(600)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The log of a test that was answered rightly five times, and then its program was killed."""
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("this system has no SIGKILL")
    with subprocess.Popen([sys.executable, "-c", _SCRIPT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        assert close_interrupted(tmp_path) == ()
        process.kill()
        process.wait()
    return next(tmp_path.glob("*.jsonl"))


def test_the_answers_of_a_killed_test_are_scored(killed: Path) -> None:
    assert not verify_log(killed).is_closed
    (found,) = close_interrupted(killed.parent)
    assert (found.is_intact, found.outcome, len(found.trials)) == (True, "abandoned", 5)
    assert found.end["result"]["right"] == 5
    assert verify_log(killed) == found
    assert [p.name for p in killed.parent.iterdir() if p.name.startswith(".")] == []
    told = killed.with_suffix(".txt").read_text()
    assert "Abandoned after 5 of 16 trials" in told
    assert "The program ended abruptly" in told
    assert close_interrupted(killed.parent) == ()


def test_half_a_line_at_the_end_is_an_answer_that_was_never_confirmed(killed: Path) -> None:
    with killed.open("ab") as file:
        file.write(b'{"entry": "trial", "previous": "00')
    (found,) = close_interrupted(killed.parent)
    assert (found.is_intact, len(found.trials)) == (True, 5)


def test_a_changed_log_or_another_order_stays_open(killed: Path) -> None:
    good, envelope = killed.read_bytes(), envelope_of(killed)
    killed.write_bytes(good.replace(b'"answer": "A"', b'"answer": "B"').replace(b'"answer": "B"', b'"answer": "A"', 1))
    assert close_interrupted(killed.parent) == ()
    killed.write_bytes(good)
    sealed = envelope.read_bytes()
    for bad in (b"", b"not base64 of anything", sealed[: len(sealed) // 2]):
        envelope.write_bytes(bad)
        assert close_interrupted(killed.parent) == ()
    assert not verify_log(killed).is_closed
    envelope.write_bytes(sealed)
    assert len(close_interrupted(killed.parent)) == 1


def test_nothing_hidden_is_left_when_a_test_ends_and_nothing_shows_while_it_runs(setup: TestSetup) -> None:
    page, opinion = finished_page(setup, (0.2, 0.9)), finished_opinion(setup, (5, 2, 1))
    for test in (finished_abx(setup), finished_preference(setup), page, opinion):
        assert test.has_ended and not envelope_of(test.log_path).exists()
    running = AbxTest(setup)
    hidden = envelope_of(running.log_path).read_text()
    assert "order" not in hidden and json.dumps(running._sealed.order) not in hidden
    assert opened(running.log_path) is None  # it runs: nobody opens it
    running.abandon()


def test_a_log_that_is_gone_takes_its_envelope_along(killed: Path) -> None:
    killed.unlink()
    assert close_interrupted(killed.parent) == ()
    assert not envelope_of(killed).exists()
