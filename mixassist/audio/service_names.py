# SPDX-License-Identifier: Apache-2.0
"""Tracks that help a recording along and are no part of the music, as their names tell: clicks, guides, rough mixes."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise

from mixassist.audio.instruments import guess_instrument
from mixassist.audio.name_pairs import bare_name, name_tokens


class Service(StrEnum):
    """What a track is there for, beside the music."""

    CUE = "a click or cue"
    GUIDE = "a guide for the players"
    MIX = "a mix of the song"


_CUE_WORDS = """
    click clicks klick klicks clic clics clicktrack metronome metronom metronomo countin countoff talkback tb timecode
    smpte ltc slate
"""
_CUES = frozenset(_CUE_WORDS.split())
_GUIDES = frozenset(("guide", "guides", "scratch", "pilot"))
_MIXES = frozenset(("mixdown", "premaster", "roughmix", "refmix", "rough", "bounce"))
_PHRASES = {
    ("count", "in"): Service.CUE,
    ("count", "off"): Service.CUE,
    ("talk", "back"): Service.CUE,
    ("rough", "mix"): Service.MIX,
    ("ref", "mix"): Service.MIX,
    ("reference", "mix"): Service.MIX,
    ("demo", "mix"): Service.MIX,
    ("stereo", "out"): Service.MIX,
    ("2", "mix"): Service.MIX,
    ("mix", "print"): Service.MIX,
}
_ALONE = frozenset({("mix",), ("master",), ("ref",), ("reference",), ("stereo", "mix"), ("final", "mix")})
_SURE, _VERY_SURE = 0.6, 0.9


def service_of(name: str) -> Service | None:
    """Returns what a track of that name is there for beside the music, or None for music.

    `Kick Click` is the click of a kick and music; `Guide Vox` is a guide, whatever it guides.
    """
    tokens = tuple(t for t in name_tokens(bare_name(name)) if not t.isdecimal() or t == "2")
    if not _GUIDES.isdisjoint(tokens):
        # A scratch alone is what a DJ does.
        return Service.GUIDE if tokens != ("scratch",) else None
    found = next((kind for pair in pairwise(tokens) if (kind := _PHRASES.get(pair))), None)
    if found is None and not _CUES.isdisjoint(tokens):
        found = Service.CUE
    if found is None and (tokens in _ALONE or not _MIXES.isdisjoint(tokens)):
        found = Service.MIX
    return None if found is None or _names_an_instrument(tokens) else found


def _names_an_instrument(tokens: tuple[str, ...]) -> bool:
    whole = guess_instrument(" ".join(tokens))
    if whole.instrument != "other" and whole.confidence > _VERY_SURE:
        return True
    others = " ".join(t for t in tokens if t not in _CUES | _MIXES | {"mix", "in", "off", "out", "back", "track"})
    guess = guess_instrument(others)
    return guess.instrument != "other" and guess.confidence >= _SURE
