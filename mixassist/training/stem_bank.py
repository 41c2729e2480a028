# SPDX-License-Identifier: Apache-2.0
"""The bank of stems that the controller learns from: what is heard of each, kept once; lessons need no audio."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mixassist.automix.hearing import Hearing, listen
from mixassist.automix.stem_features import MOST_PATCHES, hearing_vector, stem_patches
from mixassist.networks.controller import HEARING_SIZE
from mixassist.networks.encoder import INSTRUMENT_KEYS, Encoder
from mixassist.networks.log_mel import BANDS, PATCH_FRAMES
from mixassist.training.keeping import keep, kept


@dataclass
class StemBank:
    """Stems by row; `songs` names the song of each row, `players` what sort of recording it is.

    `patches` (rows, 16, 64, 96) float16 with `counts` of them used; `hearing` (rows, 40); `instruments` (rows,)
    indices; `levels` (rows,) the loudness in the artist's mix in LUFS, NaN where there is none; `stereo` (rows,);
    `finished` (rows,) whether a stem is just as it sounds in that mix, so that nothing else was done to it there.
    """

    songs: list[str]
    sources: list[str]
    names: list[str]
    patches: torch.Tensor
    counts: torch.Tensor
    hearing: torch.Tensor
    instruments: torch.Tensor
    levels: torch.Tensor
    stereo: torch.Tensor
    finished: torch.Tensor

    def __len__(self) -> int:
        return len(self.songs)

    def save(self, path: Path) -> None:
        """Keeps the bank as a torch file of this machine's own making."""
        keep(path, self.__dict__)

    @staticmethod
    def load(path: Path) -> StemBank:
        """Reads what `save` wrote."""
        return StemBank(**kept(path))

    @staticmethod
    def joined(banks: Iterable[StemBank]) -> StemBank:
        """Returns several banks as one."""
        parts = [b for b in banks if len(b)]
        rows: dict[str, Any] = {k: [x for b in parts for x in getattr(b, k)] for k in ("songs", "sources", "names")}
        for key in ("patches", "counts", "hearing", "instruments", "levels", "stereo", "finished"):
            rows[key] = torch.cat([getattr(b, key) for b in parts])
        return StemBank(**rows)

    @torch.no_grad()
    def embedded(self, encoder: Encoder) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns each stem's mean embedding (rows, 128) and heard instrument (rows, 24), as `automix` forms them."""
        embeddings, heard = [], []
        for row in range(len(self)):
            embedding, instrument = encoded(encoder, self.patches[row, : int(self.counts[row])].float())
            embeddings.append(embedding)
            heard.append(instrument)
        return torch.stack(embeddings), torch.stack(heard)


def encoded(encoder: Encoder, patches: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the mean embedding (128,) of a stem's patches and the mean probabilities of the instruments (24,)."""
    found = encoder(patches)
    return found.mean(dim=0), encoder.instrument_logits(found).softmax(dim=-1).mean(dim=0)


Row = tuple[str, str, str, str, NDArray[np.float32], float]
"""Song, source, name and instrument of a stem, its samples, and its loudness in the artist's mix in LUFS or NaN."""


def listened(rows: Iterable[Row], encoder: Encoder, sample_rate_hz: int, *, finished: bool = False) -> StemBank:
    """Listens to stems as an encoder does and keeps what is heard; silent ones are left out.

    Args:
        finished: whether the stems are just as they sound in the mix.
    """
    songs, sources, names = [], [], []
    patches, counts, vectors, instruments, levels, stereo = [], [], [], [], [], []
    for song, source, name, instrument, samples, level in rows:
        hearing: Hearing = listen(samples, sample_rate_hz)
        if hearing.is_silent:
            continue
        found = stem_patches(samples, hearing, sample_rate_hz, encoder).cpu().half()
        padded = torch.zeros(MOST_PATCHES, *found.shape[1:], dtype=torch.float16)
        padded[: found.shape[0]] = found
        songs.append(song)
        sources.append(source)
        names.append(name)
        patches.append(padded)
        counts.append(found.shape[0])
        vectors.append(torch.from_numpy(hearing_vector(hearing)))
        instruments.append(INSTRUMENT_KEYS.index(instrument))
        levels.append(level)
        stereo.append(samples.shape[1] == 2)
    return StemBank(
        songs,
        sources,
        names,
        torch.stack(patches) if patches else torch.zeros(0, MOST_PATCHES, BANDS, PATCH_FRAMES, dtype=torch.float16),
        torch.tensor(counts, dtype=torch.int64),
        torch.stack(vectors) if vectors else torch.zeros(0, HEARING_SIZE),
        torch.tensor(instruments, dtype=torch.int64),
        torch.tensor(levels, dtype=torch.float32),
        torch.tensor(stereo, dtype=torch.bool),
        torch.full((len(songs),), finished),
    )
