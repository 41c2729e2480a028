# SPDX-License-Identifier: Apache-2.0
"""Why the controller chose a channel's controls: which other stems moved its wishes, and what the rules had in mind."""

from __future__ import annotations

from mixassist.audio.stems import StemLibrary
from mixassist.automix.controller import hear_for_controller
from mixassist.automix.controller_weights import shipped_controller
from mixassist.automix.inputs import TrackAudio
from mixassist.automix.reason import Cause, Influence, Reason
from mixassist.automix.why import reasons
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.rendering.strips import one_torch_thread

__all__ = ["Cause", "Influence", "Reason", "reason_lines", "why"]


def why(
    session: Session,
    stems: StemLibrary,
    track_id: str,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> tuple[Reason, ...]:
    """Returns what the controller wishes for a track, each value with what moved it most.

    Raises:
        MixAssistError: the controller's weights are missing, or the track is silent.
        KeyError: there is no such track.
        Cancelled: `cancel` was set.
    """
    network = shipped_controller()
    if network is None:
        raise MixAssistError("The controller's weights are not there", remedy="Reinstall MixAssist")
    track = session.track(track_id)
    rate = session.sample_rate_hz
    found = [stems.stem(t.source, rate) for t in session.tracks]
    stems.decode(found, progress=scaled(progress, 0.0, 0.3), cancel=cancel)
    inputs = [TrackAudio(t, stem.samples) for t, stem in zip(session.tracks, found, strict=True)]
    with one_torch_thread():
        heard = hear_for_controller(network, inputs, rate, scaled(progress, 0.3, 0.9), cancel)
        if track_id in heard.song.silent:
            raise MixAssistError("is silent, so nothing was predicted for it", subject=track.name)
        if track_id in heard.song.aside:
            raise MixAssistError("is no part of the music, so its fader was shut", subject=track.name)
        told = reasons(network, heard, track_id)
    progress(1.0, "Asked")
    return told


def reason_lines(reason: Reason) -> list[str]:
    """Returns a reason as lines of text: the value, then what moved it."""
    unit = f" {reason.unit}" if reason.unit else ""
    lines = [f"{reason.label[:1].upper()}{reason.label[1:]}: {reason.value:+.2f}{unit}"]
    lines += [f"   {i.track_name}: {i.change:+.2f}{unit}" for i in reason.influences]
    lines += [f"   {c.label}" + ("" if c.change is None else f": {c.change:+.2f}{unit}") for c in reason.causes]
    return lines
