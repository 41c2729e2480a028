# SPDX-License-Identifier: Apache-2.0
"""The report: its pictures, its page, its numbers, and what it leaves alone in a folder."""

from __future__ import annotations

import json
import math
import os
import shutil
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from mixassist.analysis import drawing, mel_pictures, pictures
from mixassist.analysis.drawing import drawable, png_bytes, spread, svg_bytes, time_text
from mixassist.analysis.envelope import envelope
from mixassist.analysis.mel import MelGrid
from mixassist.analysis.portraits import (
    ChannelPortrait,
    distortion_of,
    energy_decay,
    frequency_response,
    static_curve,
    step_response,
)
from mixassist.analysis.report import ReportData, write_report
from mixassist.analysis.report_page import value_text
from mixassist.analysis.swept_sine import Sweep, sweep_response
from mixassist.domain.channel import Channel, View
from mixassist.domain.controls import Controls
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.parameters import PARAMETER, PARAMETERS
from mixassist.domain.progress import CancelToken
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track

RATE_HZ = 44_100
PICTURES = ("balance", "loudness", "spectrum", "stereo", "waveforms", "mel-spectrograms", "differences")
PNG_START = b"\x89PNG\r\n\x1a\n"


def session(*names: str) -> Session:
    def track(index: int, name: str) -> Track:
        side = SourceSide(AudioFile(f"/audio/{index}.wav", 1, RATE_HZ, RATE_HZ, 1))
        controls = Controls({"pan": -0.5, "fader_db": -60.0 if index else -3.0, "reverb_type": "hall"})
        return Track(f"t{index}", name, AudioSource((side,)), channel=Channel(controls, mute=index == 1))

    return Session(name="Song", tracks=tuple(track(i, n) for i, n in enumerate(names)))


def audio(frames: int = RATE_HZ, seed: int = 1) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((frames, 2))).astype(np.float32)


def data(**changes: object) -> ReportData:
    wet = audio()
    values: dict[str, object] = {
        "session": session("Kick", "Vocals"),
        "views": {View.WET: wet, View.DRY: 0.5 * wet},
        "measures": {"limited_by": "ceiling"},
        "notes": ["Kick was resampled."],
        "method": "rules",
        "loudness_by_track": {"t0": -20.0, "t1": -math.inf},
    }
    return ReportData(**{**values, **changes})  # type: ignore[arg-type]


class PageReader(HTMLParser):
    """Collects what a page would fetch, its words, and tags left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass
class Written:
    """A report that several tests read, what `write_report` returned for it, and its progress."""

    folder: Path
    metrics: dict[str, object]
    shares: list[float]


TRICKY_NAMES = ('<script>alert("x")</script>', "A$AP $x_1^ 声 🎤")


@pytest.fixture(autouse=True)
def coarse_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws with fewer pixels where no test looks at them: most of a report's time goes into those."""
    if "written" not in request.fixturenames:
        monkeypatch.setattr(drawing, "PNG_DPI", 40)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("written") / "new" / "report"
    shares: list[float] = []
    metrics = write_report(
        folder, data(session=session(*TRICKY_NAMES)), progress=lambda share, what: shares.append(share)
    )
    return Written(folder, metrics, shares)


def test_a_report_holds_numbers_pictures_and_a_page(written: Written) -> None:
    target, metrics, shares = written.folder, written.metrics, written.shares
    assert {p.name for p in target.iterdir()} == {
        "metrics.json",
        "index.html",
        *(f"{name}.{suffix}" for name in PICTURES for suffix in ("png", "svg")),
    }
    assert {p.name for p in target.parent.iterdir()} == {"report"}
    for name in PICTURES:
        assert (target / f"{name}.png").read_bytes().startswith(PNG_START)
        ElementTree.fromstring((target / f"{name}.svg").read_bytes())
        assert (target / f"{name}.svg").stat().st_size < 400_000
    stored = json.loads((target / "metrics.json").read_text(encoding="utf-8"))
    assert stored == metrics
    assert (stored["format"], stored["version"], stored["method"]) == ("mixassist-metrics", 1, "rules")
    assert list(stored["views"]) == ["dry", "wet"]
    assert stored["comparisons"]["dry_against_wet"]["gain_db"] == pytest.approx(6.02, abs=0.01)
    assert stored["channels"][0]["parameters"]["reverb_type"] == "hall"
    assert stored["channels"][1]["loudness_in_mix_lufs"] is None
    assert stored["not_finite"]["channels.1.loudness_in_mix_lufs"] == "-inf"
    assert stored["measures"] == {"limited_by": "ceiling"}
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_page_fetches_nothing_and_shows_everything(written: Written) -> None:
    text = (written.folder / "index.html").read_text(encoding="utf-8")
    page = PageReader(text)
    assert page.open == []
    assert len(page.fetched) == len(PICTURES)
    assert all(source.startswith(("data:image/png;base64,", "data:image/svg+xml;base64,")) for source in page.fetched)
    assert "script" not in page.tags
    assert "url(" not in text
    words = " ".join(page.words)
    assert "Kick was resampled." in words
    for parameter in PARAMETERS:
        assert parameter.label.removeprefix("Reverb ").replace("frequency", "freq.").lower() in words.lower()
    assert text.count("<td") >= 2 * len(PARAMETERS)


