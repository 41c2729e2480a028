# SPDX-License-Identifier: Apache-2.0
"""Songs to learn mixing from, put together from the bank of stems: what the controller sees, and what people did.

Three kinds. *Decided*: the channels of a human mix, each with a stem of its instrument. *Played*: the stems of one
song, with decisions drawn for them. *Real*: an artist's stems, whose own levels are the target.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mixassist.automix.stem_features import instrument_vector, level_vectors
from mixassist.domain.errors import MixAssistError
from mixassist.domain.loudness import REFERENCE_LUFS
from mixassist.domain.parameters import PARAMETER, REVERB_TYPES
from mixassist.evaluation.excerpts import SPREAD_DB
from mixassist.networks.encoder import INSTRUMENT_KEYS
from mixassist.networks.mix_controls import COMPRESSOR_KEYS, EQUALIZER_KEYS, WET_MIDDLE_LU
from mixassist.training.multitracks.decisions import (
    KIT,
    Decisions,
    in_few_stems,
    in_four_stems,
    summed,
    wanted_level_lu,
)
from mixassist.training.multitracks.human_mixes import HumanChannel
from mixassist.training.stem_bank import StemBank

MOST_STEMS = 32
_FEWEST_STEMS = 3
_FOUR_STEMS_SHARE, _FEW_STEMS_SHARE, _WHOLE_KIT_SHARE = 0.2, 0.3, 0.15
_SIX_SHARE = 0.3
KNOWN_SHARE = 0.6
"""Of the songs whose stems are told by name."""


@dataclass(frozen=True)
class Targets:
    """What was done, for every stem of a song; each a tensor (stems, …), float32 but for the indices `reverb_type`.

    `pan_weight` and `settings_weight` are 0 where a target says nothing of a stem; levels are in LU, settings in their
    own units.
    """

    level_lu: Tensor
    pan: Tensor
    pan_weight: Tensor
    equalizer: Tensor
    settings_weight: Tensor
    compressor: Tensor
    compressor_use: Tensor
    reverb_use: Tensor
    reverb_lu: Tensor
    reverb_type: Tensor


@dataclass(frozen=True)
class Example:
    """A song as the controller sees it, (stems, features), and what people did with it."""

    stems: Tensor
    targets: Targets


class ExampleMaker:
    """Draws examples from a bank of stems and human decisions.

    Args:
        bank: the stems; `embeddings` (rows, 128) and `heard` (rows, 24) are what the encoder makes of them.
        songs: names of those that may be learned from.
        shares: of decided, played and real songs.
    """

    def __init__(
        self,
        bank: StemBank,
        embeddings: Tensor,
        heard: Tensor,
        decisions: Decisions,
        *,
        songs: Collection[str],
        shares: tuple[float, float, float] = (0.75, 0.2, 0.05),
    ) -> None:
        self.bank, self.decisions, self.shares = bank, decisions, shares
        self.fixed = torch.cat([embeddings, bank.hearing, heard], dim=1)
        allowed = set(songs)
        real = torch.isfinite(bank.levels).tolist()
        self.by_instrument: dict[str, list[int]] = {}
        self.played: dict[str, list[int]] = {}
        self.excerpts: dict[str, dict[str, list[int]]] = {}
        for row, song in enumerate(bank.songs):
            if song not in allowed:
                continue
            key = INSTRUMENT_KEYS[int(bank.instruments[row])]
            self.by_instrument.setdefault(key, []).append(row)
            if real[row]:
                self.excerpts.setdefault(song, {}).setdefault(bank.sources[row], []).append(row)
            elif bank.sources[row].startswith("MIDI") or bank.sources[row] == "band":
                self.played.setdefault(song, []).append(row)

    def draw(self, lots: np.random.Generator) -> Example:
        """Draws a song."""
        kinds = [self._decided, self._played, self._real]
        shares = np.array(self.shares) * [1.0, bool(self.played), bool(self.excerpts)]
        return kinds[int(lots.choice(3, p=shares / shares.sum()))](lots)

    def _decided(self, lots: np.random.Generator) -> Example:
        channels = list(self.decisions.draw_mix(lots).channels)
        grouping = lots.random()
        if grouping < _FOUR_STEMS_SHARE:
            return self.decided(in_four_stems(channels, six=lots.random() < _SIX_SHARE), lots)
        if grouping < _FOUR_STEMS_SHARE + _FEW_STEMS_SHARE:
            channels = in_few_stems(channels, lots)
        elif grouping < _FOUR_STEMS_SHARE + _FEW_STEMS_SHARE + _WHOLE_KIT_SHARE:
            channels = _with_whole_kit(channels)
        kept = lots.random(len(channels)) < lots.uniform(0.5, 1.0)
        channels = [c for c, k in zip(channels, kept, strict=True) if k] if kept.sum() >= _FEWEST_STEMS else channels
        return self.decided(channels, lots)

    def decided(self, channels: Sequence[HumanChannel], lots: np.random.Generator, staging: str = "") -> Example:
        """Returns the channels of a human mix, each with a stem of its instrument, as an example."""
        order = lots.permutation(len(channels))[:MOST_STEMS]
        chosen = [c for i in order if (c := channels[int(i)]).instrument in self.by_instrument]
        if not chosen:
            raise MixAssistError(
                "no stem is of an instrument that people mixed", remedy="Learn from more songs: mixassist train data"
            )
        rows = [self._stem_for(c, lots) for c in chosen]
        return self._example(rows, chosen, lots, staging)

    def _stem_for(self, channel: HumanChannel, lots: np.random.Generator) -> int:
        rows = self.by_instrument[channel.instrument]
        for _ in range(4):
            row = rows[int(lots.integers(len(rows)))]
            if bool(self.bank.stereo[row]) == channel.is_stereo:
                break
        return row

    def _played(self, lots: np.random.Generator) -> Example:
        rows = list(self.played[sorted(self.played)[int(lots.integers(len(self.played)))]])
        lots.shuffle(rows)
        keep = max(int(len(rows) * lots.uniform(0.6, 1.0)), _FEWEST_STEMS)
        rows = rows[: min(keep, MOST_STEMS)]
        instruments = [INSTRUMENT_KEYS[int(self.bank.instruments[r])] for r in rows]
        return self._example(rows, self.decisions.channels_for(instruments, lots), lots, "")

    def _example(
        self, rows: Sequence[int], channels: Sequence[HumanChannel], lots: np.random.Generator, staging: str
    ) -> Example:
        raw = _staged([c.raw_lufs for c in channels], lots, staging)
        return Example(self._features(rows, raw, lots), _targets(channels, self.bank.stereo[list(rows)]))

    def _real(self, lots: np.random.Generator) -> Example:
        song = self.excerpts[sorted(self.excerpts)[int(lots.integers(len(self.excerpts)))]]
        rows = list(song[sorted(song)[int(lots.integers(len(song)))]])
        lots.shuffle(rows)
        rows = rows[: max(int(len(rows) * lots.uniform(0.6, 1.0)), min(_FEWEST_STEMS, len(rows)))]
        return self.real(rows, lots)

    def real(self, rows: Sequence[int], lots: np.random.Generator, staging: str = "") -> Example:
        """Returns stems of a mixed song, with the levels in its mix as the target, as an example.

        Finished stems teach that nothing else was to be done; of raw takes only the levels are known.
        """
        levels = self.bank.levels[list(rows)]
        raw = _staged(levels.tolist(), lots, staging, recorded_share=0.15)
        count, size = len(rows), len(EQUALIZER_KEYS)
        flat = torch.tensor([[float(PARAMETER[k].default) for k in EQUALIZER_KEYS]]).expand(count, size)
        targets = Targets(
            level_lu=levels.float(),
            pan=torch.zeros(count),
            pan_weight=self.bank.stereo[list(rows)].float(),
            equalizer=flat,
            settings_weight=self.bank.finished[list(rows)].float(),
            compressor=torch.zeros(count, len(COMPRESSOR_KEYS)),
            compressor_use=torch.zeros(count),
            reverb_use=torch.zeros(count),
            reverb_lu=torch.full((count,), WET_MIDDLE_LU),
            reverb_type=torch.zeros(count, dtype=torch.int64),
        )
        return Example(self._features(rows, raw, lots), targets)

    def _features(self, rows: Sequence[int], raw_lufs: Sequence[float], lots: np.random.Generator) -> Tensor:
        known = lots.random() < KNOWN_SHARE
        vectors = [
            instrument_vector(INSTRUMENT_KEYS[int(self.bank.instruments[r])] if known and lots.random() < 0.9 else "")
            for r in rows
        ]
        parts = [self.fixed[list(rows)], torch.from_numpy(np.stack(vectors)), torch.from_numpy(level_vectors(raw_lufs))]
        return torch.cat(parts, dim=1)


def _staged(
    recorded_lufs: Sequence[float], lots: np.random.Generator, staging: str, recorded_share: float = 0.5
) -> list[float]:
    """The stems' own levels: as recorded, all alike, or moved by up to 12 dB from there; drawn when not named."""
    shares = (recorded_share, 0.6 * (1.0 - recorded_share), 0.4 * (1.0 - recorded_share))
    kind = staging or str(lots.choice(["recorded", "normalised", "randomised"], p=shares))
    if kind == "recorded":
        return list(recorded_lufs)
    moved = lots.uniform(-SPREAD_DB, SPREAD_DB, len(recorded_lufs)) if kind == "randomised" else 0.0
    return list(REFERENCE_LUFS + np.zeros(len(recorded_lufs)) + moved)


