# SPDX-License-Identifier: Apache-2.0
"""Makes all multitracks to learn from: synthesised songs, drummers, singers and guitars, and the songs that measure."""

from __future__ import annotations

from pathlib import Path

from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.training.multitracks.bands import add_bands, play_kits
from mixassist.training.multitracks.decisions import Decisions
from mixassist.training.multitracks.human_mixes import read_human_mixes
from mixassist.training.multitracks.rendered_songs import held_out_songs
from mixassist.training.multitracks.songs import render_midi_songs

HELD_OUT = "held-out"
"""Folder of the songs that measure, each with raw stems and a mix beside them."""


def make_multitracks(
    data: Path, folder: Path, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> None:
    """Makes everything below `folder`; what is there already is kept, so that a stopped run goes on.

    Raises:
        MixAssistError: the data, FluidSynth, its SoundFont, espeak-ng or pyworld is missing.
        Cancelled: `cancel` was set.
    """
    midi = render_midi_songs(data, folder / "midi", progress=scaled(progress, 0.0, 0.25), cancel=cancel)
    play_kits(data, folder / "kit", progress=scaled(progress, 0.25, 0.35), cancel=cancel)
    band = add_bands(data, folder / "band", progress=scaled(progress, 0.35, 0.85), cancel=cancel)
    decisions = Decisions(read_human_mixes(data / "mix-decisions"))
    held_out_songs([*midi, *band], decisions, folder / HELD_OUT, progress=scaled(progress, 0.85, 1.0), cancel=cancel)
