# SPDX-License-Identifier: Apache-2.0
"""What remains of one mix when another is taken from it, as a play graph: the null test to listen to."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

from mixassist.rendering.play_graph import PlayGraph


def residual_graph(a: PlayGraph, b: PlayGraph, gain: float = 1.0) -> PlayGraph:
    """Returns a − gain·b as a graph like any other, to be played, written or measured; both masters are in it.

    Strips alternate, each beside its own counterpart, so that equal ones cancel to digital silence.

    Args:
        gain: factor on b: the level match.

    Raises:
        ValueError: the graphs run at different rates.
    """
    if a.sample_rate_hz != b.sample_rate_hz:
        raise ValueError(f"graphs at {a.sample_rate_hz} Hz and {b.sample_rate_hz} Hz have no difference")
    # One master for both: of the strips of b only the ratio is left, exactly 1 where the masters are equal.
    master = a.master_gain if a.master_gain != 0.0 else b.master_gain
    kept = 1.0 if master == a.master_gain else 0.0
    taken = gain * (1.0 if master == b.master_gain else b.master_gain / master)
    strips = []
    for plus, minus in zip_longest(a.strips, b.strips):
        if plus is not None:
            strips.append(replace(plus, gain_left=kept * plus.gain_left, gain_right=kept * plus.gain_right))
        if minus is not None:
            strips.append(replace(minus, gain_left=-taken * minus.gain_left, gain_right=-taken * minus.gain_right))
    return PlayGraph(tuple(strips), master, max(a.length_frames, b.length_frames), a.sample_rate_hz)
