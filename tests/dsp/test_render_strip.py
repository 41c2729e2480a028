# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from mixassist.domain.channel import Stages
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken
from mixassist.dsp import RenderStrip, StripRecorder, bracket, controls_tensor
from mixassist.dsp.panning import db_to_factor
from mixassist.dsp.render_strip import BORDER_FRAMES, METER_FRAMES

RATE_HZ = 44_100
FRAMES = 14 * RATE_HZ + 77

ErrorDb = Callable[[Tensor, Tensor], float]
Noise = Callable[..., Tensor]


def reader(audio: Tensor) -> Callable[[int, int], Tensor]:
    """Reads pieces of a tensor as a track is read: zeros outside."""

    def read(start: int, frames: int) -> Tensor:
        piece = torch.zeros(audio.shape[0], frames)
        first, last = max(start, 0), min(start + frames, audio.shape[1])
        if first < last:
            piece[:, first - start : last - start] = audio[:, first:last]
        return piece

    return read


def whole(strip: RenderStrip, audio: Tensor, **options: object) -> Tensor:
    pieces, at = [], 0
    for start, piece in strip.stream(reader(audio), audio.shape[1], **options):  # type: ignore[arg-type]
        assert start == at
        at += piece.shape[1]
        pieces.append(piece)
    assert at == audio.shape[1]
    return torch.cat(pieces, -1)


def exact(controls: Controls, audio: Tensor) -> Tensor:
    """The training path in double precision: one FFT over everything, no chunks."""
    tensors = controls_tensor([controls], dtype=torch.float64)
    gain = db_to_factor(tensors["input_gain_db"]) * (1.0 - 2.0 * tensors["polarity_inverted"])
    return bracket(audio.double()[None] * gain, tensors, RATE_HZ)[0]


@pytest.mark.parametrize("sides", [1, 2])
def test_streaming_is_the_training_path(sides: int, nasty: Controls, noise: Noise, error_db: ErrorDb) -> None:
    audio = noise(sides, FRAMES)
    found = whole(RenderStrip(nasty, Stages(), RATE_HZ), audio)
    assert found.dtype == torch.float32
    assert error_db(found, exact(nasty, audio)) < -120.0


@pytest.mark.parametrize("reverb_type", ["small_room", "plate", "hall"])
def test_a_piece_from_the_middle_is_the_same_as_in_the_whole(
    reverb_type: str, nasty: Controls, noise: Noise, error_db: ErrorDb
) -> None:
    audio = noise(2, FRAMES)
    strip = RenderStrip(nasty.replaced({"reverb_type": reverb_type}), Stages(), RATE_HZ)
    everything = whole(strip, audio)
    peak = everything.abs().max()
    states = strip.scan(reader(audio), FRAMES)
    for start, frames in [(0, 1), (1, 700), (BORDER_FRAMES, 4096), (301_001, 50_000), (FRAMES - 999, 999)]:
        piece = strip.render(reader(audio), start, frames, states)
        assert piece.shape == (2, frames)
        assert float((piece - everything[:, start : start + frames]).abs().max() / peak) < 1e-6


def test_without_states_a_slow_release_is_only_provisional(nasty: Controls, noise: Noise) -> None:
    audio = noise(2, FRAMES)
    audio[:, : 4 * RATE_HZ] *= 20.0
    audio[:, 4 * RATE_HZ :] *= 0.05
    strip = RenderStrip(nasty, Stages(reverb=False), RATE_HZ)
    start = 11 * RATE_HZ
    provisional = strip.render(reader(audio), start, 5_000)
    exactly = strip.render(reader(audio), start, 5_000, strip.scan(reader(audio), FRAMES))
    assert provisional.shape == exactly.shape
    assert float((provisional - exactly).abs().max() / exactly.abs().max()) > 1e-3


@pytest.mark.parametrize("chunk_frames", [1, 5_000, 100_000, 10**7])
def test_the_length_of_a_chunk_makes_no_difference(
    chunk_frames: int, nasty: Controls, noise: Noise, error_db: ErrorDb
) -> None:
    audio = noise(2, 150_001)
    strip = RenderStrip(nasty, Stages(), RATE_HZ)
    assert error_db(whole(strip, audio, chunk_frames=chunk_frames), whole(strip, audio)) < -120.0


