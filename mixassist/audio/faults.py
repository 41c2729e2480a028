# SPDX-License-Identifier: Apache-2.0
"""Finds what is wrong with stems, to be shown before mixing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mixassist.audio.analysis import StemAnalysis, analyse_stem
from mixassist.audio.similarity import Likeness, compare_tracks
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled

CLIPPED_RUNS = 3
"""From this many flat places at full scale on a stem counts as clipped: one peak may just touch it."""

_OVER_DBFS = 6.0
"""Lossy files of loud music go over full scale by less than this, and so do the peaks of many float stems."""

_DC_SHARE, _DC_OF_RMS, _DC_AUDIBLE = 0.005, 0.25, 0.0005


@dataclass(frozen=True)
class Fault:
    """One thing to look at, as a sentence for people.

    `kind` is one of: silent, clipped, dc, nan, over, duplicate, flipped_polarity, identical_sides. `other` names the
    second track of a pair.
    """

    kind: str
    track_name: str
    message: str
    other: str = ""

    @property
    def is_note(self) -> bool:
        """Whether it only says how the track is treated, and nothing is wrong."""
        return self.kind == "identical_sides"


def find_faults(
    stems: Mapping[str, np.ndarray],
    sample_rate_hz: int,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    *,
    analyses: Mapping[str, StemAnalysis] | None = None,
) -> tuple[Fault, ...]:
    """Lists the faults of aligned stems, float32 (frames, 1|2) by track name, in the stems' order.

    Args:
        analyses: what is known of stems already; the others are measured here.
    """
    known = dict(analyses or {})
    missing = [name for name in stems if name not in known]
    for number, name in enumerate(missing):
        part = scaled(progress, 0.6 * number / len(missing), 0.6 * (number + 1) / len(missing))
        known[name] = analyse_stem(stems[name], sample_rate_hz, part, cancel)
    faults = [fault for name in stems for fault in faults_of(name, known[name])]
    audible = {name: samples for name, samples in stems.items() if not known[name].silent}
    order = list(stems)
    pairs = pair_faults(compare_tracks(audible, sample_rate_hz, scaled(progress, 0.6, 1.0), cancel))
    return tuple(sorted([*faults, *pairs], key=lambda fault: order.index(fault.track_name)))


def not_audio(count: int) -> str:
    """Says how many samples are no audio: `1 sample is not audio (…)`."""
    counted = "1 sample is" if count == 1 else f"{count:,} samples are"
    return f"{counted} not audio (not numbers, or more than 60 dB over full scale)"


def pair_faults(found: Sequence[Likeness]) -> list[Fault]:
    """Lists what is wrong between two tracks; of copies of one track each is told once, against the first of them."""
    original: dict[str, str] = {}
    for pair in found:
        if pair.is_copy and pair.first not in original:
            original.setdefault(pair.second, pair.first)
    faults = [Fault("duplicate", b, f"is a copy of {a}; together they only get louder", a) for b, a in original.items()]
    for pair in found:
        if pair.is_opposed and not {pair.first, pair.second} & original.keys():
            said = f"works against {pair.first} (correlation {pair.correlation:.2f}): try its polarity switch"
            faults.append(Fault("flipped_polarity", pair.second, said, pair.first))
    return faults


def faults_of(name: str, analysis: StemAnalysis) -> list[Fault]:
    """Lists the faults a track has by itself."""
    faults = []
    if analysis.non_finite_count:
        faults.append(Fault("nan", name, f"{not_audio(analysis.non_finite_count)}: silenced"))
    if analysis.silent:
        return [*faults, Fault("silent", name, "is silent throughout")]
    if analysis.clipped_runs >= CLIPPED_RUNS:
        faults.append(Fault("clipped", name, f"is clipped in {analysis.clipped_runs:,} places"))
    if analysis.sample_peak_dbfs > _OVER_DBFS:
        text = f"goes {analysis.sample_peak_dbfs:.1f} dB over full scale: nothing is lost, but played alone it clips"
        faults.append(Fault("over", name, text))
    rms = 10.0 ** (analysis.rms_dbfs / 20.0)
    relative = analysis.dc_offset > _DC_OF_RMS * rms and analysis.dc_offset > _DC_AUDIBLE
    if analysis.dc_offset > _DC_SHARE or relative:
        faults.append(Fault("dc", name, f"has a DC offset of {analysis.dc_offset:.2%} of full scale"))
    if analysis.identical_sides:
        faults.append(Fault("identical_sides", name, "has two identical sides and is treated as mono"))
    return faults
