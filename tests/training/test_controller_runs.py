# SPDX-License-Identifier: Apache-2.0
"""Whole trainings of small controllers: what runs keep, go on from, and never take from another run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mixassist.api.training import TrainRequest, train
from mixassist.automix.controller_weights import load_controller
from mixassist.automix.hearing import listen
from mixassist.automix.stem_features import stem_patches
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.networks.checkpoint import read_weights
from mixassist.networks.encoder import StemEncoder
from mixassist.networks.vggish import VGGish
from mixassist.training.controller import paper_words
from mixassist.training.multitracks.songs import read_songs

CHANNELS = (("DRUMS", "KICK", -3), ("BASS", "ELECTRIC", 1), ("VOCALS", "LEAD", 6), ("KEYS", "ELECTRIC", -4))


@pytest.fixture
def request_of(tmp_path: Path, write_songs: Callable[..., Path]) -> TrainRequest:
    """A training of some steps on two songs and two human mixes."""
    data = tmp_path / "data"
    (data / "mix-decisions").mkdir(parents=True)
    tracks = [
        {
            "track-name": kind,
            "track-instrument-type": kind,
            "track-instrument-subtype": sub,
            "parameters": {"gain": gain, "pan": [0]},
            "track-audio-features": {"track-audio-lufs": -23.0},
        }
        for kind, sub, gain in CHANNELS
    ]
    mixes = [{"song-name": s, "mix-name": "A", "mix-evaluation": [], "tracks": tracks} for s in ("one", "two")]
    (data / "mix-decisions" / "mixologydb.json").write_text(json.dumps({"mixes": mixes}))
    torch.manual_seed(0)
    encoder = tmp_path / "encoder.pt"
    torch.save(StemEncoder().state_dict(), encoder)
    return TrainRequest(
        "controller",
        folder=str(tmp_path / "run"),
        data=str(data),
        multitracks=str(write_songs(tmp_path / "songs")),
        encoder=str(encoder),
        members=1,
        steps=4,
        audio_steps=2,
        audio_songs=1,
        batch=2,
        seconds=1.0,
    )


def weights(path: Path) -> dict[str, torch.Tensor]:
    return read_weights(path).tensors


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.mark.parametrize("through", ["wet", "model"])
def test_a_training_leaves_weights_and_their_card(device: str, through: str, request_of: TrainRequest) -> None:
    path = train(replace(request_of, through=through, device=device))
    assert load_controller(path).groups == ("gain", "pan", "equalizer", "compressor", "reverb")
    card = json.loads(path.with_suffix(".json").read_text())
    assert {name: lesson["steps"] for name, lesson in card["lessons"].items()} == {
        "member0/regression": 4,
        "member0/audio": 2,
    }
    assert train(replace(request_of, through=through, device=device, resume=True)) == path


def test_members_are_trained_apart_and_joined(request_of: TrainRequest) -> None:
    path = train(replace(request_of, members=2, audio_steps=0, mixed_precision=True))
    found = weights(path)
    mixers = [{n.split(".", 2)[2]: v for n, v in found.items() if n.startswith(f"mixers.{m}.")} for m in (0, 1)]
    assert mixers[0] and mixers[0].keys() == mixers[1].keys() and not same(*mixers)
    assert json.loads(path.with_suffix(".json").read_text())["trained_through"].startswith("no console")


def test_a_resumed_run_takes_nothing_from_an_earlier_one(request_of: TrainRequest, tmp_path: Path) -> None:
    first = weights(train(request_of))
    unbroken = weights(train(replace(request_of, seed=1, folder=str(tmp_path / "clean"))))
    stop = CancelToken()

    def stop_in_the_regression(fraction: float, what: str) -> None:
        if "step 2 of 4" in what:
            stop.cancel()

    again = replace(request_of, seed=1)
    with pytest.raises(Cancelled):
        train(again, progress=stop_in_the_regression, cancel=stop)
    resumed = weights(train(replace(again, resume=True)))
    assert same(resumed, unbroken) and not same(resumed, first)


def test_what_was_kept_is_not_used_for_other_songs(
    request_of: TrainRequest, tmp_path: Path, write_songs: Callable[..., Path]
) -> None:
    first = weights(train(request_of))
    others = str(write_songs(tmp_path / "others", first=50))
    elsewhere = weights(train(replace(request_of, multitracks=others, folder=str(tmp_path / "clean"))))
    here = weights(train(replace(request_of, multitracks=others)))
    assert same(here, elsewhere) and not same(here, first)
    left_out = weights(train(replace(request_of, without=("two",))))
    assert same(left_out, weights(train(replace(request_of, without=("two",), folder=str(tmp_path / "c")))))


def test_the_encoder_can_be_tuned_too(request_of: TrainRequest) -> None:
    tuned = train(replace(request_of, preset="paper", steps=0, learning_rate=1e-2))
    card = json.loads(tuned.with_suffix(".json").read_text())
    assert card["lessons"].keys() == {"member0/audio"} and card["lessons"]["member0/audio"]["learning_rate"] == 1e-2
    assert "--preset paper" in card["command"] and "--learning-rate 0.01" in card["command"]
    before = torch.load(str(request_of.encoder), weights_only=True)
    found = weights(tuned)
    name = next(n for n in before if n.endswith("weight"))
    assert not torch.equal(found[f"encoder.{name}"].float(), before[name].half().float())


def test_vggish_can_be_the_encoder(request_of: TrainRequest, tmp_path: Path) -> None:
    torch.manual_seed(0)
    weights_file = tmp_path / "vggish.pth"
    torch.save(VGGish((2, 3, 4, 5), 6).state_dict(), weights_file)
    path = train(replace(request_of, encoder=str(weights_file)))
    network = load_controller(path)
    assert network.encoder.options == {"vggish": {"widths": [2, 3, 4, 5], "hidden": 6}}
    assert len(list((tmp_path / "run").glob("bank-*.pt"))) == 1
    train(request_of)
    assert len(list((tmp_path / "run").glob("bank-*.pt"))) == 2, "each encoder hears for itself"
    stem = read_songs(tmp_path / "songs")[0]
    samples = stem.read(stem.stems[0])
    heard = listen(samples, SAMPLE_RATE_HZ)
    assert stem_patches(samples, heard, SAMPLE_RATE_HZ, network.encoder).shape[1:] == (64, 96)


def test_the_papers_epoch_is_a_hundred_patches() -> None:
    for kind, batch in (("basic", 16), ("full", 2)):
        words = paper_words(kind)
        assert words["songs_per_step"] == batch
        assert words["steps_per_epoch"] * words["songs_per_step"] == pytest.approx(100, abs=batch / 2)


def test_a_basic_controller_leaves_the_rest_to_the_rules(request_of: TrainRequest) -> None:
    path = train(replace(request_of, kind="basic", audio_steps=0))
    assert load_controller(path).groups == ("gain", "pan")
    card = json.loads(path.with_suffix(".json").read_text())
    assert card["groups"] == {
        "gain": "network",
        "pan": "network",
        **dict.fromkeys(("equalizer", "compressor", "reverb"), "rules"),
    }
    assert "--kind basic" in card["command"] and "--seconds 1.0" in card["command"]


def test_what_cannot_be_trained_with_is_told(request_of: TrainRequest, tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="no such songs"):
        train(replace(request_of, without=("too",)))
    with pytest.raises(MixAssistError, match="no encoder"):
        train(replace(request_of, encoder=str(tmp_path / "none.pt")))
    for wrong in ("text", "other"):
        path = tmp_path / f"{wrong}.pt"
        path.write_bytes(b"hello") if wrong == "text" else torch.save(StemEncoder(width=8).state_dict(), path)
        with pytest.raises(MixAssistError, match="not an encoder"):
            train(replace(request_of, encoder=str(path)))
    train(request_of)
    with pytest.raises(MixAssistError, match="begun with seed 0"):
        train(replace(request_of, seed=3, resume=True))
    (bank,) = (tmp_path / "run").glob("bank-*.pt")
    bank.write_bytes(bank.read_bytes()[:1000])
    with pytest.raises(MixAssistError, match="cannot be read"):
        train(request_of)
