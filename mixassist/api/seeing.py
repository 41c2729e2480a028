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
from dataclasses import dataclass, replace
from threading import Lock

from mixassist.analysis.signals import finite
from mixassist.analysis.sounds import FramesOf, GraphSound, ResidualSound, Sound
from mixassist.audio.loudness import LoudnessMeter
from mixassist.audio.pyramid import WaveformPyramid
from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import View
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.session import Session
from mixassist.domain.slots import in_slot, slot_state
from mixassist.rendering.cache import RenderCache
from mixassist.rendering.mixdown import render_session
from mixassist.rendering.play_graph import Patch, PlayGraph
from mixassist.rendering.renderers import renderer_for
from mixassist.rendering.residual import residual_graph
from mixassist.rendering.strip_render import NOTHING
from mixassist.rendering.strips import Order, Take, assemble, order_for, reader_of, strip_gains

_LOUDNESS_BLOCK_FRAMES = 1 << 16
_PART_MARGIN_S = 0.25


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
    renderer, rate = renderer_for(subject.view), state.sample_rate_hz
    strips = []
    for track in state.tracks:
        if not state.is_audible(track):
            continue
        stem = stems.stem(track.source, rate)
        wanted = order_for(renderer, track.channel, stem)
        key = wanted.key if isinstance(wanted, Order) else stem.content_key
        strips.append([key, track.start_frames, *strip_gains(track.channel, True, wanted.gain)])
    text = json.dumps([strips, state.master.gain_db, state.length_frames, rate])
    return hashlib.sha256(text.encode()).hexdigest()


def sound_of(
    session: Session,
    stems: StemLibrary,
    subject: Subject,
    *,
    cache: RenderCache | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> GraphSound:
    """Renders a subject exactly and returns it as a sound; what is in the render cache is not rendered again.

    Its `graph` can be played.

    Raises:
        MixAssistError: a stem cannot be read, the view has no renderer, there is no such snapshot, the disk is full.
        Cancelled: as the token asks.
    """
    state = subject_session(session, subject)
    graph = render_session(state, stems, subject.view, progress, cancel, cache=cache)
    return GraphSound(graph, identity_of(session, stems, subject))


def part_of(
    session: Session,
    stems: StemLibrary,
    subject: Subject,
    start_s: float,
    end_s: float,
    *,
    cache: RenderCache | None = None,
    cancel: CancelToken | None = None,
) -> GraphSound:
    """Renders the visible seconds of a subject only: there at once while a control moves, good for a picture.

    Strips whose complete render is in the cache are taken from there. Where a compressor works, the others are a
    hair's breadth from the exact render (they start from rest some seconds earlier), so the sound has an identity of
    its own, and pictures of it are to be replaced by those of `sound_of`. Stems are decoded first if they are not yet.

    Raises:
        MixAssistError: a stem cannot be read, the view has no renderer, there is no such snapshot.
        Cancelled: as the token asks.
    """
    state = subject_session(session, subject)
    renderer, renders, rate = renderer_for(subject.view), cache or RenderCache(), state.sample_rate_hz
    start, stop = round((start_s - _PART_MARGIN_S) * rate), round((end_s + _PART_MARGIN_S) * rate)
    found = {t.id: stems.stem(t.source, rate) for t in state.tracks}
    stems.decode([found[t.id] for t in state.tracks if state.is_audible(t)], cancel=cancel)
    takes: dict[str, Take] = {}
    is_exact = True
    for track in state.tracks:
        if cancel is not None:
            cancel.check()
        stem = found[track.id]
        if not state.is_audible(track):
            takes[track.id] = Take(stem.strip_samples, 1.0)
            continue
        wanted = order_for(renderer, track.channel, stem)
        if isinstance(wanted, Order):
            samples = renders.find(wanted.key, wanted.frames, wanted.sides)
            if samples is None:
                is_exact = False
                wanted = _stretch(wanted, start - track.start_frames, stop - track.start_frames)
            else:
                wanted = Take(samples, wanted.gain, wanted.key)
        takes[track.id] = wanted
    identity = identity_of(session, stems, subject)
    return GraphSound(assemble(state, takes), identity if is_exact else f"{identity}-{start}-{stop}")


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
