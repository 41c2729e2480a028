# SPDX-License-Identifier: Apache-2.0
"""The knowledge-engineered mixer: rules of engineers, with numbers from human mixes, applied to what is heard.

After De Man & Reiss, "A knowledge-engineered autonomous mixing system" (AES 135, 2013).
"""

from __future__ import annotations

from collections.abc import Sequence

from mixassist.automix.inputs import Prediction, TrackAudio
from mixassist.automix.levels import target_levels
from mixassist.automix.song import hear_song
from mixassist.automix.strips import rule_wishes, set_up
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled


def mix_by_rules(
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prediction:
    """Predicts all controls of all tracks; locked controls are taken as given and the rest fits them.

    `seed` changes nothing: the rules draw no lots.
    """
    song = hear_song(inputs, sample_rate_hz, scaled(progress, 0.0, 0.6), cancel)
    wishes = rule_wishes(song, target_levels(song))
    return set_up(song, wishes, inputs, scaled(progress, 0.6, 1.0), cancel)