def test_the_same_data_give_the_same_bytes(written: Written, tmp_path: Path) -> None:
    write_report(tmp_path / "again", data(session=session(*TRICKY_NAMES)))
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (written.folder / path.name).read_bytes(), path.name


def test_three_views_show_all_their_differences(tmp_path: Path) -> None:
    wet = audio()
    views = {View.MODEL: wet[:-100] + 0.1 * audio(seed=2)[:-100], View.WET: wet, View.DRY: 0.5 * wet}
    metrics = write_report(tmp_path / "r", data(views=views))
    assert list(metrics["comparisons"]) == ["dry_against_wet", "model_against_wet"]  # type: ignore[call-overload]
    assert -21.0 < metrics["comparisons"]["model_against_wet"]["null_depth_db"] < -19.0  # type: ignore[index,operator]
    svg = (tmp_path / "r" / "differences.svg").read_text()
    assert svg.count("<image") >= 3


@pytest.mark.parametrize(
    ("content", "frames"),
    [
        ("silence", 0),
        pytest.param("silence", 700, marks=pytest.mark.slow),
        ("ones", 1),
        pytest.param("nan", 1, marks=pytest.mark.slow),
        ("nan", 20_000),
    ],
)
def test_next_to_nothing_is_shown_or_explained(tmp_path: Path, content: str, frames: int) -> None:
    value = {"silence": 0.0, "nan": np.nan, "ones": 1.0}[content]
    sound = np.full((frames, 2), value, np.float32)
    views = {View.DRY: sound, View.WET: sound[:, :1], View.MODEL: sound}
    metrics = write_report(tmp_path / "r", data(views=views, session=session(), loudness_by_track={}))
    assert metrics["length_s"] == frames / RATE_HZ
    text = (tmp_path / "r" / "index.html").read_text(encoding="utf-8")
    assert ("no numbers" in text) == (content == "nan" and frames > 0)


def test_only_a_dry_view_has_no_differences(tmp_path: Path) -> None:
    metrics = write_report(tmp_path / "r", data(views={View.DRY: audio(5000)}))
    assert metrics["comparisons"] == {}
    assert not (tmp_path / "r" / "differences.png").exists()
    with pytest.raises(ValueError, match="one view"):
        write_report(tmp_path / "none", data(views={}))


def test_other_files_in_the_folder_stay_and_an_old_report_is_replaced(written: Written, tmp_path: Path) -> None:
    shutil.copytree(written.folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "mix.wav").write_bytes(b"mine")
    write_report(tmp_path, data(method="mono", views={View.WET: audio(3000)}))
    assert (tmp_path / "mix.wav").read_bytes() == b"mine"
    assert json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))["method"] == "mono"
    assert not (tmp_path / "differences.png").exists()
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("name", ["metrics.json", "index.html"])
def test_files_that_are_no_report_are_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"precious": 1}')
    with pytest.raises(MixAssistError, match=name):
        write_report(tmp_path, data())
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [(name, '{"precious": 1}')]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for target in (file, file / "below"):
        with pytest.raises(MixAssistError, match="file"):
            write_report(target, data(views={View.WET: audio(3000)}))
    long_name = tmp_path / ("x" * 300)
    with pytest.raises(MixAssistError, match="too long"):
        write_report(long_name, data(views={View.WET: audio(3000)}))
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        for target in (tmp_path, tmp_path / "below"):
            with pytest.raises(MixAssistError, match="not allowed"):
                write_report(target, data(views={View.WET: audio(3000)}))
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("when", [0.0, 0.3, 0.6, 0.9])
def test_cancel_leaves_nothing_behind(tmp_path: Path, when: float) -> None:
    token = CancelToken()
    with pytest.raises(Cancelled):
        write_report(
            tmp_path / "r",
            data(views={View.WET: audio(3000)}),
            progress=lambda share, what: token.cancel() if share >= when else None,
            cancel=token,
        )
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_writing_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MixAssistError, match="disk is full"):
        write_report(tmp_path / "a" / "b", data(views={View.WET: audio(3000)}))
    assert list(tmp_path.iterdir()) == []


def test_drawing_changes_no_setting_of_matplotlib() -> None:
    before = dict(mpl.rcParams)
    figure = pictures.balance_figure([pictures.TrackLevel("Kick $x$ 声", -20.0, 0.3)])
    assert png_bytes(figure).startswith(PNG_START)
    assert svg_bytes(figure) == svg_bytes(figure)
    assert dict(mpl.rcParams) == before


