# SPDX-License-Identifier: Apache-2.0
"""How loud the controller wants each part: the network's levels, the rules', the takes' own and the mix's spectrum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mixassist.audio.instruments import guess_instrument
from mixassist.automix.direct_signals import set_back
from mixassist.automix.electronic import electronic_share
from mixassist.automix.levels import band_levels, between, electronic_levels, kept_in_range, target_levels
from mixassist.automix.mix_spectrum import towards_usual_spectrum
from mixassist.automix.song import Part, Song

RULES_SHARE, RULES_SHARE_PRODUCED, RULES_SHARE_FEW = 0.3, 0.8, 1.0
"""How far levels are drawn from the network's towards the rules' for a band: for raw takes, for stems with effects
printed, of which the network has met few, and for songs in few stems, where families' usual levels say most."""
_FEW, _SEVERAL = 4, 8
_LIFT_SHARE = 0.5
_SPREAD_LU, _SPREAD_UNSURE_LU = 2.0, 4.0
"""How far a level may well be off, for the spectrum to mend: for many parts of a band, and for a few stems or for
electronic music, where an instrument's name says little of its level."""


def wished_levels(song: Song, wished: Mapping[str, float]) -> dict[str, float]:
    """Returns levels in LU by track id, the network's wishes and the rules' together; the rules' alone without wishes.

    Two judges that err differently err less together: measured on songs kept apart, see the card. The network has
    learned from bands; in electronic music, of which there is little to learn from, the rules count more. What the
    takes' own levels and the spectrum of the whole mix tell comes on top.
    """
    if not wished:
        return target_levels(song)
    return kept_in_range(song, _with_usual_spectrum(song, _by_instrument(song, wished)))


def strayed(song: Song, levels_lu: Mapping[str, float], strays_lu: Mapping[str, float]) -> dict[str, float]:
    """Returns an alternative's levels: each moved by as much as it strays, and kept in range."""
    return kept_in_range(song, {key: level + strays_lu.get(key, 0.0) for key, level in levels_lu.items()})


def lifts_in_mix_lu(song: Song) -> dict[str, float]:
    """Returns how much louder each part is mixed because it was handed over louder than usual: LU by track id.

    What is usual was learned from takes of bands, so electronic music is not measured by it. The rules do not listen
    to the stems' own levels and get all of what engineers keep; the network is told them, but is shy of them, and
    gets half.
    """
    rules_share = _rules_share(song)
    share = (1.0 - electronic_share(song)) * (rules_share + _LIFT_SHARE * (1.0 - rules_share))
    return {p.id: share * float(lift) for p, lift in zip(song.parts, song.own_levels.lift_lu, strict=True)}


def spectrum_moves_lu(song: Song, wished: Mapping[str, float]) -> dict[str, float]:
    """Returns how much louder each part is mixed for the sake of the whole mix's spectrum: LU by track id.

    With it, levels alone, the balance error falls by 0.1 dB on the real excerpts and by 0.1 … 0.4 dB on songs in four
    stems; in a band's many parts hardly anything moves.
    """
    levels = _by_instrument(song, wished)
    moved = _with_usual_spectrum(song, levels)
    return {key: moved[key] - level for key, level in levels.items()}


def _with_usual_spectrum(song: Song, levels_lu: Mapping[str, float]) -> dict[str, float]:
    unsure = max(electronic_share(song), _fewness(song))
    return towards_usual_spectrum(song, levels_lu, _SPREAD_LU + (_SPREAD_UNSURE_LU - _SPREAD_LU) * unsure)


def _by_instrument(song: Song, wished: Mapping[str, float]) -> dict[str, float]:
    """Levels by what the parts are, how they sound and how loud they were handed over, each for itself."""
    band = between(wished, band_levels(song), _rules_share(song))
    levels = between(band, electronic_levels(song), electronic_share(song))
    lifts = lifts_in_mix_lu(song)
    return set_back(song, {key: level + lifts[key] for key, level in levels.items()})


def _rules_share(song: Song) -> float:
    share = RULES_SHARE + (RULES_SHARE_PRODUCED - RULES_SHARE) * song.produced_share
    known = float(np.mean([_is_known(part) for part in song.parts]))
    return known * (share + (RULES_SHARE_FEW - share) * _fewness(song))


def _fewness(song: Song) -> float:
    """1 for songs in four stems or less … 0 for eight or more."""
    return float(np.clip((_SEVERAL - len(song.parts)) / (_SEVERAL - _FEW), 0.0, 1.0))


def _is_known(part: Part) -> bool:
    """Whether anything says what a part is; a name may well say that it is the rest of a song."""
    return part.instrument != "other" or guess_instrument(part.track.name).confidence > 0.0
