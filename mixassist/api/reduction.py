# SPDX-License-Identifier: Apache-2.0
"""How much a channel's compressor takes away, over the whole track, for meters."""

from __future__ import annotations

import numpy as np
import soxr

from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import Stages, View
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.session import Session
from mixassist.dsp.render_strip import METER_FRAMES, RenderStrip, StripRecorder
from mixassist.networks.staged import SAMPLE_RATE_HZ
from mixassist.rendering.model_renderer import ModelRenderer
from mixassist.rendering.renderers import nonlinear_part, renderer_for
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
    """Passes over a track once and returns its gain reduction, dB ≥ 0: the maximum of each block, float32.

    It is the console's, but in the model view the network's. Block n covers `BLOCK_FRAMES` frames of the track's own
    audio from n · `BLOCK_FRAMES` on. Empty when the compressor is at rest. One pass takes about 2 ms of computing per
    second of audio.

    Raises:
        MixAssistError: the audio cannot be read, or the network is not there.
        Cancelled: `cancel` was set.
    """
    track, rate = session.track(track_id), session.sample_rate_hz
    stem = stems.stem(track.source, rate)
    samples = stem.strip_samples
    renderer = renderer_for(session.view) if session.view is View.MODEL else None
    if isinstance(renderer, ModelRenderer):
        strip: RenderStrip = renderer.strip(track.channel)
        if rate != SAMPLE_RATE_HZ:
            samples = soxr.resample(samples, rate, SAMPLE_RATE_HZ, "MQ").reshape(-1, samples.shape[1])
    else:
        strip = RenderStrip(nonlinear_part(track.channel)[0], Stages(), rate)
    recorder = StripRecorder()
    strip.scan(reader_of(samples), len(samples), progress, cancel, recorder)
    found = recorder.gain_reduction_db
    if found is None:
        return np.zeros(0, np.float32)
    blocks = found.numpy().astype(np.float32)
    if strip.sample_rate_hz == rate:
        return blocks
    # The network's blocks are counted in its own frames; each of the session's takes the one that it begins in.
    count = -(-stem.frames // BLOCK_FRAMES)
    return blocks[np.minimum(np.arange(count) * strip.sample_rate_hz // rate, len(blocks) - 1)]
