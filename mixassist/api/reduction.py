# SPDX-License-Identifier: Apache-2.0
"""How much a channel's compressor takes away, over the whole track, for meters."""

from __future__ import annotations

import numpy as np

from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import Stages
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.session import Session
from mixassist.dsp.render_strip import METER_FRAMES, RenderStrip, StripRecorder
from mixassist.rendering.renderers import nonlinear_part
from mixassist.rendering.strips import reader_of

BLOCK_FRAMES = METER_FRAMES
"""Frames of the track that each value stands for."""


def channel_reduction_db(
    session: Session,
    stems: StemLibrary,
    track_id: str,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> np.ndarray:
    """Passes over a track once and returns the console's gain reduction, dB ≥ 0: the maximum of each block, float32.

    Block n covers `BLOCK_FRAMES` frames of the track's own audio from n · `BLOCK_FRAMES` on. Empty when the compressor
    is at rest. One pass takes about 2 ms of computing per second of audio.

    Raises:
        MixAssistError: the audio cannot be read.
        Cancelled: `cancel` was set.
    """
    track = session.track(track_id)
    stem = stems.stem(track.source, session.sample_rate_hz)
    controls, _ = nonlinear_part(track.channel)
    strip = RenderStrip(controls, Stages(), session.sample_rate_hz)
    recorder = StripRecorder()
    strip.scan(reader_of(stem.strip_samples), stem.frames, progress, cancel, recorder)
    found = recorder.gain_reduction_db
    return np.zeros(0, np.float32) if found is None else found.numpy().astype(np.float32)
