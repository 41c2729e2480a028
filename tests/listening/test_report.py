# SPDX-License-Identifier: Apache-2.0
"""Many logs joined, and the page about them."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.listening.abx import AbxTest
from mixassist.listening.blind_test import TestSetup
from mixassist.listening.collection import collect
from mixassist.listening.findings import finding_of, findings_of
from mixassist.listening.plots import picture_png
from mixassist.listening.report_page import PAGE_NAME, page_html, write_report
from mixassist.listening.simulated import ALWAYS_HEARS, GUESSES

from .conftest import finished_abx, finished_opinion, finished_page, finished_preference

HOSTILE = '<script>alert("x")</script><img src=http://evil.example/x.png>&\'"'


def by(listener: str, folder: Path, labels: tuple[str, ...] = ("wet", "dry"), title: str = "Song") -> TestSetup:
    return TestSetup(labels, folder, listener, title)


@pytest.fixture
def logs(made_once: Path, tmp_path: Path) -> Path:
    """A copy of the logs that a test may spoil."""
    return Path(shutil.copytree(made_once, tmp_path / "logs"))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten listeners' pages, three ABX tests, two preferences, an opinion, one of each that does not count."""
    folder = tmp_path_factory.mktemp("made") / "logs"
    rng = np.random.default_rng(4)
    labels = ("target", "mix", "mono")
    for n in range(10):
        places = tuple(np.clip(np.array((0.8, 0.7, 0.2)) + 0.05 * rng.standard_normal(3), 0, 1))
        mixed_up = tuple(np.roll(np.arange(3), n))  # everybody lists the versions in another order
        finished_page(by(f"L{n}", folder, tuple(labels[i] for i in mixed_up)), tuple(places[i] for i in mixed_up), "hm")
    for name, listener in (("Ada", ALWAYS_HEARS), ("Ben", GUESSES), (HOSTILE, ALWAYS_HEARS)):
        finished_abx(by(name, folder), listener)
    AbxTest(by("Ada", folder)).abandon()
    finished_preference(by("Ada", folder))
    finished_preference(by("Ben", folder))
    finished_opinion(by("Ada", folder), (5, 3, 1))
    finished_opinion(by("Ben", folder), (5, 3, 5))
    return folder


def test_listeners_are_joined_whatever_order_they_chose(logs: Path) -> None:
    page = next(c for c in collect(logs).comparisons if c.test == "multi-stimulus")
    assert len(page.runs) == 10
    ratings = page.ratings()
    assert {len(by_listener) for by_listener in ratings.values()} == {10}
    assert np.mean([r[0] for r in ratings["mono"].values()]) < 0.3
    assert np.mean([r[0] for r in ratings["target"].values()]) > 0.7
    found = finding_of(page)
    assert found["kruskal_wallis"]["p"] < 0.001
    apart = {frozenset((d["first"], d["second"])) for d in found["pairs"] if d["p_holm"] < 0.05}
    assert {frozenset(("mono", "target")), frozenset(("mono", "mix"))} <= apart
    assert len(found["comments"]) == 30


def test_what_does_not_count_is_said_and_not_counted(logs: Path) -> None:
    found = {c.test: c for c in collect(logs).comparisons}
    assert found["abx"].left_out == {"abandoned": 1}
    assert len(found["abx"].finished) == 3
    assert found["opinion"].left_out == {"attention checks missed": 1}
    assert [r["ratings"] for r in finding_of(found["opinion"])["rows"]] == [3, 3, 3]


def test_repeated_tests_are_corrected_for_their_number(logs: Path) -> None:
    rows = finding_of(next(c for c in collect(logs).comparisons if c.test == "abx"))["rows"]
    assert all(row["p_holm"] >= row["p"] for row in rows)
    assert sorted(row["p_holm"] for row in rows)[0] == pytest.approx(3 * 0.5**16)


def test_changed_unclosed_and_copied_logs_are_left_out_by_name(logs: Path) -> None:
    first, second, third = (p for p in sorted(logs.glob("abx-*.jsonl")) if b'"trial"' in p.read_bytes())
    first.write_bytes(first.read_bytes().replace(b'"listens"', b'"Listens"', 1))
    second.write_bytes(b"".join(second.read_bytes().splitlines(keepends=True)[:-1]))
    (logs / "copy").mkdir()
    (logs / "copy" / "again.jsonl").write_bytes(third.read_bytes())
    (logs / "other.jsonl").write_text("hello")
    why = {path.name: reason for path, reason in collect(logs).refused}
    assert why[first.name].startswith("changed: line")
    assert "the order was never told" in why[second.name]
    assert third.name in why["again.jsonl"] or "a copy of" in why[third.name]
    assert "is not a log" in why["other.jsonl"]


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]


def test_the_page_fetches_nothing_runs_nothing_and_escapes_every_name(logs: Path) -> None:
    page, _ = write_report(logs)
    assert page == logs / PAGE_NAME
    text = page.read_text("utf-8")
    seen = Seen()
    seen.feed(text)
    assert "script" not in seen.tags
    assert seen.links
    assert all(link.startswith("data:image/svg+xml;base64,") for link in seen.links)
    assert "&lt;script&gt;" in text
    assert not re.search(r"@import|url\(|<link|<iframe", text)
    assert text.count("<img") == 4


def test_the_page_says_what_was_found_and_no_more(logs: Path) -> None:
    text = page_html("logs", findings_of(collect(logs)))
    assert "identical" not in text
    assert "not counted: 1 abandoned" in text
    assert "The versions were rated differently" in text
    assert "Collect" not in text


def test_the_same_logs_give_the_same_page(logs: Path) -> None:
    first = write_report(logs)[0].read_bytes()
    assert write_report(logs, logs.parent / "again.html")[0].read_bytes() == first


def test_a_picture_for_every_kind_of_test(logs: Path) -> None:
    for comparison in collect(logs).comparisons:
        picture = picture_png(finding_of(comparison))
        assert picture is not None
        assert picture.startswith(b"\x89PNG")


def test_a_comparison_nobody_finished_says_nothing(tmp_path: Path) -> None:
    AbxTest(by("Ada", tmp_path)).abandon()
    found = findings_of(collect(tmp_path))["comparisons"][0]
    assert found["words"] == ["No finished test: nothing can be said."]
    assert picture_png(found) is None
    write_report(tmp_path)


def test_folders_without_logs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="there is no listening log"):
        collect(tmp_path)
    with pytest.raises(MixAssistError, match="there is no such folder"):
        collect(tmp_path / "nowhere")
