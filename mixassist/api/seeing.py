# SPDX-License-Identifier: Apache-2.0
"""What a picture is made of: a channel or the mix, through any view, as it stands or as a snapshot has it.

A `Subject` says what to look at, `sound_of` renders it (or finds the renders that are there already) and gives a sound
that spectrograms, waveforms, differences and numbers read. `part_of` does so for the visible seconds only, for
pictures that follow a control.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from mixassist.analysis.kept_sums import KeptSums
from mixassist.analysis.recent_sums import RecentSums, StretchSum, stretch_of
from mixassist.analysis.signals import finite
from mixassist.analysis.sounds import FramesOf, GraphSound, ResidualSound, Sound, StretchSound
from mixassist.audio.loudness import LoudnessMeter
from mixassist.audio.pyramid import WaveformPyramid
from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import View
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.session import Session
from mixassist.domain.slots import in_slot, slot_state
from mixassist.domain.track import Track
from mixassist.rendering.cache import RenderCache
from mixassist.rendering.mixdown import render_session
from mixassist.rendering.play_graph import Patch, PlayGraph
from mixassist.rendering.renderers import renderer_for
from mixassist.rendering.residual import residual_graph
from mixassist.rendering.strip_render import NOTHING
from mixassist.rendering.strips import Order, Take, assemble, order_for, reader_of, strip_gains

_LOUDNESS_BLOCK_FRAMES = 1 << 16
_PART_MARGIN_S = 0.25
_KEPT_BYTES = 1 << 30
"""What the sums of mixes take on the disk while the program runs: an hour's three views are not kept, a song's are."""
_kept, _recent = KeptSums(_KEPT_BYTES), RecentSums()


@dataclass(frozen=True)
class Subject:
    """What to look at.

    Attributes:
        view: dry, wet or model.
        track_id: one channel as it sounds soloed; None for the mix.
        snapshot: the name of a snapshot to look at; None for the session as it stands.
    """

    view: View
    track_id: str | None = None
    snapshot: str | None = None


def subject_session(session: Session, subject: Subject) -> Session:
    """Returns the session in the state that the subject shows: its snapshot recalled, its channel alone.

    Raises:
        MixAssistError: there is no such snapshot.
        KeyError: there is no such track.
    """
    state = session if subject.snapshot is None else _recalled(session, subject.snapshot)
    if subject.track_id is None:
        return state
    track = state.track(subject.track_id)
    # Alone, and to be seen though it is muted: the end of the session stays where it was.
    only = replace(track.channel, solo=True, mute=False)
    others = (replace(t, channel=replace(t.channel, solo=False)) for t in state.tracks)
    return replace(state, tracks=tuple(t if t.id != track.id else track.with_channel(only) for t in others))


def _recalled(session: Session, name: str) -> Session:
    """Returns the console in a snapshot's state; Start and Predicted are worked out where nobody kept them."""
    if session.snapshot(name) is None and slot_state(session, name) is not None:
        return in_slot(session, name)
    return session.recalled_snapshot(name)


def identity_of(session: Session, stems: StemLibrary, subject: Subject) -> str:
    """Names the samples of a subject without rendering anything: equal names, equal samples, in every run.

    While a stem is still being decoded the name is provisional: a stereo file may turn out to be mono.

    Raises:
        MixAssistError: a file is gone, or the view has no renderer.
    """
    state = subject_session(session, subject)
    return _identity(state, _wanted(state, stems, subject.view))


_Wanted = dict[str, tuple[Order | Take, tuple[Any, ...]]]
"""By the id of each audible track: what its strip is made of, and the name of its samples, place and gains."""


def _wanted(state: Session, stems: StemLibrary, view: View) -> _Wanted:
    renderer, rate = renderer_for(view), state.sample_rate_hz
    found: _Wanted = {}
    for track in state.tracks:
        if state.is_audible(track):
            stem = stems.stem(track.source, rate)
            wanted = order_for(renderer, track.channel, stem)
            key = wanted.key if isinstance(wanted, Order) else stem.content_key
            found[track.id] = wanted, (key, track.start_frames, *strip_gains(track.channel, True, wanted.gain))
    return found