@pytest.mark.parametrize("chunk_frames", [None, 512, 40_000])
def test_a_stream_records_what_a_scan_finds(chunk_frames: int | None, nasty: Controls, noise: Noise) -> None:
    audio = noise(2, 200_000)
    strip = RenderStrip(nasty.replaced({"reverb_wet": 0.0, "reverb_dry": 1.0}), Stages(), RATE_HZ)
    recorder = StripRecorder()
    whole(strip, audio, chunk_frames=chunk_frames, recorder=recorder)
    scanned, recorded = strip.scan(reader(audio), 200_000), recorder.states
    assert scanned is not None
    assert recorded is not None
    assert recorded.release.shape[-1] == -(-200_000 // BORDER_FRAMES)
    assert torch.allclose(scanned.release, recorded.release, atol=1e-4)
    assert torch.allclose(scanned.attack, recorded.attack, atol=1e-4)
    assert recorder.gain_reduction_db is not None
    assert len(recorder.gain_reduction_db) == -(-200_000 // METER_FRAMES)
    piece = strip.gain_reduction_db(reader(audio), 100 * METER_FRAMES, 20 * METER_FRAMES, scanned)
    assert torch.allclose(piece, recorder.gain_reduction_db[100:120], atol=1e-4)
    assert float(piece.max()) > 1.0


@pytest.mark.parametrize("stage", ["equalizer", "compressor", "reverb"])
def test_a_stage_switched_off_is_as_if_neutral(stage: str, nasty: Controls, noise: Noise, error_db: ErrorDb) -> None:
    neutral = {
        "equalizer": {key: NEUTRAL[key] for key in nasty if key.endswith("_gain_db") and key[:2] in ("lo", "mi", "hi")},
        "compressor": {"threshold_db": 0.0, "makeup_gain_db": 0.0, "ratio": 1.0},
        "reverb": {"reverb_wet": 0.0, "reverb_dry": 1.0},
    }
    audio = noise(2, 60_000)
    off = whole(RenderStrip(nasty, Stages(**{stage: False}), RATE_HZ), audio)
    assert error_db(off, exact(nasty.replaced(neutral[stage]), audio)) < -120.0


def test_neutral_strips_hand_the_audio_through(noise: Noise) -> None:
    audio = noise(1, 3_000) * 5.0  # over 0 dBFS: a threshold of 0 must not touch it
    strip = RenderStrip(Controls(), Stages(), RATE_HZ)
    assert strip.is_neutral
    assert not strip.has_states
    assert strip.scan(reader(audio), 3_000) is None
    assert torch.equal(whole(strip, audio), audio)
    assert torch.equal(strip.render(reader(audio), 100, 50), audio[:, 100:150])
    flipped = RenderStrip(Controls({"polarity_inverted": True}), Stages(), RATE_HZ)
    assert flipped.is_neutral
    assert torch.equal(whole(flipped, audio), -audio)


@pytest.mark.parametrize(
    ("values", "neutral", "sides"),
    [
        ({"low_shelf_freq_hz": 300.0, "mid_q": 3.0}, True, 1),
        ({"mid_gain_db": 0.1}, False, 1),
        ({"ratio": 1.0, "threshold_db": -50.0}, True, 1),
        ({"threshold_db": 0.0, "ratio": 8.0}, True, 1),
        ({"makeup_gain_db": 1.0}, False, 1),
        ({"threshold_db": -1.0}, False, 1),
        ({"reverb_type": "hall", "reverb_decay": 0.2}, True, 1),
        ({"reverb_dry": 0.5}, False, 1),
        ({"reverb_wet": 0.1}, False, 2),
        ({"fader_db": -60.0, "pan": 1.0, "input_gain_db": 3.0}, True, 1),
    ],
)
def test_what_is_neutral(values: dict[str, object], neutral: bool, sides: int, noise: Noise) -> None:
    strip = RenderStrip(Controls(values), Stages(), RATE_HZ)
    assert strip.is_neutral is neutral
    assert strip.output_sides(1) == sides
    assert strip.output_sides(2) == 2
    assert whole(strip, noise(1, 1_000)).shape[0] == sides


def test_a_dry_level_alone_is_a_gain(noise: Noise) -> None:
    audio = noise(2, 1_000)
    assert torch.allclose(whole(RenderStrip(Controls({"reverb_dry": 0.5}), Stages(), RATE_HZ), audio), audio * 0.5)


def test_the_reverb_alone_gets_the_input_gain(noise: Noise, error_db: ErrorDb) -> None:
    controls = Controls({"input_gain_db": -9.0, "polarity_inverted": True, "reverb_wet": 0.5})
    audio = noise(1, 40_000)
    assert error_db(whole(RenderStrip(controls, Stages(), RATE_HZ), audio), exact(controls, audio)) < -120.0


def test_cancelling_stops_at_the_next_chunk(nasty: Controls, noise: Noise) -> None:
    audio = noise(1, 200_000)
    strip = RenderStrip(nasty, Stages(), RATE_HZ)
    token = CancelToken()
    stream = strip.stream(reader(audio), 200_000, chunk_frames=512, cancel=token)
    next(stream)
    token.cancel()
    with pytest.raises(Cancelled):
        next(stream)
    with pytest.raises(Cancelled):
        strip.scan(reader(audio), 200_000, cancel=token)


def test_a_scan_reports_its_progress(nasty: Controls, noise: Noise) -> None:
    seen: list[float] = []
    RenderStrip(nasty, Stages(), RATE_HZ).scan(reader(noise(1, FRAMES)), FRAMES, lambda share, _: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_an_empty_track_is_rendered_to_nothing(nasty: Controls) -> None:
    strip = RenderStrip(nasty, Stages(), RATE_HZ)
    assert list(strip.stream(reader(torch.zeros(1, 0)), 0)) == []
    states = strip.scan(reader(torch.zeros(1, 0)), 0)
    assert torch.equal(strip.render(reader(torch.zeros(1, 0)), 0, 10, states), torch.zeros(2, 10))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_cuda_renders_the_same(nasty: Controls, noise: Noise, error_db: ErrorDb) -> None:
    audio = noise(2, 300_000)
    on_cuda = RenderStrip(nasty, Stages(), RATE_HZ, "cuda")
    expected = whole(RenderStrip(nasty, Stages(), RATE_HZ), audio)
    assert error_db(whole(on_cuda, audio).cpu(), expected) < -100.0
