# SPDX-License-Identifier: Apache-2.0
"""Which parts get a space, and how much of it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from mixassist.automix.sides import placed
from mixassist.automix.song import Part, Song, hear_song
from mixassist.automix.space import reverb_kind, song_decay, wet_level_lu
from mixassist.automix.stereo import REST_ASIDE, pans

RATE_HZ = 44_100


def four(sounds: SimpleNamespace, **more: np.ndarray) -> Song:
    """A song in four mono stems."""
    tracks = {
        "vocals": 0.2 * sounds.noise_band(200, 4000, 5.0, 1),
        "drums": 0.1 * sounds.hits(60, 12_000, 0.1, 0.5, 5.0, 4),
        "bass": 0.1 * sounds.noise_band(60, 250, 5.0, 2),
        "other": 0.1 * sounds.noise_band(120, 5000, 5.0, 3),
        **more,
    }
    return hear_song([sounds.track_audio(name, samples) for name, samples in tracks.items()], RATE_HZ)


def named(song: Song, name: str) -> Part:
    return next(p for p in song.parts if p.track.name == name)


def wide(samples: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.stack([samples, samples + other], axis=1)


def test_a_kit_and_the_rest_of_a_song_in_mono_get_a_room(sounds: SimpleNamespace) -> None:
    song = four(sounds)
    for name, kind in (("drums", "medium_room"), ("other", "hall")):
        part = named(song, name)
        wet = wet_level_lu(part, song)
        assert reverb_kind(part, song, song_decay(song))["reverb_type"] == kind
        assert wet is not None and wet <= -8.0, "a room, not an effect"
    assert reverb_kind(named(song, "bass"), song, 0.5) == {}


def test_the_rest_of_a_song_in_mono_leaves_the_middle_to_the_voice(sounds: SimpleNamespace) -> None:
    song = four(sounds)
    levels = {p.id: 0.0 for p in song.parts}
    by_network = placed(song, {p.id: 0.0 for p in song.parts}, levels)
    for places in (pans(song, levels), by_network):
        at = {p.track.name: places[p.id] for p in song.parts}
        assert abs(at.pop("other")) == pytest.approx(REST_ASIDE)
        assert set(at.values()) == {0.0}
    wide_rest = four(
        sounds, other=wide(0.1 * sounds.noise_band(120, 5000, 5.0, 3), sounds.noise_band(120, 5000, 5.0, 8))
    )
    assert set(pans(wide_rest, {p.id: 0.0 for p in wide_rest.parts}).values()) == {0.0}, "stereo stays as it is"


def test_stems_with_width_of_their_own_stay_as_they_are(sounds: SimpleNamespace) -> None:
    kit = sounds.hits(60, 12_000, 0.1, 0.5, 5.0, 4)
    song = four(sounds, drums=wide(0.1 * kit, 0.05 * sounds.noise_band(1000, 9000, 5.0, 9)))
    assert wet_level_lu(named(song, "drums"), song) is None
    assert reverb_kind(named(song, "drums"), song, 0.5) == {}
    assert reverb_kind(named(song, "other"), song, 0.5) != {}


def test_one_part_among_others_is_not_the_rest_of_a_song(sounds: SimpleNamespace) -> None:
    song = four(sounds, piano=0.1 * sounds.noise_band(100, 4000, 5.0, 7))
    assert reverb_kind(named(song, "other"), song, 0.5) == {}
    alone = hear_song([sounds.track_audio("other", 0.1 * sounds.noise_band(120, 5000, 5.0, 3))], RATE_HZ)
    assert reverb_kind(alone.parts[0], alone, 0.5) == {}


def test_long_songs_are_as_busy_as_short_ones(sounds: SimpleNamespace) -> None:
    found = {}
    for seconds in (30, 250):
        slow = sounds.track_audio("Kick", sounds.strokes(55, 0.12, 0.8, seconds, 0.8))
        busy = sounds.track_audio("Kick", sounds.strokes(55, 0.05, 0.2, seconds, 0.8))
        found[seconds] = [song_decay(hear_song([track], sounds.rate_hz)) for track in (slow, busy)]
        assert found[seconds][0] > found[seconds][1] + 0.1
    assert np.allclose(found[30], found[250], atol=0.06)
