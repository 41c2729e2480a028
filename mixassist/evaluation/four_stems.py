# SPDX-License-Identifier: Apache-2.0
"""Songs as most people get to mix them: in four stems, voices, drums, bass and the rest.

Either finished stereo sums, as stem collections have them, or raw mono sums, the form in
which Martínez-Ramírez et al. (2022) mix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mixassist.automix.families import AS_ONE, FAMILIES, family_of
from mixassist.automix.hearing import loudness_lufs
from mixassist.domain.errors import MixAssistError
from mixassist.domain.loudness import REFERENCE_LUFS
from mixassist.evaluation.excerpts import RAW, Excerpt, levelled_inputs
from mixassist.evaluation.mix_measures import Reference
from mixassist.evaluation.mix_rendering import render_stem

NAMES = dict(zip(FAMILIES, ("vocals", "drums", "bass", "other"), strict=True))
"""What the stems are called, as by programs that take songs apart."""


def in_four_stems(excerpt: Excerpt) -> Excerpt:
    """Returns an excerpt with its stems summed by family at the levels of its mix; silent families are left out.

    Raw stems are passed through the strips that their mix was made with.

    Raises:
        MixAssistError: the stems are raw and how they were mixed is not known.
    """
    return _as_four(excerpt, _finished(excerpt), mix=None)


def in_four_raw_stems(excerpt: Excerpt) -> Excerpt:
    """Returns an excerpt with its raw takes summed to mono by family, each sum at −23 LUFS, beside the same mix.

    Within a family the takes stand as loud as in the mix; no equaliser, compressor, reverb or pan is in the sums.

    Raises:
        MixAssistError: there is no mix beside the stems, which then are not raw.
    """
    if excerpt.mix is None:
        raise MixAssistError("has no mix beside its stems, so they are not raw", subject=excerpt.name)
    takes = []
    for stem, wanted_lufs in zip(excerpt.stems, Reference(excerpt).wanted_lufs, strict=True):
        mono = stem.mean(axis=1, keepdims=True)
        gain_db = wanted_lufs - loudness_lufs(mono, excerpt.sample_rate_hz)
        takes.append(mono * np.float32(10.0 ** (gain_db / 20.0) if np.isfinite(gain_db) else 0.0))
    four = _as_four(excerpt, takes, mix=excerpt.mix)
    gains_db = [REFERENCE_LUFS - loudness_lufs(stem, excerpt.sample_rate_hz) for stem in four.stems]
    stems = (stem * np.float32(10.0 ** (gain / 20.0)) for stem, gain in zip(four.stems, gains_db, strict=True))
    return replace(four, stems=tuple(stems))


FOUR_STEMS: Mapping[str, Callable[[Excerpt], Excerpt]] = MappingProxyType(
    {"finished": in_four_stems, "raw": in_four_raw_stems}
)


def _as_four(excerpt: Excerpt, stems: list[NDArray[np.float32]], mix: NDArray[np.float32] | None) -> Excerpt:
    sums: dict[str, NDArray[np.float32]] = {}
    for index, stem in enumerate(stems):
        family = family_of(excerpt.instrument(index) or "other")
        sums[family] = sums.get(family, np.zeros_like(stem)) + stem
    kept = [family for family in FAMILIES if family in sums and np.abs(sums[family]).max(initial=0.0) > 0.0]
    return replace(
        excerpt,
        names=tuple(NAMES[family] for family in kept),
        stems=tuple(sums[family] for family in kept),
        mix=mix,
        truth={},
        instruments={NAMES[family]: AS_ONE[family] for family in kept},
    )


def _finished(excerpt: Excerpt) -> list[NDArray[np.float32]]:
    """The stems as they stand in the mix, each (frames, 2)."""
    if excerpt.mix is None:
        return [np.repeat(stem, 2, axis=1) if stem.shape[1] == 1 else stem for stem in excerpt.stems]
    if not set(excerpt.names) <= set(excerpt.truth):
        raise MixAssistError(
            "does not say how its raw stems were mixed, so they cannot be summed", subject=excerpt.name
        )
    return [
        render_stem(item.samples, excerpt.truth[item.track.id], excerpt.sample_rate_hz)
        for item in levelled_inputs(excerpt, RAW)
    ]
