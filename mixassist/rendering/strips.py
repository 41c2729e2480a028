# SPDX-License-Identifier: Apache-2.0
"""From tracks to strips of the play graph: the part that the window's engine and the mixdown share."""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from mixassist.audio.stems import StemAudio
from mixassist.domain.channel import Channel
from mixassist.domain.fader_law import fader_factor
from mixassist.domain.session import Session
from mixassist.dsp.render_strip import ReadFrames
from mixassist.rendering.play_graph import Patch, PlayGraph, PlayStrip, Samples
from mixassist.rendering.renderers import Recipe, Renderer, StripProcess


@dataclass(frozen=True, eq=False)
class Take:
    """Samples to play for a strip, and the factor that belongs to them.

    `key` names the render; "" stands for the stem's own samples.
    """

    samples: Samples
    gain: float
    key: str = ""
    patches: tuple[Patch, ...] = ()


@dataclass(frozen=True, eq=False)
class Order:
    """A render that somebody needs: from which samples, how, its factor, and the key it is kept under."""

    key: str
    samples: Samples
    process: StripProcess
    gain: float

    @property
    def frames(self) -> int:
        """Length of the render: the stem and what rings behind it."""
        return len(self.samples) + self.process.tail_frames

    @property
    def sides(self) -> int:
        """Sides of the render."""
        return self.process.sides


def order_for(renderer: Renderer, channel: Channel, stem: StemAudio) -> Order | Take:
    """Returns what has to be rendered for a channel, or the stem's own samples as a take where nothing has."""
    samples = stem.strip_samples
    recipe = renderer.recipe(channel, stem.sample_rate_hz, samples.shape[1])
    if recipe.process is None:
        return Take(samples, recipe.gain)
    return Order(render_key(recipe, stem), samples, recipe.process, recipe.gain)


def render_key(recipe: Recipe, stem: StemAudio) -> str:
    """Names a render by everything its samples depend on."""
    text = f"{recipe.identity}\n{stem.content_key}\n{stem.frames}"
    return hashlib.sha256(text.encode()).hexdigest()


def strip_gains(channel: Channel, is_audible: bool, gain: float) -> tuple[float, float]:
    """Returns the left and right factors of a strip: fader, constant-power pan and `gain`; 0 when not audible."""
    if not is_audible:
        return 0.0, 0.0
    level = fader_factor(channel.controls.number("fader_db")) * gain
    angle = (channel.controls.number("pan") + 1.0) * math.pi / 4.0
    # Hard left must be silent on the right: sin and cos of a float angle are not quite 0 there.
    left, right = max(math.cos(angle), 0.0), max(math.sin(angle), 0.0)
    return level * (left if left > 1e-15 else 0.0), level * (right if right > 1e-15 else 0.0)


def assemble(session: Session, takes: Mapping[str, Take]) -> PlayGraph:
    """Puts the takes, by track id, into a graph with the session's faders, pans, mutes, solos and master."""
    any_solo = session.any_solo
    strips = []
    for track in session.tracks:
        take, channel = takes[track.id], track.channel
        left, right = strip_gains(channel, not channel.mute and (channel.solo or not any_solo), take.gain)
        strips.append(PlayStrip(track.id, take.samples, track.start_frames, left, right, take.patches))
    master_gain = 10.0 ** (session.master.gain_db / 20.0)
    return PlayGraph(tuple(strips), master_gain, session.length_frames, session.sample_rate_hz)


def reader_of(samples: Samples) -> ReadFrames:
    """Returns a function that reads (start, frames) of (frames, sides) as (sides, frames), zeros outside."""
    total, sides = samples.shape

    def read(start: int, frames: int) -> torch.Tensor:
        first, last = max(start, 0), min(start + frames, total)
        audio = torch.zeros(sides, frames)
        if first < last:
            target = audio.numpy()[:, first - start : last - start]
            np.copyto(target, samples[first:last].T)
        return audio

    return read


class _TorchThreads:
    """Holds torch to one thread while anybody renders, and gives the former number back afterwards."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._former = 1

    @contextmanager
    def held_to_one(self) -> Iterator[None]:
        with self._lock:
            if self._holders == 0:
                self._former = torch.get_num_threads()
                torch.set_num_threads(1)
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if self._holders == 0:
                    torch.set_num_threads(self._former)


_torch_threads = _TorchThreads()


def one_torch_thread() -> AbstractContextManager[None]:
    """Holds torch to one thread a worker: strips already render side by side, and one core is for sound and window.

    The number is the process's: threads started inside the `with` inherit it.
    """
    return _torch_threads.held_to_one()
