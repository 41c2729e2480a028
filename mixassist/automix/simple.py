# SPDX-License-Identifier: Apache-2.0
"""The mixers that a real one must beat, as in the evaluation of Steinmetz et al. 2021: mono, random, equal loudness."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from mixassist.automix.excerpts import survey
from mixassist.automix.hearing import listen
from mixassist.automix.inputs import Prediction, TrackAudio
from mixassist.automix.staging import STEREO_CENTRE_DB
from mixassist.domain.controls import Controls
from mixassist.domain.parameters import PARAMETER
from mixassist.domain.progress import CancelToken, Progress, no_progress

_EQUAL_LUFS = -29.0
_FIXED_GAIN_DB = -6.0
_FIXED_PAN = 0.5
_FIXED_WET = 0.1


def mix_mono(
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prediction:
    """The sum of the inputs: every fader at 0 dB, every pan at the centre."""
    return _finished(inputs, [{} for _ in inputs])


def mix_random(
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prediction:
    """Gains drawn uniformly from −12 … +12 dB and pans from left to right; the same for a track in any order."""
    drawn = []
    for index, audio in enumerate(inputs):
        if cancel is not None:
            cancel.check()
        progress(index / max(len(inputs), 1), f"Drawing for {audio.track.name}")
        content = survey(audio.samples, sample_rate_hz).level_dbfs
        text = f"{seed}/{audio.track.name}/".encode() + np.round(content, 6).tobytes()
        lots = np.random.default_rng(int.from_bytes(hashlib.sha256(text).digest()[:8], "little"))
        drawn.append({"fader_db": float(lots.uniform(-12.0, 12.0)), "pan": float(lots.uniform(-1.0, 1.0))})
    return _finished(inputs, drawn)


def mix_equal_loudness(
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prediction:
    """Brings every stem to the same loudness (ITU-R BS.1770), in the middle; silent stems stay as they are."""
    found: list[dict[str, float]] = []
    for index, audio in enumerate(inputs):
        if cancel is not None:
            cancel.check()
        progress(index / max(len(inputs), 1), f"Listening to {audio.track.name}")
        heard = listen(audio.samples, sample_rate_hz)
        if heard.is_silent:
            found.append({})
            continue
        wanted = _EQUAL_LUFS - heard.loudness_lufs + (STEREO_CENTRE_DB if heard.channels == 2 else 0.0)
        # The fader takes it as far as it goes, the input gain the rest.
        fader = float(np.clip(wanted, -30.0, 6.0))
        found.append({"fader_db": fader, "input_gain_db": PARAMETER["input_gain_db"].clipped(wanted - fader)})
    return _finished(inputs, found)


def mix_fixed(
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prediction:
    """Listens to nothing: one gain for all, the first track by name to the side, a little room on everything.

    The cheap rule that a distance of sum and difference rewards more than it should.
    """
    first = min((a.track.name for a in inputs), default="")
    values = [
        {
            "fader_db": _FIXED_GAIN_DB,
            "pan": _FIXED_PAN if audio.track.name == first else 0.0,
            "reverb_wet": _FIXED_WET,
        }
        for audio in inputs
    ]
    return _finished(inputs, values)


def _finished(inputs: Sequence[TrackAudio], values: Sequence[dict[str, float]]) -> Prediction:
    """Makes controls of values; locked controls keep the user's."""
    controls = {}
    for audio, mine in zip(inputs, values, strict=True):
        channel = audio.track.channel
        controls[audio.track.id] = Controls(mine).taken_from(channel.controls, channel.locks)
    return Prediction(controls)
