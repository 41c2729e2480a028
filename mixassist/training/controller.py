# SPDX-License-Identifier: Apache-2.0
"""Trains the controller: a bank of stems from multitracks, what people did by regression, then the sound of mixes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mixassist.automix.controller_weights import GROUPS, ControllerNetwork
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.networks.controller import MixController
from mixassist.networks.encoder import Encoder
from mixassist.networks.encoders import read_encoder
from mixassist.networks.registry import load_transformation
from mixassist.paths import models_directory
from mixassist.training.audio_examples import audio_examples, write_example_mix
from mixassist.training.audio_lesson import (
    AudioExample,
    Chain,
    TunedController,
    audio_lesson,
    through_console,
    through_network,
)
from mixassist.training.bank_sources import bank_of_excerpts, bank_of_groups, bank_of_multitracks, bank_of_songs
from mixassist.training.controller_lesson import controller_lesson
from mixassist.training.datasets.multitrack import split
from mixassist.training.datasets.registry import songs_of
from mixassist.training.keeping import digest_of, folder_key, network_key, songs_key
from mixassist.training.loop import LoopOptions, Trainer, forget_lessons
from mixassist.training.mix_examples import ExampleMaker
from mixassist.training.multitracks.decisions import Decisions
from mixassist.training.multitracks.human_mixes import read_human_mixes
from mixassist.training.multitracks.songs import SongFolder, by_side_of_split, read_songs
from mixassist.training.processes import made_once
from mixassist.training.stem_bank import StemBank

REGRESSION_RATE, AUDIO_RATE = 2e-3, 3e-4
REGRESSION_DECAY = 0.3
_LISTEN_EVERY = 100


@dataclass(frozen=True)
class ControllerOptions:
    """How a controller is trained.

    Attributes:
        data: the folder of recordings and decisions.
        multitracks: song folders made by `mixassist train data`.
        encoder: weights of the encoder's run, or the original VGGish's; a file.
        kind, context, members: see `MixController`; members are trained apart and joined.
        steps: of the regression; audio_steps of the audio lesson behind it; 0 leaves a lesson out.
        dataset, dataset_folder: multitracks with mixes that somebody has, see `training.datasets`, to learn from too.
        through: `wet`, the exact console, or `model`, the transformation network.
        patch_s: seconds of audio a song in the audio lesson.
        without: songs (of the real excerpts) and human mixes' songs that are kept for measuring.
        tune_encoder: whether the audio lesson moves the encoder too, as in the paper.
    """

    data: Path
    folder: Path = Path("runs/controller")
    multitracks: Path = Path("runs/multitracks")
    encoder: Path = Path("runs/encoder/encoder.pt")
    kind: str = "full"
    context: str = "attention"
    members: int = 4
    steps: int = 1200
    audio_steps: int = 40
    batch: int = 24
    songs_per_step: int = 1
    through: str = "wet"
    patch_s: float = 4.0
    audio_songs: int = 25
    learning_rate: float = REGRESSION_RATE
    audio_rate: float = AUDIO_RATE
    patience: int = 20
    steps_per_epoch: int = 32
    decays: bool = True
    tune_encoder: bool = False
    groups: tuple[str, ...] = GROUPS
    dataset: str = ""
    dataset_folder: Path = Path()
    without: tuple[str, ...] = field(default=())
    seed: int = 0
    device: str = "cpu"
    mixed_precision: bool = False
    resume: bool = False


LESSONS = ("regression", "audio")
PAPER = {
    "context": "mean",
    "members": 1,
    "steps": 0,
    "audio_steps": 75_000,
    "through": "model",
    "patch_s": 5.0,
    "audio_rate": 3e-4,
    "patience": 200,
    "decays": False,
    "tune_encoder": True,
    "audio_songs": 100,
}
"""Section 3.1 of Steinmetz et al. 2021: Adam at 3e-4, halved on plateaus of 200 epochs, an epoch being 100 patches of
5 s; a bare mean as context, no regression, the encoder tuned too. The paper cuts a new patch every time; here they are
drawn from `audio_songs` that are mixed once."""
_PAPERS_EPOCH = 100


def paper_words(kind: str) -> dict[str, Any]:
    """Returns the paper's options for a kind of controller: 16 songs a step for `basic`, 2 for `full`."""
    batch = 16 if kind == "basic" else 2
    return {**PAPER, "songs_per_step": batch, "steps_per_epoch": round(_PAPERS_EPOCH / batch)}


