# SPDX-License-Identifier: Apache-2.0
"""Renders of what may be switched to next: the other views, and the snapshots. Done in idle moments, for the cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mixassist.audio.stems import StemAudio
from mixassist.domain.channel import Channel, View
from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.rendering.cache import RenderCache
from mixassist.rendering.renderers import nonlinear_part, renderer_for
from mixassist.rendering.strip_render import WholeRender
from mixassist.rendering.strips import Order, Take, order_for

_SHARE_OF_LIMIT = 0.5
"""Foresight stops when the cache is this full: it must not drive out what plays."""


class Foresight:
    """Goes through what may be wanted soon, one chunk of a render at a time. The engine guards all but `step`.

    Args:
        cache: where the renders go.

    Attributes:
        views: what may be switched to.
    """

    def __init__(self, cache: RenderCache) -> None:
        self.views: tuple[View, ...] = ()
        self._cache = cache
        self._session = Session()
        self._view = View.DRY
        self._stems: Mapping[str, StemAudio] = {}
        self._seen: object = None
        self._todo: Iterator[Order] | None = None
        self._whole: WholeRender | None = None
        self._is_busy = False

    def show(self, session: Session, stems: Mapping[str, StemAudio], view: View) -> None:
        """Follows a session; what has been begun is finished first."""
        # Without what needs no render: faders and pans may move as they like.
        rendered = tuple((t.id, nonlinear_part(t.channel)[0]) for t in session.tracks)
        seen = (view, rendered, session.snapshots)
        self._session, self._stems, self._view = session, stems, view
        if seen != self._seen:
            self._seen, self._todo = seen, None

    def take(self) -> bool:
        """Whether there is something to do; then `step` is to be called once, without the lock."""
        if self._is_busy or not self.views:
            return False
        if not all(stem.is_complete or stem.error is not None for stem in self._stems.values()):
            return False
        if self._todo is None:
            self._todo = self._orders(self._session, self._view, dict(self._stems))
        self._is_busy = self._whole is not None or self._todo is not _DONE
        return self._is_busy

    def step(self) -> None:
        """Does one chunk; what goes wrong here is told when it is wanted in earnest."""
        todo = self._todo
        try:
            if self._whole is None and todo is not None:
                order = next(todo, None)
                if order is None:
                    if self._todo is todo:
                        self._todo = _DONE
                    return
                self._whole = WholeRender(order, self._cache)
            if self._whole is not None and self._whole.step() is not None:
                self._whole = None
        except MixAssistError:
            self._drop()
            self._todo = _DONE
        finally:
            self._is_busy = False

    def close(self) -> None:
        """Removes what is unfinished."""
        self._drop()

    def _drop(self) -> None:
        if self._whole is not None:
            self._whole.discard()
            self._whole = None

    def _orders(self, session: Session, present: View, stems: Mapping[str, StemAudio]) -> Iterator[Order]:
        """Yields the renders that are not there yet while the cache has room, the audible tracks' first."""
        tracks = sorted(session.tracks, key=lambda t: not session.is_audible(t))
        for view, channel, track in _variants(session, present, self.views, tracks):
            stem = stems.get(track.id)
            if stem is None or stem.error is not None:
                continue
            try:
                wanted = order_for(renderer_for(view), channel, stem)
            except MixAssistError:
                continue
            if isinstance(wanted, Take) or self._cache.find(wanted.key, wanted.frames, wanted.sides) is not None:
                continue
            if self._cache.size_bytes() + 4 * wanted.frames * wanted.sides > _SHARE_OF_LIMIT * self._cache.limit_bytes:
                return
            yield wanted


_DONE: Iterator[Order] = iter(())


def _variants(
    session: Session, present: View, views: tuple[View, ...], tracks: list[Track]
) -> Iterator[tuple[View, Channel, Track]]:
    """Yields every (view, channel, track) that is one switch away: first the views, then the snapshots in this view."""
    for view in views:
        if view is not present:
            for track in tracks:
                yield view, track.channel, track
    for snapshot in session.snapshots:
        for track in tracks:
            kept = snapshot.channels.get(track.id)
            if kept is not None:
                yield present, replace(track.channel, controls=kept.controls, stages=kept.stages), track
