# SPDX-License-Identifier: Apache-2.0
"""All versions on one axis from 0 to 1, with a comment each and no reference.

The page follows the APE design (De Man and Reiss, AES 136, 2014), with which the mixes of the differentiable mixing
console were judged, and Recommendation ITU-R BS.2132.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mixassist.domain.errors import MixAssistError
from mixassist.listening.blind_test import FINISHED, BlindTest, TestSetup
from mixassist.listening.sealed import shuffled

MOST_VERSIONS = 9
MAX_COMMENT = 2000


class MultiStimulusTest(BlindTest):
    """One page. Markers are named `1` … `N`; which version each one is was shuffled for this listener."""

    test = "multi-stimulus"

    def __init__(self, setup: TestSetup, **more: Any) -> None:
        count = len(setup.labels)
        if not 2 <= count <= MOST_VERSIONS:
            raise MixAssistError(f"a page compares 2 … {MOST_VERSIONS} versions, not {count}")
        self.keys = tuple(str(n + 1) for n in range(count))
        super().__init__(setup, shuffled(range(count)), {"scale": [0.0, 1.0]}, **more)
        self._ratings: dict[str, float] = {}
        self._comments: dict[str, str] = {}
        self._heard: set[str] = set()

    def version_of(self, key: str) -> int:
        """Returns which version a marker is."""
        return self._sealed.order[self.keys.index(key)]

    def listened(self, key: str) -> None:
        super().listened(key)
        self._heard.add(key)

    def rate(self, key: str, place: float) -> None:
        """Places a marker on the axis, 0 … 1."""
        self.keys.index(key)
        self._ratings[key] = min(max(round(float(place), 4), 0.0), 1.0)

    def comment(self, key: str, text: str) -> None:
        """Keeps what the listener says about a marker."""
        self.keys.index(key)
        self._comments[key] = text[:MAX_COMMENT]

    @property
    def missing(self) -> tuple[str, ...]:
        """Markers that were not heard, or not placed, yet."""
        return tuple(k for k in self.keys if k not in self._heard or k not in self._ratings)

    def confirm(self) -> None:
        """Takes the page as it stands and ends the test.

        Raises:
            MixAssistError: a marker was not heard or not placed, or the page cannot be written.
        """
        if self.missing:
            words = f"not heard or not placed yet: {', '.join(self.missing)}"
            raise MixAssistError(words, remedy="Listen to every version and place it.")
        comments = {k: self._comments.get(k, "") for k in self.keys}
        if self.number == 1:
            self._trial({"ratings": {k: self._ratings[k] for k in self.keys}, "comments": comments})
        self._end(FINISHED)

    def _outcome_of(self, outcome: str) -> tuple[Mapping[str, Any], str]:
        ratings = {} if outcome != FINISHED else self._ratings
        return multi_result(self.setup.labels, ratings, self._sealed.order, outcome)


def multi_result(
    labels: tuple[str, ...], ratings: Mapping[str, float], order: list[int], outcome: str
) -> tuple[dict[str, Any], str]:
    """Returns each version's place on the axis, by its number in the experimenter's order, and the words."""
    if outcome != FINISHED:
        return {"ratings": None}, "Abandoned before the page was confirmed: no result."
    by_version = {order[int(key) - 1]: place for key, place in ratings.items()}
    places = [by_version[v] for v in range(len(labels))]
    ranked = sorted(range(len(labels)), key=lambda v: -places[v])
    words = "One listener's ratings: " + ", ".join(f"{labels[v]} {places[v]:.2f}" for v in ranked)
    return {"ratings": places}, words + ". Collect several listeners before a conclusion is drawn."
