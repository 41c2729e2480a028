# SPDX-License-Identifier: Apache-2.0
"""The encoder's lesson: name the instrument, and hear in a second what the AudioSet teacher hears in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.networks.encoder import EMBEDDING_SIZE, INSTRUMENT_KEYS, StemEncoder
from mixassist.networks.log_mel import BANDS, PATCH_FRAMES, from_network_scale, to_network_scale
from mixassist.training.encoder_data import (
    NO_LABEL,
    PatchSet,
    Recording,
    patch_set,
    real_recordings,
    song_recordings,
)
from mixassist.training.keeping import digest_of, folder_key, keep, kept, songs_key
from mixassist.training.loop import LoopOptions, Trainer
from mixassist.training.multitracks.songs import by_side_of_split, read_songs
from mixassist.training.processes import made_once
from mixassist.training.teacher import EMBEDDING_SIZE as TEACHER_SIZE
from mixassist.training.teacher import SCORES, Teacher

BATCH = 64
_TILT_POINTS = 5
_TILT_DB = 5.0
_GAIN_DB = 3.0
_EMBEDDING_WEIGHT, _SCORE_WEIGHT = 1.0, 20.0


class EncoderPupil(nn.Module):
    """The encoder with the two heads that only the lesson needs: the teacher's embedding and its scores."""

    def __init__(self, encoder: StemEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.embedding = nn.Sequential(nn.ReLU(), nn.Linear(EMBEDDING_SIZE, TEACHER_SIZE))
        self.scores = nn.Sequential(nn.ReLU(), nn.Linear(EMBEDDING_SIZE, SCORES))


def encoder_lesson(train: PatchSet, batch: int = BATCH) -> Callable[[nn.Module, torch.Generator, torch.device], Tensor]:
    """Returns the loss of a step for `training.loop.Trainer`: patches drawn evenly over instruments, roughened up.

    Sum of the cross entropy of the instrument (patches without a label do not count), the mean squared error of the
    teacher's embedding on a square-root scale, and the binary cross entropy of its scores.
    """
    weights = _draw_weights(train.labels)

    def loss_of_step(pupil: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        chosen = torch.multinomial(weights, batch, replacement=True, generator=generator)
        others = torch.randint(len(train), (batch,), generator=generator)
        patches = roughened(train.patches[chosen].float(), train.patches[others].float(), generator).to(device)
        labels = train.labels[chosen].to(device)
        assert isinstance(pupil, EncoderPupil)
        found = pupil.encoder(patches)
        loss = functional.cross_entropy(
            pupil.encoder.instrument_logits(found).float(), labels, ignore_index=NO_LABEL, label_smoothing=0.05
        )
        wanted = train.embeddings[chosen].to(device).float().clamp(min=0.0).sqrt()
        loss = loss + _EMBEDDING_WEIGHT * functional.mse_loss(pupil.embedding(found).float(), wanted)
        scores = pupil.scores(found).float()
        heard = train.scores[chosen].to(device).float()
        return loss + _SCORE_WEIGHT * functional.binary_cross_entropy_with_logits(scores, heard)

    return loss_of_step


def _draw_weights(labels: Tensor) -> Tensor:
    """Draws each instrument with the square root of its share, so that rare ones are not forgotten."""
    counts = torch.bincount(labels + 1, minlength=len(INSTRUMENT_KEYS) + 1).float()
    return counts.clamp(min=1.0).rsqrt()[labels + 1]


def roughened(patches: Tensor, others: Tensor, generator: torch.Generator) -> Tensor:
    """Moves level and tone, adds bleed of other patches and a noise floor, and blanks a stripe of time or frequency.

    Args:
        patches, others: (n, 64, 96) on the encoder's scale.
    """
    count = patches.shape[0]

    def draw(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    level = from_network_scale(patches)
    points = (draw(count, 1, _TILT_POINTS) * 2.0 - 1.0) * _TILT_DB * draw(count, 1, 1)
    tilt = functional.interpolate(points, size=BANDS, mode="linear", align_corners=True).transpose(1, 2)
    level = level + tilt + (draw(count, 1, 1) * 2.0 - 1.0) * _GAIN_DB
    bleed = from_network_scale(others) - 12.0 - 28.0 * draw(count, 1, 1)
    bleed = torch.where(draw(count, 1, 1) < 0.5, bleed, torch.full_like(bleed, -200.0))
    noise = -90.0 + 30.0 * draw(count, 1, 1) * (draw(count, 1, 1) < 0.5)
    power = 10.0 ** (level / 10.0) + 10.0 ** (bleed / 10.0) + 10.0 ** (noise / 10.0)
    level = 10.0 * torch.log10(power)
    times, bands = torch.arange(PATCH_FRAMES)[None, None, :], torch.arange(BANDS)[None, :, None]
    first = (draw(count, 1, 1) * PATCH_FRAMES).long()
    width = (draw(count, 1, 1) * 20.0).long() * (draw(count, 1, 1) < 0.4)
    low = (draw(count, 1, 1) * BANDS).long()
    height = (draw(count, 1, 1) * 8.0).long() * (draw(count, 1, 1) < 0.4)
    blank = ((times >= first) & (times < first + width)) | ((bands >= low) & (bands < low + height))
    return to_network_scale(torch.where(blank, torch.full_like(level, -90.0), level))


@torch.no_grad()
def encoder_accuracy(encoder: StemEncoder, held_out: PatchSet) -> tuple[float, dict[str, float]]:
    """Returns the mean recall over instruments on labelled patches, and each instrument's."""
    encoder.eval()
    logits = torch.cat([encoder.instrument_logits(encoder(p.float())) for p in held_out.patches.split(256)])
    found = logits.argmax(dim=1)
    recalls = {}
    for index, key in enumerate(INSTRUMENT_KEYS):
        mine = held_out.labels == index
        if mine.any():
            recalls[key] = float((found[mine] == index).float().mean())
    return sum(recalls.values()) / max(len(recalls), 1), recalls


_HEARD = ("stems", "noise", "guitar", "teacher")
"""The folders of the data that the patches are cut from, and whose teacher says what is heard in them."""


@dataclass(frozen=True)
class EncoderOptions:
    """How the encoder is taught: from the song folders in `multitracks` and the recordings and teacher in `data`."""

    data: Path
    folder: Path = Path("runs/encoder")
    multitracks: Path = Path("runs/multitracks")
    steps: int = 3000
    learning_rate: float = 2e-3
    batch: int = BATCH
    seed: int = 0
    device: str = "cpu"
    mixed_precision: bool = False
    resume: bool = False


def train_encoder(
    options: EncoderOptions, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> tuple[StemEncoder, dict[str, dict[str, float]]]:
    """Teaches the encoder and writes it to `encoder.pt` in the folder.

    Returns:
        The encoder, and its recall by instrument on the songs kept apart: rendered and real.

    Raises:
        MixAssistError: the data, the multitracks or the teacher are missing.
        Cancelled: `cancel` was set; `resume` goes on.
    """
    teacher = Teacher(options.data / "teacher" / "yamnet.tflite")
    learned, measured = by_side_of_split(read_songs(options.multitracks))
    recordings = chain(real_recordings(options.data, held_out=False), song_recordings(learned))
    options.folder.mkdir(parents=True, exist_ok=True)
    made_of = digest_of(songs_key(learned), *(folder_key(options.data / name) for name in _HEARD))
    path = options.folder / f"patches-{made_of}.pt"
    train = made_once(options.device, lambda: _kept(path, recordings, teacher, scaled(progress, 0.0, 0.3), cancel))
    torch.manual_seed(options.seed)
    pupil = EncoderPupil(StemEncoder())
    loop = LoopOptions(
        steps=options.steps,
        learning_rate=options.learning_rate,
        decay_to=0.02,
        seed=options.seed,
        device=options.device,
        mixed_precision=options.mixed_precision,
        clip_norm=5.0,
        checkpoint_every=100,
    )
    trainer = Trainer(pupil, encoder_lesson(train, options.batch), loop, options.folder)
    if options.resume:
        trainer.resume()
    trainer.run(scaled(progress, 0.3, 1.0), cancel)
    encoder = pupil.encoder.cpu()
    if trainer.rank == 0:
        keep(options.folder / "encoder.pt", encoder.state_dict())
    recalls = {}
    apart = {"rendered": song_recordings(measured), "real": real_recordings(options.data, held_out=True)}
    for name, held_out in apart.items():
        recalls[name] = encoder_accuracy(encoder, patch_set(held_out, teacher, cancel=cancel))[1]
    return encoder, recalls


def _kept(
    path: Path, recordings: Iterable[Recording], teacher: Teacher, progress: Progress, cancel: CancelToken | None
) -> PatchSet:
    """The patches, made once and kept beside the run."""
    if not path.is_file():
        keep(path, patch_set(recordings, teacher, progress=progress, cancel=cancel).__dict__)
    return PatchSet(**kept(path))
