# SPDX-License-Identifier: Apache-2.0
"""The console's signal processing, written once in torch: differentiable and exact."""

from __future__ import annotations

from mixassist.dsp.channel_strip import bracket, channel_strip, controls_tensor
from mixassist.dsp.compressor import compressor_curve_db
from mixassist.dsp.equalizer import equalizer_response
from mixassist.dsp.panning import pan_gains
from mixassist.dsp.render_strip import ReadFrames, RenderStrip, StripRecorder, StripStates
from mixassist.dsp.reverb import REVERB_DECAY_S, impulse_response

__all__ = [
    "REVERB_DECAY_S",
    "ReadFrames",
    "RenderStrip",
    "StripRecorder",
    "StripStates",
    "bracket",
    "channel_strip",
    "compressor_curve_db",
    "controls_tensor",
    "equalizer_response",
    "impulse_response",
    "pan_gains",
]
