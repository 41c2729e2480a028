# SPDX-License-Identifier: Apache-2.0
"""One strip of the window's engine: what plays, what is wanted instead, and how far that has got."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from mixassist.audio.stems import StemAudio
from mixassist.domain.track import Track
from mixassist.rendering.cache import RenderCache, RenderFile
from mixassist.rendering.play_graph import Patch, Samples
from mixassist.rendering.strips import Order, Take, reader_of

PIECE_S = 4.0
"""Length of a piece rendered ahead of the playhead: about 50 ms of work."""
QUICK_PIECE_S = 1.0
"""Length of the first piece after an edit of few strips, which is heard the sooner."""
AHEAD_S = 4.0
"""Pieces reach at least this far ahead before the complete render goes on."""
_BEFORE_S = 0.05
"""A piece begins this much before it is needed, so that its cross-fade is over there."""
_KEPT_PIECES = 8
_KEPT_UNDERLAYS = 3

NOTHING: Samples = np.zeros((0, 1), np.float32)


@dataclass(frozen=True, eq=False)
class Piece:
    """A stretch rendered ahead of the complete render; frames count from the strip's first sample."""

    start: int
    samples: Samples

    @property
    def end(self) -> int:
        return self.start + len(self.samples)


class WholeRender:
    """The complete render of an order on its way to the cache, chunk by chunk."""

    def __init__(self, order: Order, cache: RenderCache) -> None:
        self._file: RenderFile = cache.create(order.key, order.frames, order.sides)
        self._chunks: Iterator[tuple[int, Samples]] = order.process.stream(reader_of(order.samples), order.frames)

    def step(self) -> Samples | None:
        """Renders one chunk more; returns the samples when that was the last."""
        chunk = next(self._chunks, None)
        if chunk is None:
            return self._file.finish()
        self._file.write(*chunk)
        return None

    def discard(self) -> None:
        """Gives it up and removes its file."""
        self._file.discard()


@dataclass(eq=False)
class StripRender:
    """The state of one strip. Guarded by the engine's lock but for the work itself.

    Attributes:
        take: what plays: complete, but maybe of older settings.
        order: what is wanted instead; None when the take is what is wanted.
        pieces: stretches of the order that are there already.
        seen: what the order was made from, to know whether it must be made again.
        is_busy: a worker is at the whole render.
        is_piecing: somebody makes a piece.
    """

    track: Track
    stem: StemAudio | None
    take: Take
    order: Order | None = None
    pieces: list[Piece] = field(default_factory=list)
    whole: WholeRender | None = None
    seen: object = None
    is_busy: bool = False
    is_piecing: bool = False
    is_audible: bool = True
    error: Exception | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether something is still to be rendered."""
        return self.order is not None and self.error is None

    def play(self, take: Take) -> None:
        """Plays this from now on; nothing else is wanted."""
        self.take, self.order, self.pieces, self.error = take, None, [], None
        self._drop_whole()

    def want(self, order: Order) -> None:
        """Wants another render; what plays goes on until pieces of it are there."""
        if self.order is not None and self.order.key == order.key:
            self._rescale(order)
            return
        self.take = replace(self.take, patches=self.patches()[-_KEPT_UNDERLAYS:])
        self.order, self.pieces, self.error = order, [], None
        self._drop_whole()

    def patches(self) -> tuple[Patch, ...]:
        """What is painted over the take: remains of former wishes, and the pieces of this one."""
        if self.order is None or not self.pieces:
            return self.take.patches
        ratio = self._ratio(self.order)
        return (*self.take.patches, *(Patch(p.start, p.samples, ratio) for p in self.pieces))

    def playing(self) -> Take:
        """Returns the take as it should sound now."""
        return replace(self.take, patches=self.patches())

    def add_piece(self, order: Order, piece: Piece) -> None:
        """Takes a piece in. One of a former order is better than what plays only until the present one has its own."""
        if self.order is None:
            return
        if order.key == self.order.key:
            self._make_room_for(order)
            self.pieces = [*self.pieces[1 - _KEPT_PIECES :], piece]
        elif not self.pieces:
            self._make_room_for(order)
            older = (*self.take.patches, Patch(piece.start, piece.samples, self._ratio(order)))
            self.take = replace(self.take, patches=older[-_KEPT_UNDERLAYS:])

    def next_piece(self, position: int, quick: bool = False) -> tuple[int, int] | None:
        """Returns start and length of the piece that is needed most, or None when enough is there.

        Args:
            position: the playhead on the session's time line.
            quick: begin with a short piece.
        """
        if self.order is None or self.stem is None or not self.is_audible:
            return None
        rate, end = self.stem.sample_rate_hz, self.order.frames
        local = max(position - self.track.start_frames, 0)
        covered = self.covered_until(local)
        if covered >= min(local + round(AHEAD_S * rate), end):
            return None
        # Each piece also begins this much inside the one before it: between the two there is no way back to the old.
        start = max(covered - round(_BEFORE_S * rate), 0)
        seconds = QUICK_PIECE_S if quick and not self.pieces else PIECE_S
        frames = min(round(seconds * rate), end - start)
        decoded = self.stem.is_complete or self.stem.ready_frames >= start + frames
        return (start, frames) if decoded and frames > 0 else None

    def covered_until(self, local: int) -> int:
        """Returns up to where pieces follow one another from the strip's frame `local` on."""
        reached = local
        for piece in sorted(self.pieces, key=lambda p: p.start):
            if piece.start <= reached < piece.end:
                reached = piece.end
        return reached

    def _rescale(self, order: Order) -> None:
        """Follows a gain that needs no render: polarity, or input gain without a compressor."""
        former = self.order
        if former is not None and former.gain not in (0.0, order.gain):
            self.take = replace(self.take, gain=self.take.gain * order.gain / former.gain)
        self.order = order

    def _ratio(self, order: Order) -> float:
        return order.gain / self.take.gain if self.take.gain != 0.0 else 1.0

    def _make_room_for(self, order: Order) -> None:
        """A silent take has no level to relate a piece to: silence under the piece's own gain sounds the same."""
        if self.take.gain == 0.0:
            self.take = Take(NOTHING, order.gain)

    def _drop_whole(self) -> None:
        # A worker that is at it holds its own reference, and discards it when it comes back.
        if self.whole is not None and not self.is_busy:
            self.whole.discard()
        self.whole = None