def _identity(state: Session, wanted: _Wanted) -> str:
    strips = [list(name) for _, name in wanted.values()]
    text = json.dumps([strips, state.master.gain_db, state.length_frames, state.sample_rate_hz])
    return hashlib.sha256(text.encode()).hexdigest()


def sound_of(
    session: Session,
    stems: StemLibrary,
    subject: Subject,
    *,
    cache: RenderCache | None = None,
    workers: int | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> GraphSound:
    """Renders a subject exactly and returns it as a sound; what is in the render cache is not rendered again.

    Its `graph` can be played.

    Args:
        workers: how many strips may be rendered side by side; by default as many as for a file.

    Raises:
        MixAssistError: a stem cannot be read, the view has no renderer, there is no such snapshot, the disk is full.
        Cancelled: as the token asks.
    """
    state, renders = subject_session(session, subject), cache or RenderCache()
    graph = render_session(state, stems, subject.view, progress, cancel, cache=renders, workers=workers)
    return _whole(graph, state, _wanted(state, stems, subject.view), renders)


def _whole(graph: PlayGraph, state: Session, wanted: _Wanted, renders: RenderCache) -> GraphSound:
    identity, names = _identity(state, wanted), {i: name for i, (_, name) in wanted.items()}
    return GraphSound(graph, identity, _kept.of(identity, graph, names, renders))


def part_of(
    session: Session,
    stems: StemLibrary,
    subject: Subject,
    start_s: float,
    end_s: float,
    *,
    cache: RenderCache | None = None,
    cancel: CancelToken | None = None,
) -> GraphSound | StretchSound:
    """Renders the visible seconds of a subject only: there at once while a control moves, good for a picture.

    Strips whose complete render is in the cache are taken from there. Where a compressor works, the others are a
    hair's breadth from the exact render (they start from rest some seconds earlier), so the sound has an identity of
    its own, and pictures of it are to be replaced by those of `sound_of`. Stems are decoded first if they are not yet.
    What was summed before, for the same seconds or as a whole, is summed on where few strips have changed since.

    Returns:
        A `StretchSound`; a `GraphSound`, all of it and exact, when every strip's complete render is in the cache.

    Raises:
        MixAssistError: a stem cannot be read, the view has no renderer, there is no such snapshot.
        Cancelled: as the token asks.
    """
    state, renders = subject_session(session, subject), cache or RenderCache()
    rate = state.sample_rate_hz
    start, stop = round((start_s - _PART_MARGIN_S) * rate), round((end_s + _PART_MARGIN_S) * rate)
    found = {t.id: stems.stem(t.source, rate) for t in state.tracks}
    stems.decode([found[t.id] for t in state.tracks if state.is_audible(t)], cancel=cancel)
    wanted = _wanted(state, stems, subject.view)
    place = (subject, start, stop, rate, str(renders.directory))
    former = _recent.find(place) or _nearest(state, wanted, start, stop - start)
    takes: dict[str, Take] = {}
    names: dict[str, Hashable] = {}
    for track in state.tracks:
        if cancel is not None:
            cancel.check()
        if track.id not in wanted:
            takes[track.id] = Take(found[track.id].strip_samples, 1.0)
            continue
        order, name = wanted[track.id]
        takes[track.id], names[track.id] = _part_take(order, name, former, track, (start, stop), renders)
    graph = assemble(state, takes)
    samples = _recent.summed(place, graph, names, start, stop - start, former)
    if not any(name[1] for name in names.values()):  # type: ignore[index]
        return _whole(graph, state, wanted, renders)
    return StretchSound(graph, f"{_identity(state, wanted)}-{start}-{stop}", start, samples)


def _nearest(state: Session, wanted: _Wanted, start: int, frames: int) -> StretchSum | None:
    """Returns a stretch of a mix that is kept and differs in few strips."""
    frame = (state.length_frames, state.sample_rate_hz, 10.0 ** (state.master.gain_db / 20.0))
    kept = _kept.nearest({i: name for i, (_, name) in wanted.items()}, frame, start, frames)
    return None if kept is None else stretch_of(kept, {i: (n, False) for i, n in kept.names.items()}, start, frames)


def _part_take(
    order: Order | Take,
    name: Hashable,
    former: StretchSum | None,
    track: Track,
    stretch: tuple[int, int],
    renders: RenderCache,
) -> tuple[Take, tuple[Hashable, bool]]:
    """Returns what a strip plays in a stretch, and its name with whether it is provisional."""
    if not isinstance(order, Order):
        return order, (name, False)
    known = None if former is None else former.names.get(track.id)
    strip = None if former is None else former.strips.get(track.id)
    if strip is not None and known == (name, False):
        return Take(strip.samples, order.gain, order.key), (name, False)
    samples = renders.find(order.key, order.frames, order.sides)
    if samples is not None:
        return Take(samples, order.gain, order.key), (name, False)
    if strip is not None and known == (name, True):
        return Take(strip.samples, order.gain, order.key, strip.patches), (name, True)
    first, last = stretch[0] - track.start_frames, stretch[1] - track.start_frames
    return _stretch(order, first, last), (name, True)


def forget_sums() -> None:
    """Lets go of the sums that are kept, and of the renders behind them: another session is opened, or none."""
    _recent.clear()
    _kept.clear()


def _stretch(order: Order, start: int, stop: int) -> Take:
    """Renders a stretch of a strip; silence elsewhere."""
    first, last = max(start, 0), min(stop, order.frames)
    if first >= last:
        return Take(NOTHING, order.gain, order.key)
    samples = order.process.piece(reader_of(order.samples), first, last - first)
    return Take(NOTHING, order.gain, order.key, (Patch(first, samples),))


def residual_of(a: GraphSound, b: GraphSound, gain_db: float = 0.0) -> ResidualSound:
    """Returns what remains when b, turned up by `gain_db`, is taken from a, aligned to the sample."""
    return ResidualSound(a, b, 10.0 ** (gain_db / 20.0))


def residual_to_play(a: GraphSound, b: GraphSound, gain_db: float = 0.0) -> PlayGraph:
    """Returns the same as a graph for the player, for listening to the difference alone."""
    return residual_graph(a.graph, b.graph, 10.0 ** (gain_db / 20.0))


_loudness: OrderedDict[str, float] = OrderedDict()
_loudness_lock = Lock()


def level_match_db(a: Sound, b: Sound, progress: Progress = no_progress, cancel: CancelToken | None = None) -> float:
    """By how much b is to be turned up to be as loud as a: integrated loudness, dB; 0 where either is silent.

    A sound that was measured before is not measured again.
    """
    difference = _lufs(a, progress, cancel) - _lufs(b, progress, cancel)
    return difference if abs(difference) < float("inf") else 0.0


def _lufs(sound: Sound, progress: Progress, cancel: CancelToken | None) -> float:
    with _loudness_lock:
        known = _loudness.get(sound.identity)
    if known is not None:
        return known
    meter = LoudnessMeter(sound.sample_rate_hz, sound.sides)
    for start in range(0, sound.frames, _LOUDNESS_BLOCK_FRAMES):
        if cancel is not None:
            cancel.check()
        meter.update(finite(sound.read(start, min(_LOUDNESS_BLOCK_FRAMES, sound.frames - start))))
        progress(min(1.0, (start + _LOUDNESS_BLOCK_FRAMES) / sound.frames), "Measuring loudness")
    with _loudness_lock:
        _loudness[sound.identity] = meter.integrated_lufs()
        while len(_loudness) > 256:
            _loudness.popitem(last=False)
        return _loudness[sound.identity]


def waveform_of(sound: Sound) -> WaveformPyramid:
    """Returns an empty waveform of a sound: call its `extend(sound.frames, progress, cancel)` to fill it, in pieces.

    It shows any zoom down to single samples, which it reads from the sound.
    """
    return WaveformPyramid(FramesOf(sound))  # type: ignore[arg-type]  # shape, length and slices are all it asks for