def train_controller(
    options: ControllerOptions, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> ControllerNetwork:
    """Trains every member in its folder and joins them; a cancelled run goes on with `resume`.

    Raises:
        MixAssistError: data, multitracks or encoder are missing.
        Cancelled: `cancel` was set.
    """
    if unknown := set(options.groups) - set(GROUPS):
        raise MixAssistError("there are no such groups of controls", subject=", ".join(sorted(unknown)))
    if options.tune_encoder and options.members != 1:
        raise MixAssistError("one encoder cannot be tuned with several members", remedy="Train one member")
    if not options.resume:
        lessons = product(range(options.members), LESSONS)
        forget_lessons(options.folder / f"member{member}" / lesson for member, lesson in lessons)
    encoder = read_encoder(options.encoder)
    mixes = read_human_mixes(options.data / "mix-decisions")
    decisions = Decisions(mixes, options.without)
    songs, _ = by_side_of_split(read_songs(options.multitracks))
    if not songs:
        raise MixAssistError(
            "there are no multitracks", subject=options.multitracks, remedy="Make some: mixassist train data"
        )
    bank = stem_bank(options, songs, encoder, scaled(progress, 0.0, 0.1), cancel)
    if unknown := set(options.without) - set(bank.songs) - {mix.song for mix in mixes}:
        raise MixAssistError("there are no such songs to leave out", subject=", ".join(sorted(unknown)))
    songs = [song for song in songs if song.name not in options.without]
    embeddings, heard = bank.embedded(encoder)
    learned = set(bank.songs) - set(options.without)
    maker = ExampleMaker(bank, embeddings, heard, decisions, songs=learned)
    mixers = []
    for member in range(options.members):
        share = scaled(progress, 0.1 + 0.9 * member / options.members, 0.1 + 0.9 * (member + 1) / options.members)
        mixers.append(_member(options, member, maker, songs, encoder, decisions, share, cancel))
    groups = tuple(g for g in options.groups if options.kind == "full" or g in ("gain", "pan"))
    network = ControllerNetwork(encoder.options, mixers[0].options, options.members, groups)
    network.encoder.load_state_dict(encoder.state_dict())
    for place, mixer in zip(network.mixers, mixers, strict=True):
        place.load_state_dict(mixer.state_dict())
    return network.eval()


def stem_bank(
    options: ControllerOptions,
    songs: Sequence[SongFolder],
    encoder: Encoder,
    progress: Progress,
    cancel: CancelToken | None,
) -> StemBank:
    """Returns the bank of all stems to learn from, listened to once and kept in the run's folder."""
    real = options.data / "stems"
    heard = (songs_key(songs), folder_key(real) if real.is_dir() else "", options.dataset, options.dataset_folder)
    made_of = (*heard, type(encoder).__name__)
    path = options.folder / f"bank-{digest_of(*made_of, options.seed if options.dataset else 0)}.pt"

    def make() -> StemBank:
        return StemBank.load(path) if path.is_file() else _listened(options, songs, encoder, path, progress, cancel)

    return made_once(options.device, make)


def _listened(
    options: ControllerOptions,
    songs: Sequence[SongFolder],
    encoder: Encoder,
    path: Path,
    progress: Progress,
    cancel: CancelToken | None,
) -> StemBank:
    bank = StemBank.joined(
        [
            bank_of_songs(songs, encoder, progress=progress, cancel=cancel),
            bank_of_groups(songs, encoder, progress=progress, cancel=cancel),
        ]
    )
    if options.dataset:
        learned = split(songs_of(options.dataset, options.dataset_folder), options.seed)["train"]
        bank = StemBank.joined([bank, bank_of_multitracks(learned, encoder, progress=progress, cancel=cancel)])
    if (options.data / "stems").is_dir():
        bank = StemBank.joined([bank, bank_of_excerpts(options.data, encoder, progress=progress)])
    bank.save(path)
    return bank


def _member(
    options: ControllerOptions,
    member: int,
    maker: ExampleMaker,
    songs: Sequence[SongFolder],
    encoder: Encoder,
    decisions: Decisions,
    progress: Progress,
    cancel: CancelToken | None,
) -> MixController:
    torch.manual_seed(options.seed * 1009 + member)
    mixer = MixController(kind=options.kind, context=options.context)
    folder = options.folder / f"member{member}"
    if options.steps:
        lesson = controller_lesson(maker, options.batch)
        trainer = Trainer(mixer, lesson, _loop(options, member, audio=False), folder / "regression")
        if options.resume:
            trainer.resume()
        trainer.run(scaled(progress, 0.0, 0.5), cancel)
    if options.audio_steps:
        _finish(options, member, mixer, songs, encoder, decisions, scaled(progress, 0.5, 1.0), cancel)
    return mixer.eval()


def _finish(
    options: ControllerOptions,
    member: int,
    mixer: MixController,
    songs: Sequence[SongFolder],
    encoder: Encoder,
    decisions: Decisions,
    progress: Progress,
    cancel: CancelToken | None,
) -> None:
    """The audio lesson of one member."""
    made_of = (songs_key(songs), folder_key(options.data / "mix-decisions"), network_key(encoder), options.without)
    examples = made_once(
        options.device,
        lambda: audio_examples(
            songs,
            decisions,
            encoder,
            options.folder / "audio" / digest_of(*made_of),
            count=options.audio_songs,
            seconds=options.patch_s,
            seed=options.seed,
            progress=scaled(progress, 0.0, 0.2),
            cancel=cancel,
        ),
    )
    chain, folder = _chain(options.through), options.folder / f"member{member}"
    taught = TunedController(encoder.requires_grad_(True), mixer) if options.tune_encoder else mixer
    lesson = audio_lesson(examples, chain, options.songs_per_step)
    trainer = Trainer(taught, lesson, _loop(options, member, audio=True), folder / "audio")
    if options.resume:
        trainer.resume()
    trainer.run(_with_examples(taught, examples[0], chain, trainer, folder, scaled(progress, 0.2, 1.0)), cancel)


def _with_examples(
    taught: MixController | TunedController,
    example: AudioExample,
    chain: Chain,
    trainer: Trainer,
    folder: Path,
    progress: Progress,
) -> Callable[[float, str], None]:
    """Progress that writes how a song sounds every hundred steps."""

    def report(fraction: float, what: str) -> None:
        if trainer.step % _LISTEN_EVERY == 0 and trainer.rank == 0:
            write_example_mix(folder / f"step{trainer.step:06d}.flac", taught, example, chain, trainer.device)
        progress(fraction, what)

    return report


def _loop(options: ControllerOptions, member: int, *, audio: bool) -> LoopOptions:
    return LoopOptions(
        steps=options.audio_steps if audio else options.steps,
        learning_rate=options.audio_rate if audio else options.learning_rate,
        steps_per_epoch=options.steps_per_epoch,
        patience=options.patience,
        decay_to=0.02 if options.decays else None,
        seed=options.seed * 1009 + member,
        device=options.device,
        mixed_precision=options.mixed_precision,
        checkpoint_every=20 if audio else 200,
        weight_decay=0.0 if audio else REGRESSION_DECAY,
    )


def _chain(through: str) -> Chain:
    if through == "wet":
        return through_console
    if through != "model":
        raise MixAssistError("there is no such way to train", subject=through, remedy="Choose wet or model")
    network: nn.Module = load_transformation(models_directory() / "transformation.safetensors")
    return through_network(network)
