# SPDX-License-Identifier: Apache-2.0
"""The transformation table: measures in closed form, a test set that stays the same, honest yardsticks."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor, nn

from mixassist.audio.stems import StemLibrary
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.parameters import PARAMETER
from mixassist.domain.progress import CancelToken
from mixassist.dsp.equalizer import equalize
from mixassist.evaluation import transformation
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ, AudioPool, audio_pool
from mixassist.evaluation.transformation import (
    PARTS,
    QUIETEST_TARGET_DBFS,
    SPEED_THREADS,
    TestExample,
    evaluate_transformation,
    linear_fit,
    measures_of,
    real_time_factor,
    table_text,
    yardsticks,
)
from mixassist.networks.losses import MultiResolutionSTFT

SECONDS = 0.3
STFT = MultiResolutionSTFT()


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> AudioPool:
    """Two short recordings, one in stereo, of songs that are held out."""
    folder = tmp_path_factory.mktemp("data")
    song = folder / "stems" / "Rubidium"
    song.mkdir(parents=True)
    noise = np.random.default_rng(0)
    soundfile.write(song / "mono.ogg", 0.1 * noise.standard_normal(60_000), SAMPLE_RATE_HZ)
    soundfile.write(song / "stereo.ogg", 0.1 * noise.standard_normal((60_000, 2)), SAMPLE_RATE_HZ)
    return audio_pool(folder, held_out=True, library=StemLibrary(folder / "cache"))


def noise(*shape: int, seed: int = 0) -> Tensor:
    return 0.1 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class DryNetwork(nn.Module):
    """Passes both sides through."""

    def forward(self, audio: Tensor, conditioning: Tensor) -> Tensor:
        assert conditioning.shape == (1, 26) and not self.training
        return audio.expand(-1, 2, -1)


def test_the_measures_of_known_errors() -> None:
    target = torch.full((1, 2, 8192), 0.5)
    found = measures_of(0.5 * target, target, STFT)
    assert found["esr"] == pytest.approx(0.25)
    assert found["mae"] == pytest.approx(0.25)
    assert found["relative_mae"] == pytest.approx(0.5)
    same = measures_of(target, target, STFT)
    assert set(same) == {"esr", "mae", "relative_mae", "stft"} and not any(same.values())


def test_half_the_level_is_the_stft_distance_of_a_half() -> None:
    target = noise(1, 2, 8192)
    # Spectral convergence of a half, plus the logarithm of two: no bin of noise lies near the floor.
    assert measures_of(0.5 * target, target, STFT)["stft"] == pytest.approx(0.5 + math.log(2.0), abs=2e-3)


def test_silence_leaves_the_whole_signal_as_error() -> None:
    target = noise(1, 2, 8192)
    example = TestExample(noise(1, 1, 8192, seed=1), {}, target)
    assert measures_of(yardsticks()["silence"](example), target, STFT)["esr"] == pytest.approx(1.0)


@pytest.mark.parametrize("sides", [1, 2])
def test_the_linear_fit_of_pure_gains_is_exact(sides: int) -> None:
    audio = noise(1, sides, 8192)
    target = audio.expand(-1, 2, -1) * torch.tensor([0.3, -2.0])[:, None]
    assert measures_of(linear_fit(audio, target), target, STFT)["esr"] < 1e-10


def test_the_linear_fit_of_what_is_unlike_is_nothing() -> None:
    audio = torch.sin(torch.arange(44_100) * (2 * math.pi * 441 / 44_100))[None, None]
    target = torch.cos(torch.arange(44_100) * (2 * math.pi * 441 / 44_100)).expand(1, 2, -1)
    assert float(linear_fit(audio, target).abs().max()) < 1e-5


@pytest.mark.parametrize("part", PARTS)
def test_the_test_set_is_the_same_every_time_and_as_loud_as_it_says(pool: AudioPool, part: str) -> None:
    first, second = (list(transformation.test_set(pool, part, 4, SECONDS, 5)) for _ in range(2))
    other = list(transformation.test_set(pool, part, 4, SECONDS, 6))
    for a, b, c in zip(first, second, other, strict=True):
        assert torch.equal(a.audio, b.audio) and torch.equal(a.target, b.target)
        assert not torch.equal(a.audio, c.audio)
        sounding = a.audio if part != "tail" else a.audio[..., : round(0.3 * a.audio.shape[-1])]
        assert 20 * math.log10(float(sounding.square().mean().sqrt())) == pytest.approx(-20.0, abs=0.01)
        assert a.target.shape == (1, 2, round(SECONDS * SAMPLE_RATE_HZ))
        heard = a.target[..., a.measured_from :]
        assert 20 * math.log10(float(heard.square().mean().sqrt())) > QUIETEST_TARGET_DBFS
    assert [example.audio.shape[1] for example in first] == [1, 1, 1, 2]


def test_a_part_moves_its_own_controls_only(pool: AudioPool) -> None:
    (example,) = transformation.test_set(pool, "equalizer", 1, SECONDS, 1)
    assert float(example.controls["ratio"]) == PARAMETER["ratio"].default
    assert float(example.controls["reverb_wet"]) == 0.0
    assert float(example.controls["mid_gain_db"]) != 0.0
    equalized = equalize(example.audio, example.controls, SAMPLE_RATE_HZ).expand(-1, 2, -1)
    assert measures_of(equalized, example.target, STFT)["esr"] < 1e-6


def test_the_tail_is_reverb_after_the_sound_and_nothing_else(pool: AudioPool) -> None:
    for example in transformation.test_set(pool, "tail", 3, 2.0, 1):
        assert not example.audio[..., round(0.3 * 88_200) :].any()
        assert example.measured_from == 44_100
        heard = slice(example.measured_from, None)
        for name in ("silence", "dry", "linear fit"):
            missed = measures_of(yardsticks()[name](example)[..., heard], example.target[..., heard], STFT)
            assert missed["esr"] == pytest.approx(1.0)


def test_recordings_of_silence_are_refused(tmp_path: Path) -> None:
    song = tmp_path / "stems" / "Hydrogen"
    song.mkdir(parents=True)
    soundfile.write(song / "nothing.ogg", np.zeros(30_000), SAMPLE_RATE_HZ)
    silent = audio_pool(tmp_path, held_out=True, library=StemLibrary(tmp_path / "cache"))
    with pytest.raises(MixAssistError, match="silent"):
        list(transformation.test_set(silent, "compressor", 1, 0.05, 0))


def test_the_table_measures_networks_beside_the_yardsticks(pool: AudioPool) -> None:
    told: list[float] = []
    table = evaluate_transformation(
        {"wire": DryNetwork()},
        pool,
        count=2,
        seconds=SECONDS,
        speed_seconds=0.1,
        progress=lambda f, what: told.append(f),
    )
    for part in PARTS:
        assert list(table[part]) == ["silence", "dry", "linear fit", "wire"]
        assert table[part]["wire"] == table[part]["dry"]
        assert table[part]["silence"]["esr"] == pytest.approx(1.0)
        assert table[part]["linear fit"]["esr"] <= 1.0 + 1e-6
        assert table[part]["linear fit"]["esr"] <= table[part]["dry"]["esr"] + 1e-6
    assert table["speed"]["wire"] > 0
    assert table["test_set"]["examples_a_part"] == 2 and table["test_set"]["recordings"] == 2
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)
    text = table_text(json.loads(json.dumps(table)))
    assert "wire" in text and "ESR median" in text and "2 held-out recordings" in text


def test_a_part_alone_measures_the_same_examples(pool: AudioPool) -> None:
    words = {"count": 1, "seconds": SECONDS, "speed_seconds": 0.1}
    both = evaluate_transformation({}, pool, parts=("equalizer", "compressor"), **words)
    alone = evaluate_transformation({}, pool, parts=("compressor",), **words)
    assert set(both) == {"equalizer", "compressor", "speed", "test_set"}
    assert alone["compressor"] == both["compressor"]
    assert "equalizer" not in table_text(alone)


def test_the_table_can_be_given_up(pool: AudioPool) -> None:
    stop = CancelToken()
    stop.cancel()
    with pytest.raises(Cancelled):
        evaluate_transformation({}, pool, count=1, seconds=SECONDS, cancel=stop)


def test_speed_is_measured_on_two_threads_and_leaves_them_as_they_were() -> None:
    seen: list[int] = []

    class Listener(DryNetwork):
        def forward(self, audio: Tensor, conditioning: Tensor) -> Tensor:
            seen.append(torch.get_num_threads())
            return super().forward(audio, conditioning)

    before = torch.get_num_threads()
    real_time_factor(Listener(), 0.1)
    assert seen == [SPEED_THREADS] * 3 and torch.get_num_threads() == before
