# SPDX-License-Identifier: Apache-2.0
"""Why the rules set equaliser, compressor and reverb as they did: the parts that each value is the sum of."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mixassist.automix.dynamics import LEAST_REDUCTION_DB, peaks_beyond_even_db, reduction_db
from mixassist.automix.reason import Cause, Influence, Reason
from mixassist.automix.song import Part, Song
from mixassist.automix.space import holds_a_family, reverb_kind, wet_level_lu
from mixassist.automix.tone import band_gains_db, share_of_moves, tone_moves
from mixassist.domain.parameters import BANDS

USUAL_CURVE = "what engineers usually do on this instrument"
UNEVEN = "peaks stand further out than in an even take"
USUAL_SPACE = "usual on this instrument"
BARE_FAMILY = "one mono stem for all of it: the width of a space is missing"
_LEAST_DB = 0.1


def equalizer_reasons(song: Song, part: Part, levels_lu: Mapping[str, float]) -> tuple[Reason, ...]:
    """Returns the gain of each band that is turned, and of what it is the sum."""
    moves, share = tone_moves(song, part, levels_lu), share_of_moves(song, part)
    names = {p.id: p.track.name for p in song.parts}
    reasons = []
    for band, gain_db in band_gains_db(moves, share).items():
        mine = [(m, share * m.gain_db) for m in moves if m.band == band and abs(share * m.gain_db) >= _LEAST_DB]
        ordered = sorted(mine, key=lambda found: -abs(found[1]))
        reasons.append(
            Reason(
                f"{band.replace('_', ' ')} gain",
                "dB",
                gain_db,
                tuple(Influence(m.for_id, names[m.for_id], change) for m, change in ordered if m.for_id),
                tuple(Cause(m.cause or USUAL_CURVE, change) for m, change in ordered if not m.for_id),
            )
        )
    return tuple(sorted(reasons, key=lambda r: BANDS.index(r.label.removesuffix(" gain").replace(" ", "_"))))


def compressor_reasons(song: Song, part: Part, levels_lu: Mapping[str, float]) -> tuple[Reason, ...]:
    """Returns by how much peaks are taken down, and how far they stand out; nothing for what needs no compressor."""
    reduction = reduction_db(part, song)
    if reduction < LEAST_REDUCTION_DB:
        return ()
    return (Reason("compression of peaks", "dB", -reduction, causes=(Cause(UNEVEN, peaks_beyond_even_db(part)),)),)


def reverb_reasons(song: Song, part: Part, levels_lu: Mapping[str, float]) -> tuple[Reason, ...]:
    """Returns the loudness of the reverberation against the dry sound, and why there is any."""
    wet = wet_level_lu(part, song)
    if wet is None or not reverb_kind(part, song, 1.0):
        return ()
    return (
        Reason("reverberation", "LU", wet, causes=(Cause(BARE_FAMILY if holds_a_family(part, song) else USUAL_SPACE),)),
    )


RULE_REASONS: Mapping[str, Callable[[Song, Part, Mapping[str, float]], tuple[Reason, ...]]] = {
    "equalizer": equalizer_reasons,
    "compressor": compressor_reasons,
    "reverb": reverb_reasons,
}
"""By group of controls; levels and places are always told by the network."""
