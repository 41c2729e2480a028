# SPDX-License-Identifier: Apache-2.0
"""The controller's lessons on songs small enough to learn by heart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from mixassist.automix.families import level_together_lu
from mixassist.automix.hearing import loudness_lufs
from mixassist.domain.parameters import PARAMETER
from mixassist.dsp.panning import pan_gains
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.networks.controller import STEM_SIZE, MixController
from mixassist.networks.encoder import INSTRUMENT_KEYS, StemEncoder
from mixassist.networks.losses import MultiResolutionSTFT
from mixassist.networks.mix_controls import EQUALIZER_KEYS, OUTPUT_SIZES, level_lu, pan_reach
from mixassist.training.audio_lesson import (
    AudioExample,
    audio_lesson,
    console_controls,
    mix_distance,
    mixed,
    through_console,
)
from mixassist.training.bank_sources import bank_of_groups, bank_of_multitracks, bank_of_songs
from mixassist.training.controller_lesson import batched, controller_lesson, prediction_losses
from mixassist.training.datasets.registry import songs_of
from mixassist.training.mix_examples import ExampleMaker
from mixassist.training.multitracks.decisions import Decisions, in_few_stems, in_four_stems
from mixassist.training.multitracks.human_mixes import HumanChannel, HumanMix
from mixassist.training.multitracks.songs import read_songs, write_song
from mixassist.training.stem_bank import StemBank

LEVELS = {"kick": -3.0, "bass": 1.0, "lead_vocal": 6.0, "keys": -4.0}


def channel(instrument: str, level: float) -> HumanChannel:
    pan = 0.6 if instrument == "keys" else 0.0
    return HumanChannel(instrument, -23.0, level, level, pan, False, {"low_mid_gain_db": 4.0}, None)


def decisions() -> Decisions:
    return Decisions([HumanMix("song", "A", 1.0, tuple(channel(k, v) for k, v in LEVELS.items()))])


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, write_songs: Callable[..., Path]) -> StemBank:
    return bank_of_songs(read_songs(write_songs(tmp_path_factory.mktemp("songs"))), StemEncoder(), takes=2)


@pytest.fixture(scope="module")
def maker(bank: StemBank) -> ExampleMaker:
    torch.manual_seed(0)
    embeddings, heard = bank.embedded(StemEncoder().eval())
    return ExampleMaker(bank, embeddings, heard, decisions(), songs=set(bank.songs))


def test_the_bank_tells_stems_apart_and_goes_through_a_file(bank: StemBank, tmp_path: Path) -> None:
    assert len(bank) == 16 and {INSTRUMENT_KEYS[int(i)] for i in bank.instruments} == set(LEVELS)
    bank.save(tmp_path / "bank.pt")
    read = StemBank.load(tmp_path / "bank.pt")
    assert read.names == bank.names and torch.equal(read.hearing, bank.hearing)
    assert len(StemBank.joined([bank, read])) == 32


def test_groups_are_summed_to_two_sides(tmp_path: Path) -> None:
    lots = np.random.default_rng(0)
    stems = [
        (f"{k}.flac", k, "", (0.1 * lots.standard_normal((SAMPLE_RATE_HZ, 1))).astype(np.float32))
        for k in ("kick", "snare", "piano", "organ")
    ]
    write_song(tmp_path / "x", "x", "MIDI", stems)
    found = bank_of_groups(read_songs(tmp_path), StemEncoder())
    assert sorted(found.names) == ["drum_kit", "keys", "other"]
    assert bool(found.stereo.all())


def test_multitracks_with_a_mix_tell_their_levels(tmp_path: Path) -> None:
    lots = np.random.default_rng(2)
    time = np.arange(8 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    stems = {
        "Bass": np.sin(2 * np.pi * 60 * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.7 * time)),
        "Hi-Hat": lots.standard_normal(len(time)) * np.exp(-(time % 0.25) * 30),
    }
    (tmp_path / "Song" / "stems").mkdir(parents=True)
    for name, samples in stems.items():
        soundfile.write(tmp_path / "Song" / "stems" / f"{name}.wav", 0.2 * samples, SAMPLE_RATE_HZ)
    mix = 0.2 * stems["Bass"] + 0.05 * stems["Hi-Hat"]
    soundfile.write(tmp_path / "Song" / "mix.wav", np.stack([mix, mix], axis=1), SAMPLE_RATE_HZ)
    found = bank_of_multitracks(songs_of("folders", tmp_path), StemEncoder())
    levels = dict(zip(found.names, found.levels.tolist(), strict=True))
    raw = {n: loudness_lufs((0.2 * s)[:, None].astype(np.float32), SAMPLE_RATE_HZ) for n, s in stems.items()}
    moved = (levels["Hi-Hat"] - levels["Bass"]) - (raw["Hi-Hat"] - raw["Bass"])
    assert moved == pytest.approx(-12.0, abs=1.0)


def test_examples_hold_what_the_controller_is_told_and_what_people_did(maker: ExampleMaker) -> None:
    lots = np.random.default_rng(0)
    for _ in range(20):
        example = maker.draw(lots)
        count = example.stems.shape[0]
        assert example.stems.shape == (count, STEM_SIZE) and torch.isfinite(example.stems).all()
        assert example.targets.equalizer.shape == (count, len(EQUALIZER_KEYS))
    whole = maker.decided([channel(k, v) for k, v in LEVELS.items()], lots, "normalised")
    assert sorted(whole.targets.level_lu.tolist()) == sorted(LEVELS.values())
    assert float(whole.stems[:, -3].abs().max()) == 0.0, "stems of one loudness stand at no level of their own"


def test_few_stems_are_as_loud_as_what_is_in_them() -> None:
    channels = [channel(k, 0.0) for k in ("kick", "snare", "tom", "overhead", "bass", "lead_vocal")]
    drums = level_together_lu([0.0] * 4, ["kick", "snare", "tom", "overhead"])
    for seed in range(20):
        levels = {c.instrument: c.level_lu for c in in_few_stems(channels, np.random.default_rng(seed))}
        assert levels["bass"] == levels["lead_vocal"] == 0.0
        assert levels.get("drum_kit", drums) == pytest.approx(drums)
        assert ("drum_kit" in levels) != ("kick" in levels)


def test_four_stems_are_those_that_programs_take_songs_apart_into() -> None:
    names = ("kick", "percussion", "bass", "lead_vocal", "backing_vocal", "acoustic_guitar", "piano", "strings")
    channels = [channel(k, 0.0) for k in names]
    four = {c.instrument: c for c in in_four_stems(channels)}
    assert set(four) == {"drum_kit", "bass", "lead_vocal", "other"}
    assert four["other"].level_lu == pytest.approx(10.0 * np.log10(3.0)), "guitar, piano and strings together"
    assert four["lead_vocal"].level_lu > 0.0 and not four["lead_vocal"].is_single
    assert four["bass"].is_single
    six = {c.instrument for c in in_four_stems(channels, six=True)}
    assert six == {"drum_kit", "bass", "lead_vocal", "electric_guitar", "keys", "other"}


def test_a_controller_learns_the_levels_of_a_song_by_heart(maker: ExampleMaker) -> None:
    torch.manual_seed(0)
    network = MixController(width=32, dropout=0.0)
    lesson = controller_lesson(maker, 8)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    generator = torch.Generator().manual_seed(0)
    losses = []
    for _ in range(120):
        loss = lesson(network, generator, torch.device("cpu"))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-10:]) < 0.6 * np.mean(losses[:5])
    example = maker.decided([channel(k, v) for k, v in LEVELS.items()], np.random.default_rng(1), "normalised")
    network.eval()
    with torch.no_grad():
        found = level_lu(network(example.stems[None], torch.ones(1, 4, dtype=torch.bool)).values["level"])[0]
    error = found - found.mean() - example.targets.level_lu + example.targets.level_lu.mean()
    assert float(error.abs().mean()) < 1.5


def test_levels_count_against_one_another_only(maker: ExampleMaker) -> None:
    stems, mask, targets = batched([maker.draw(np.random.default_rng(s)) for s in range(3)])
    network = MixController(width=16).eval().requires_grad_(False)
    prediction = network(stems, mask)
    one = prediction_losses(prediction, mask, targets, torch.Generator())["level"]
    prediction.values["level"] += 3.0
    assert prediction_losses(prediction, mask, targets, torch.Generator())["level"] == pytest.approx(
        float(one), abs=1e-5
    )


def audio_example(stems: int = 3) -> AudioExample:
    generator = torch.Generator().manual_seed(5)
    audio = 0.05 * torch.randn(stems, 2, SAMPLE_RATE_HZ, generator=generator)
    features = 0.3 * torch.randn(stems, STEM_SIZE, generator=generator)
    mix = audio.sum(dim=0) * torch.tensor([[1.0], [0.5]])
    sides = torch.tensor([1.0, -1.0, 1.0])
    return AudioExample(features, audio, sides, mix, torch.zeros(stems, 64, 96), torch.ones(stems, dtype=torch.int64))


def test_which_side_is_left_changes_nothing() -> None:
    example, distance = audio_example(), MultiResolutionSTFT()
    mix, target = example.audio.sum(dim=0), example.mix
    assert float(mix_distance(distance, mix, target)) == pytest.approx(
        float(mix_distance(distance, mix.flip(0), target.flip(0))), rel=1e-5
    )
    assert float(mix_distance(distance, mix.flip(0), mix)) == pytest.approx(0.0, abs=1e-4)


def test_every_control_is_reached_from_the_sound_of_the_mix() -> None:
    torch.manual_seed(0)
    network = MixController(width=16)
    loss = audio_lesson([audio_example()])(network, torch.Generator().manual_seed(0), torch.device("cpu"))
    loss.backward()
    gradient = network.post[-1].bias.grad
    assert gradient is not None and torch.isfinite(gradient).all()
    reached = {"level", "pan", "equalizer", "compressor_use", "reverb_use", "reverb_level", "reverb_type"}
    place = 0
    for name, size in OUTPUT_SIZES.items():
        if name in reached:
            assert float(gradient[place : place + size].abs().max()) > 0.0, name
        place += size


def test_an_untrained_network_mixes_at_equal_loudness() -> None:
    example = audio_example()
    network = MixController(kind="basic", width=16).eval().requires_grad_(False)
    mix = mixed(network, example, through_console, torch.device("cpu"))
    left, right = pan_gains(pan_reach(torch.zeros(3, 1)) * example.sides)
    expected = (example.audio * torch.stack([left, right], dim=1)[:, :, None]).sum(dim=0)
    assert torch.allclose(mix, expected, atol=1e-5)


def test_the_controls_of_an_untrained_network_are_the_tables_defaults() -> None:
    example = audio_example()
    prediction = (
        MixController(width=16).eval().requires_grad_(False)(example.stems[None], torch.ones(1, 3, dtype=torch.bool))
    )
    controls, _ = console_controls(prediction, example.sides)
    for key in ("low_mid_gain_db", "mid_gain_db", "low_mid_freq_hz"):
        assert controls[key] == pytest.approx(float(PARAMETER[key].default), rel=0.01, abs=0.01)
