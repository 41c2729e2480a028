# SPDX-License-Identifier: Apache-2.0
"""Audio that a picture or a number is made of, read anywhere by anybody: arrays, mixes, single strips, what remains.

Reading never changes a sound, and any thread may read. Two sounds of equal `identity` have equal samples, so whatever
was computed from one is good for the other.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from mixassist.analysis.kept_sums import KeptSum
from mixassist.analysis.signals import Audio, as_frames
from mixassist.rendering.play_graph import MixScratch, PlayGraph, mix_block

_BLOCK_FRAMES = 1 << 17
"""Long enough that threads which wait for one another between two tracks do not wait often."""
_REMEMBERED_FRAMES = 1 << 20


class Sound(Protocol):
    """Audio on the session's time line."""

    @property
    def identity(self) -> str:
        """Names the samples."""

    @property
    def sample_rate_hz(self) -> int:
        """Frames a second."""

    @property
    def frames(self) -> int:
        """Length in frames."""

    @property
    def sides(self) -> int:
        """1 or 2."""

    def read(self, start: int, frames: int) -> np.ndarray:
        """Returns (frames, sides) float32 from `start` on, which may be negative; zeros before 0 and behind the end."""


_numbers = itertools.count(1)


def _fresh_identity(kind: str) -> str:
    """Names samples of which nothing is known: like no others."""
    return f"{kind}-{next(_numbers)}"


class ArraySound:
    """An array or memory map as a sound.

    Args:
        audio: numpy (frames, 1 or 2), or torch (1 or 2, frames); kept, not copied; it must not change.
        identity: names the samples; by default like no others.
    """

    def __init__(self, audio: Audio, sample_rate_hz: int, identity: str = "") -> None:
        self._array = as_frames(audio)
        self.sample_rate_hz = sample_rate_hz
        self.identity = identity or _fresh_identity("array")

    @property
    def frames(self) -> int:
        """Length in frames."""
        return len(self._array)

    @property
    def sides(self) -> int:
        """1 or 2."""
        return int(self._array.shape[1])

    def read(self, start: int, frames: int) -> np.ndarray:
        """Returns (frames, sides) float32, zeros outside."""
        block = np.zeros((frames, self.sides), np.float32)
        low, high = max(start, 0), max(0, min(start + frames, self.frames))
        if high > low:
            block[low - start : high - start] = self._array[low:high]
        return block


class GraphSound:
    """What a play graph gives, as it is heard: all of it, or one strip of it alone.

    Args:
        identity: names the samples; by default like no others.
        kept: where the sum of its strips is kept, so that it is made once; by default each read makes it.
    """

    sides = 2
    is_provisional = False
    """Whether the samples are only near those that the exact render will have."""

    def __init__(self, graph: PlayGraph, identity: str = "", kept: KeptSum | None = None) -> None:
        self.graph = graph
        self._kept = kept
        self.identity = identity or _fresh_identity("graph")
        self._local = threading.local()

    @property
    def sample_rate_hz(self) -> int:
        """Frames a second."""
        return self.graph.sample_rate_hz

    @property
    def frames(self) -> int:
        """Length in frames."""
        return self.graph.length_frames

    def read(self, start: int, frames: int) -> np.ndarray:
        """Returns (frames, 2) float32, zeros outside."""
        block = np.zeros((frames, 2), np.float32)
        low, high = max(start, 0), min(start + frames, self.frames)
        if low < high:
            inside = block[low - start : high - start]
            if self._kept is None:
                self._mix(low, inside)
            else:
                self._kept.read(low, inside, self._mix)
        return block

    def _mix(self, start: int, out: np.ndarray) -> None:
        scratch: MixScratch | None = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = MixScratch(_BLOCK_FRAMES)
        for first in range(0, len(out), _BLOCK_FRAMES):
            mix_block(self.graph, start + first, out[first : first + _BLOCK_FRAMES], scratch)


class StretchSound(GraphSound):
    """A graph of which one stretch is there, provisional and summed already; elsewhere strips may be missing.

    Args:
        start: where the stretch begins.
        samples: (frames, 2), the stretch; kept, not copied.
    """

    is_provisional = True

    def __init__(self, graph: PlayGraph, identity: str, start: int, samples: np.ndarray) -> None:
        super().__init__(graph, identity)
        self._start, self._samples = start, samples

    def read(self, start: int, frames: int) -> np.ndarray:
        """Returns (frames, 2) float32, zeros outside of the graph."""
        first = start - self._start
        if first < 0 or first + frames > len(self._samples):
            return super().read(start, frames)
        return self._samples[first : first + frames].copy()


def strip_alone(graph: PlayGraph, track_id: str) -> PlayGraph:
    """Returns the graph with one strip only, as it stands in the mix, master gain included.

    Raises:
        KeyError: there is no such strip.
    """
    strips = tuple(s for s in graph.strips if s.track_id == track_id)
    if not strips:
        raise KeyError(track_id)
    return replace(graph, strips=strips)


@dataclass(frozen=True)
class ResidualSound:
    """What remains when b is taken from a: a − gain·b, sample by sample; as long as the longer of the two.

    Attributes:
        gain: factor on b: the level match.
        lag_frames: by how much b is late; it is moved that much earlier.
    """

    a: Sound
    b: Sound
    gain: float = 1.0
    lag_frames: int = 0

    def __post_init__(self) -> None:
        if self.a.sample_rate_hz != self.b.sample_rate_hz:
            raise ValueError(f"sounds at {self.a.sample_rate_hz} Hz and {self.b.sample_rate_hz} Hz have no difference")

    @property
    def identity(self) -> str:
        """Names the samples by both sounds, gain and lag."""
        text = f"{self.a.identity}\n{self.b.identity}\n{self.gain!r}\n{self.lag_frames}"
        return "residual-" + hashlib.sha256(text.encode()).hexdigest()

    @property
    def sample_rate_hz(self) -> int:
        """Frames a second."""
        return self.a.sample_rate_hz

    @property
    def frames(self) -> int:
        """Length in frames."""
        return max(self.a.frames, self.b.frames - self.lag_frames, 0)

    @property
    def sides(self) -> int:
        """1 or 2."""
        return max(self.a.sides, self.b.sides)

    def read(self, start: int, frames: int) -> np.ndarray:
        """Returns (frames, sides) float32, zeros outside."""
        minuend, subtrahend = self.a.read(start, frames), self.b.read(start + self.lag_frames, frames)
        # One side against two counts as two equal sides.
        return np.asarray(minuend - np.float32(self.gain) * subtrahend, np.float32)


class FramesOf:
    """A sound looked at as an array (frames, sides) that is read where it is sliced: what `WaveformPyramid` needs.

    The last stretch is remembered, for a close look is drawn again and again from the same.
    """

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        self.shape = (sound.frames, sound.sides)
        self._last: tuple[int, int, np.ndarray] | None = None

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, stretch: slice) -> np.ndarray:
        start, stop, step = stretch.indices(self.shape[0])
        if step != 1:
            raise ValueError("only whole stretches can be read")
        last = self._last
        if last is not None and last[:2] == (start, stop):
            return last[2]
        read = self.sound.read(start, max(stop - start, 0))
        read.flags.writeable = False
        self._last = (start, stop, read) if len(read) <= _REMEMBERED_FRAMES else None
        return read
