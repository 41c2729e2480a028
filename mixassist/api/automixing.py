# SPDX-License-Identifier: Apache-2.0
"""Automix: a suggestion for every channel, and the master gain that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mixassist.api.checking import require_sound
from mixassist.audio.stems import StemLibrary
from mixassist.automix.methods import DEFAULT_METHOD, METHODS, TrackAudio, predict
from mixassist.domain.commands import ApplyPrediction
from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Master, Session
from mixassist.rendering.mixdown import fit_master, render_session

METHOD_NAMES: tuple[str, ...] = tuple(METHODS)

__all__ = ["DEFAULT_METHOD", "METHOD_NAMES", "Suggestion", "apply_suggestion", "automix", "fitted_master"]


@dataclass(frozen=True)
class Suggestion:
    """What a mixer suggests; nothing has changed until somebody applies it."""

    predictions: Mapping[str, Controls]
    method: str
    master: Master
    notes: tuple[str, ...] = ()


def automix(
    session: Session,
    stems: StemLibrary,
    method: str = DEFAULT_METHOD,
    *,
    seed: int = 0,
    fit_master: bool = True,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Suggestion:
    """Hears all tracks, suggests the 26 controls of each, and fits the master's gain to the result.

    `fit_master=False` leaves the master as it is and saves the rendering of the whole mix.

    Raises:
        MixAssistError: no such method, no tracks, or no sound in any of them.
        Cancelled: `cancel` was set.
    """
    if method not in METHODS:
        raise MixAssistError(
            "there is no such method", subject=method, remedy=f"Choose one of {', '.join(METHOD_NAMES)}"
        )
    if not session.tracks:
        raise MixAssistError("the session has no tracks to mix", remedy="Import some stems first")
    rate = session.sample_rate_hz
    found = [stems.stem(t.source, rate) for t in session.tracks]
    stems.decode(found, progress=scaled(progress, 0.0, 0.2), cancel=cancel)
    require_sound(session, stems, session.name)
    inputs = [TrackAudio(track, stem.samples) for track, stem in zip(session.tracks, found, strict=True)]
    prediction = predict(method, inputs, rate, seed=seed, progress=scaled(progress, 0.2, 0.5), cancel=cancel)
    mixed = ApplyPrediction(prediction.controls, method).apply(session)
    master = session.master
    if fit_master:
        master = fitted_master(mixed, stems, progress=scaled(progress, 0.5, 1.0), cancel=cancel)
    return Suggestion(prediction.controls, method, master, prediction.notes)


def apply_suggestion(session: Session, suggestion: Suggestion) -> Session:
    """Returns the session with the suggestion taken over; locked controls stay."""
    return ApplyPrediction(suggestion.predictions, suggestion.method, master=suggestion.master).apply(session)


def fitted_master(
    session: Session,
    stems: StemLibrary,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Master:
    """Renders and measures the mix in the session's view; returns its master with the gain that meets the target."""
    graph = render_session(session, stems, session.view, progress=scaled(progress, 0.0, 0.8), cancel=cancel)
    _, decision = fit_master(graph, session.master, progress=scaled(progress, 0.8, 1.0), cancel=cancel)
    return replace(session.master, gain_db=decision.gain_db)
