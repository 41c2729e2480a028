# SPDX-License-Identifier: Apache-2.0
"""Songs as most people get to mix them: in four stems, voices, drums, bass and the rest, each a finished stereo sum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixassist.automix.families import AS_ONE, FAMILIES, family_of
from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.excerpts import RAW, Excerpt, levelled_inputs
from mixassist.evaluation.mix_rendering import render_stem

NAMES = dict(zip(FAMILIES, ("vocals", "drums", "bass", "other"), strict=True))
"""What the stems are called, as by programs that take songs apart."""


def in_four_stems(excerpt: Excerpt) -> Excerpt:
    """Returns an excerpt with its stems summed by family at the levels of its mix; silent families are left out.

    Raw stems are passed through the strips that their mix was made with.

    Raises:
        MixAssistError: the stems are raw and how they were mixed is not known.
    """
    sums: dict[str, NDArray[np.float32]] = {}
    for index, stem in enumerate(_finished(excerpt)):
        family = family_of(excerpt.instrument(index) or "other")
        sums[family] = sums.get(family, np.zeros((stem.shape[0], 2), dtype=np.float32)) + stem
    kept = [family for family in FAMILIES if family in sums and np.abs(sums[family]).max(initial=0.0) > 0.0]
    return replace(
        excerpt,
        names=tuple(NAMES[family] for family in kept),
        stems=tuple(sums[family] for family in kept),
        mix=None,
        truth={},
        instruments={NAMES[family]: AS_ONE[family] for family in kept},
    )


def _finished(excerpt: Excerpt) -> list[NDArray[np.float32]]:
    """The stems as they stand in the mix."""
    if excerpt.mix is None:
        return list(excerpt.stems)
    if not set(excerpt.names) <= set(excerpt.truth):
        raise MixAssistError(
            "does not say how its raw stems were mixed, so they cannot be summed", subject=excerpt.name
        )
    return [
        render_stem(item.samples, excerpt.truth[item.track.id], excerpt.sample_rate_hz)
        for item in levelled_inputs(excerpt, RAW)
    ]