def _with_whole_kit(channels: Sequence[HumanChannel]) -> list[HumanChannel]:
    drums = [c for c in channels if c.instrument in KIT]
    return [*(c for c in channels if c.instrument not in KIT), *([summed("drum_kit", drums)] if drums else [])]


def _targets(channels: Sequence[HumanChannel], stereo: Tensor) -> Targets:
    neutral = {k: float(PARAMETER[k].default) for k in (*EQUALIZER_KEYS, *COMPRESSOR_KEYS)}

    def values(keys: Sequence[str]) -> Tensor:
        return torch.tensor([[float(c.settings.get(k, neutral[k])) for k in keys] for c in channels])

    return Targets(
        level_lu=torch.tensor([wanted_level_lu(c) for c in channels]),
        pan=torch.tensor([abs(c.pan) for c in channels]),
        pan_weight=torch.tensor([float(bool(s) == c.is_stereo) for c, s in zip(channels, stereo, strict=True)]),
        equalizer=values(EQUALIZER_KEYS),
        settings_weight=torch.tensor([float(c.is_single) for c in channels]),
        compressor=values(COMPRESSOR_KEYS),
        compressor_use=torch.tensor([float("threshold_db" in c.settings) for c in channels]),
        reverb_use=torch.tensor([float(c.reverb is not None) for c in channels]),
        reverb_lu=torch.tensor([c.reverb[1] if c.reverb else WET_MIDDLE_LU for c in channels]),
        reverb_type=torch.tensor([REVERB_TYPES.index(c.reverb[0]) if c.reverb else 0 for c in channels]),
    )