def test_a_difference_map_shows_its_values() -> None:
    grid = MelGrid(RATE_HZ)
    changed = np.full((grid.n_mels, 20), -6.0, np.float32)
    figure = mel_pictures.difference_figure([mel_pictures.Panel("wet − dry", changed)], grid, 0.2)
    image = figure.axes[0].images[0]
    assert (image.get_array() == -6.0).all()
    assert image.get_clim() == (-6.0, 6.0)
    assert figure.axes[0].get_title(loc="left") == "wet − dry"


def test_spectrograms_share_one_scale() -> None:
    grid = MelGrid(RATE_HZ)
    maps = [np.full((grid.n_mels, 9), level, np.float32) for level in (-53.0, -21.0)]
    figure = mel_pictures.mel_figure([mel_pictures.Panel(str(i), m) for i, m in enumerate(maps)], grid, 0.1)
    assert [a.images[0].get_clim() for a in figure.axes[:2]] == [(-100.0, -20.0)] * 2


@pytest.mark.parametrize("count", [0, 1, 150])
def test_any_number_of_tracks_fits(count: int) -> None:
    tracks = [pictures.TrackLevel(f"Track {i}", -10.0 - i, (i % 3) - 1.0, i % 5 > 0) for i in range(count)]
    assert png_bytes(pictures.balance_figure(tracks)).startswith(PNG_START)


def test_an_envelope_is_that_of_the_samples_and_of_the_residual() -> None:
    a, b = audio(10_000), audio(10_000, seed=2)
    outline = envelope(a, RATE_HZ, 100, minus=b, gain=0.5)
    residual = a.astype(np.float64) - 0.5 * b
    assert outline.high == pytest.approx(residual.reshape(100, -1).max(axis=1))
    assert outline.low == pytest.approx(residual.reshape(100, -1).min(axis=1))
    assert outline.rms == pytest.approx(np.sqrt((residual**2).reshape(100, -1).mean(axis=1)))
    assert outline.peak == pytest.approx(np.abs(residual).max())
    short = envelope(a[:7], RATE_HZ, 100)
    assert short.high == pytest.approx(a[:7].max(axis=1))
    assert short.seconds == pytest.approx(np.arange(7) / RATE_HZ)
    assert (envelope(a - a, RATE_HZ, 33).peak, envelope(a[:0], RATE_HZ).peak) == (0.0, 0.0)
    assert envelope(a, RATE_HZ, 33).high.max() == a.max()


def test_words() -> None:
    assert [time_text(s) for s in (0, 59.6, 90, 3723)] == ["0:00", "1:00", "1:30", "1:02:03"]
    assert time_text(1.25, 0.1) in ("0:01.2", "0:01.3")
    assert drawable("Vox\t声") == "Vox□□"
    assert drawable("x" * 200, 10) == "x" * 9 + "…"
    assert spread([1.0, 1.0, 5.0], 1.0) == pytest.approx([0.5, 1.5, 5.0], abs=1e-6)
    assert value_text(PARAMETER["fader_db"], -60.0) == "−∞"
    assert value_text(PARAMETER["pan"], -0.5) == "−0.50"
    assert value_text(PARAMETER["mid_gain_db"], -0.01) == "0.0"
    assert value_text(PARAMETER["reverb_type"], "small_room") == "small room"
    assert value_text(PARAMETER["polarity_inverted"], True) == "inverted"


def portrait() -> ChannelPortrait:
    swept = sweep_response(lambda x: 0.5 * x, Sweep(RATE_HZ, 1.0))
    decaying = np.exp(-20.0 * np.arange(RATE_HZ) / RATE_HZ)
    return ChannelPortrait(
        frequency_response(swept.whole, RATE_HZ, swept.lead_frames), decaying[:, None], RATE_HZ,
        energy_decay(decaying, RATE_HZ), static_curve(lambda x: x, RATE_HZ), step_response(lambda x: x, RATE_HZ),
        distortion_of(swept),
    )  # fmt: skip


def test_effects_are_shown_by_channel_and_old_ones_go(tmp_path: Path) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    found, views = portrait(), {View.WET: audio(20_000)}
    write_report(
        tmp_path, data(views=views, portraits={hostile: {"wet": found, "model": found}, "Kick": {"wet": found}})
    )
    (tmp_path / "effects-99.png").write_bytes(b"mine")
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    page = PageReader(text)
    assert page.open == [] and page.tags.count("img") == len(PICTURES) - 1 + 2 and page.tags.count("details") == 2
    assert hostile in " ".join(page.words) and "Reverberation time" in " ".join(page.words)
    stored = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    # A falling exponential loses 60 dB of energy in 3·ln(10) of its time constants of 1/20 s.
    assert stored["effects"]["Kick"]["wet"]["reverberation_s"] == pytest.approx(3 * math.log(10) / 20, rel=1e-3)
    assert stored["spectrum"]["wet"]["bands_outside"] >= 0 and "5 songs" in stored["spectrum"]["wet"]["reference"]
    assert (tmp_path / "effects-02.svg").exists()
    assert (tmp_path / "effects-01.png").exists()
    write_report(tmp_path, data(views=views))
    assert [p.name for p in tmp_path.glob("effects-*")] == ["effects-99.png"]
