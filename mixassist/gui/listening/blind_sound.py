# SPDX-License-Identifier: Apache-2.0
"""What sounds during a test: one player, a graph for every name on screen, a looped region."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mixassist.api.listening import LevelMatch, Prepared, graph_for_key


class BlindSound:
    """Plays one of several versions by the name it has on screen.

    Every name has a play graph of its own, all of them made anew for every trial and level match. Going from one to
    another is therefore the same work and the same cross-fade, whichever versions they are.

    Args:
        player: plays; belongs to somebody else if `on_close` gives it back.
    """

    def __init__(self, player: Any, prepared: Prepared, on_close: Callable[[], None]) -> None:
        self.player = player
        self.prepared = prepared
        self.match = prepared.match
        self.looping = True
        self.selected = ""
        self._on_close = on_close
        self._graphs: dict[str, Any] = {}

    @property
    def region(self) -> tuple[int, int]:
        """Start and end of the region in frames."""
        return self.match.start_frames, self.match.end_frames

    @property
    def is_playing(self) -> bool:
        """Whether it sounds."""
        return bool(self.player.is_playing)

    def deal(self, keys: Iterable[str], version_of: Callable[[str], int]) -> None:
        """Begins a trial: names get their versions, the playhead goes to the region's start, the first is selected."""
        self._make(keys, version_of)
        self.selected = next(iter(self._graphs))
        self.player.set_graph(self._graphs[self.selected], is_version=True, position_frames=self.region[0])
        self._loop()

    def select(self, key: str) -> None:
        """Goes over to another name at the playhead, playing or not."""
        self.selected = key
        self.player.set_graph(self._graphs[key], is_version=True)

    def rematch(self, match: LevelMatch, version_of: Callable[[str], int]) -> None:
        """Takes another region and its gains over; what is selected stays."""
        self.match = match
        self._make(tuple(self._graphs), version_of)
        self.player.set_graph(self._graphs[self.selected], is_version=True)
        self._loop()

    def play(self) -> None:
        """Plays from where it stands, or from the region's start if that is elsewhere."""
        start, end = self.region
        if self.looping and not start <= self.player.position_frames < end:
            self.player.seek(start)
        self.player.play()

    def stop(self) -> None:
        """Stops where it is."""
        self.player.stop()

    def set_looping(self, on: bool) -> None:
        """Loops the region, or plays on behind it."""
        self.looping = on
        self._loop()

    def close(self) -> None:
        """Stops and gives the player back."""
        self.player.stop()
        self.player.set_loop(None)
        self._graphs.clear()
        self._on_close()

    def _make(self, keys: Iterable[str], version_of: Callable[[str], int]) -> None:
        versions, gains = self.prepared.versions, self.match.gains_db
        made = tuple(versions.graph(v, gain) for v, gain in enumerate(gains))
        self._graphs = {key: graph_for_key(made[version_of(key)]) for key in keys}

    def _loop(self) -> None:
        if self.looping:
            self.player.set_loop(*self.region)
        else:
            self.player.set_loop(None)
