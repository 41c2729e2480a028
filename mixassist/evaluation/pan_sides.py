# SPDX-License-Identifier: Apache-2.0
"""Whether counterparts by name stand where engineers put them, in the human mixes of MixologyDB.

`python -m mixassist.evaluation.pan_sides ../shared/data/mix-decisions` prints how often the two of a pair stand on
opposite sides, and how far the sides that are predicted agree with people's, with names hidden and with names told.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mixassist.audio.name_pairs import name_pairs
from mixassist.automix.hearing import THIRD_OCTAVES_HZ, Hearing, listen
from mixassist.automix.inputs import TrackAudio
from mixassist.automix.sides import placed
from mixassist.automix.song import Part, Song
from mixassist.domain.errors import MixAssistError
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track
from mixassist.evaluation.mix_decisions import MixedTrack, read_mixology

OFF_MIDDLE = 0.1
"""A channel nearer to the middle than this stands on no side."""
_RATE_HZ = 44_100
_HIDDEN = ""


@dataclass(frozen=True)
class PairShares:
    """One relation: how many pairs of how many songs, and the means of the songs' shares, 0 … 1.

    `opposite` is the share that stands on opposite sides, `first_left` that of those with the first on the left.
    """

    pairs: int
    songs: int
    opposite: float
    first_left: float


def pair_shares(tracks: Sequence[MixedTrack]) -> dict[str, PairShares]:
    """Returns the shares by relation, over pairs of mono channels that both stand off the middle."""
    opposite: dict[str, dict[str, list[bool]]] = {}
    first_left: dict[str, dict[str, list[bool]]] = {}
    for mix in by_mix(tracks):
        for instrument in sorted({t.instrument for t in mix}):
            group = [t for t in mix if t.instrument == instrument and abs(t.pans[0]) > OFF_MIDDLE]
            for pair in name_pairs([t.name for t in group]):
                one, other = group[pair.first], group[pair.second]
                faces = one.pans[0] * other.pans[0] < 0.0
                relation = pair.relation.name.lower()
                opposite.setdefault(relation, {}).setdefault(one.song, []).append(faces)
                if faces:
                    first_left.setdefault(relation, {}).setdefault(one.song, []).append(one.pans[0] < 0.0)
    return {
        relation: PairShares(
            sum(map(len, songs.values())), len(songs), _mean(songs), _mean(first_left.get(relation, {}))
        )
        for relation, songs in opposite.items()
    }


def side_agreement(tracks: Sequence[MixedTrack], *, names_told: bool, draws: int = 10) -> dict[str, float]:
    """Returns by song the share of energy that stands on the side where people put it, 0.5 … 1.

    Sides are predicted at people's own distances, levels and instruments. Which side is left counts for nothing: of a
    mix and its mirror image, the better one counts. There is no audio, so what the tracks sound like, and with it
    the neighbours in sound, is drawn by lot, `draws` times.
    """
    found: dict[str, list[float]] = {}
    base = listen(np.random.default_rng(0).standard_normal((_RATE_HZ // 2, 1)).astype(np.float32), _RATE_HZ)
    for number, mix in enumerate(by_mix(tracks)):
        for draw in range(draws):
            lots = np.random.default_rng([number, draw])
            parts = [_part(i, t, base, lots, names_told) for i, t in enumerate(mix)]
            song = Song(tuple(sorted(parts, key=lambda p: p.order)), (), (), _RATE_HZ)
            reach = {p.id: abs(t.pans[0]) for p, t in zip(parts, mix, strict=True)}
            places = placed(song, reach, {p.id: t.level_lufs for p, t in zip(parts, mix, strict=True)})
            share = _shared_energy(mix, [places[p.id] for p in parts])
            if share is not None:
                found.setdefault(mix[0].song, []).append(share)
    return {song: float(np.mean(shares)) for song, shares in found.items()}


def by_mix(tracks: Iterable[MixedTrack]) -> list[list[MixedTrack]]:
    """Returns the mono channels, mix by mix."""
    mixes: dict[tuple[str, str], list[MixedTrack]] = {}
    for track in tracks:
        if len(track.pans) == 1 and not track.stereo:
            mixes.setdefault((track.song, track.mix), []).append(track)
    return list(mixes.values())


def _shared_energy(mix: Sequence[MixedTrack], places: Sequence[float]) -> float | None:
    human = np.array([t.pans[0] for t in mix])
    energy = 10.0 ** (np.array([t.level_lufs for t in mix]) / 10.0)
    energy[(np.abs(human) <= OFF_MIDDLE) | (np.asarray(places) == 0.0)] = 0.0
    if np.count_nonzero(energy) < 2:
        return None
    lean = float(np.sum(energy * np.sign(human) * np.sign(places)) / np.sum(energy))
    return 0.5 + 0.5 * abs(lean)


def _part(index: int, track: MixedTrack, base: Hearing, lots: np.random.Generator, names_told: bool) -> Part:
    bands = np.full(len(THIRD_OCTAVES_HZ), -60.0)
    bands[lots.integers(12, len(bands))] = 0.0
    bands[12:] += lots.random(len(bands) - 12)
    hearing = replace(base, bands_db=bands, activity=float(lots.random()), digest=str(index))
    source = AudioSource((SourceSide(AudioFile(f"/{index}.wav", 0, _RATE_HZ, 0, 1)),))
    name = track.name if names_told else _HIDDEN
    audio = TrackAudio(Track(str(index), name, source), np.zeros((0, 1), np.float32))
    return Part(audio, hearing, track.instrument)


def _mean(songs: Mapping[str, Sequence[bool]]) -> float:
    return float(np.mean([np.mean(values) for values in songs.values()])) if songs else float("nan")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: the folder of decisions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=10)
    options = parser.parse_args(arguments)
    try:
        tracks = read_mixology(options.folder / "mixologydb.json")
    except MixAssistError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{'relation':24}{'pairs':>8}{'songs':>8}{'opposite':>10}{'first left':>12}")
    for relation, shares in sorted(pair_shares(tracks).items(), key=lambda item: -item[1].opposite):
        print(f"{relation:24}{shares.pairs:8}{shares.songs:8}{shares.opposite:10.2f}{shares.first_left:12.2f}")
    hidden, told = (side_agreement(tracks, names_told=told, draws=options.draws) for told in (False, True))
    print(f"\n{'energy on its side':24}{'names hidden':>16}{'names told':>16}")
    for song in hidden:
        print(f"{song:24}{hidden[song]:16.3f}{told[song]:16.3f}")
    print(f"{'mean of the songs':24}{np.mean(list(hidden.values())):16.3f}{np.mean(list(told.values())):16.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
