# SPDX-License-Identifier: Apache-2.0
"""Guesses what a track is, from its name and, where the name says nothing, from its sound."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from mixassist.audio.instrument_sound import sound_features
from mixassist.audio.instrument_words import DOUBLE_WORDS, MIC_WORDS, RETURN_WORDS, WORDS
from mixassist.domain.instruments import INSTRUMENT

_CAMEL = re.compile(r"\d+|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_PLAIN = re.compile(r"\d+|[a-z]+")
_LIGATURES = str.maketrans({"ß": "ss", "œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O"})
_LONGEST = max(len(phrase) for phrase in WORDS)
_DRUM_PIECES = frozenset({"kick", "snare", "hihat", "tom", "cymbals"})


@dataclass(frozen=True)
class InstrumentGuess:
    """An instrument key of `mixassist.domain.instruments` and how sure the guess is, 0 (none) … 1."""

    instrument: str
    confidence: float


NO_GUESS = InstrumentGuess("other", 0.0)
"""What is returned when nothing can be said."""


@dataclass(frozen=True)
class _Match:
    instrument: str
    weight: float
    position: int


def guess_instrument(name: str) -> InstrumentGuess:
    """Guesses from a track's or file's name; numbers, takes, sides and microphones are passed over."""
    text = unicodedata.normalize("NFKD", name.translate(_LIGATURES))
    text = "".join(c for c in text if not unicodedata.combining(c))
    humped, plain = _judge(_CAMEL.findall(text)), _judge(_PLAIN.findall(text.lower()))
    # Humps tell words apart (GtrAmpDI) but also cut where nothing is (BGVs), so the other reading must be clearer.
    return plain if plain.confidence > humped.confidence + 0.1 else humped


def guess_instrument_from_sound(samples: np.ndarray, sample_rate_hz: int) -> InstrumentGuess:
    """Guesses from the sound of float32 (frames, channels), where the name says nothing.

    Only what five averages can tell: low or high, hit or held, tone or noise. Confidence stays below 0.5, and what
    lies in the middle, where voices, guitars and keys overlap, gets no guess.
    """
    heard = sound_features(samples, sample_rate_hz)
    if heard is None:
        return NO_GUESS
    hits = heard.attack_share > 0.2
    if heard.high_share > 0.5:
        return InstrumentGuess("hihat", 0.4) if hits else InstrumentGuess("cymbals", 0.35)
    if heard.low_share > 0.8 and heard.tonality > 0.95:
        return InstrumentGuess("kick", 0.4) if heard.attack_share > 0.3 else InstrumentGuess("bass", 0.4)
    if heard.low_share > 0.4:
        is_bass = heard.tonality > 0.99 and not hits
        return InstrumentGuess("bass", 0.3) if is_bass else InstrumentGuess("drum_kit", 0.35)
    if heard.tonality < 0.8 and hits:
        is_snare = heard.low_share < 0.1 and heard.high_share < 0.2
        return InstrumentGuess("snare", 0.3) if is_snare else InstrumentGuess("drum_kit", 0.35)
    if heard.attack_share > 0.25 and heard.tonality < 0.93:
        return InstrumentGuess("drum_kit", 0.3)
    return NO_GUESS


def _judge(tokens: list[str]) -> InstrumentGuess:
    words = _split_unknown([t.lower() for t in tokens])
    matches = _matches(words)
    if words[:2] == ["12", "string"] and {INSTRUMENT[m.instrument].family for m in matches} - {"guitars"}:
        # "12 String Pad" is a string pad on track twelve, "12 String Gtr" a guitar.
        matches = _matches(words[1:])
    if not matches:
        return NO_GUESS
    pieces = {m.instrument for m in matches if m.instrument in _DRUM_PIECES and m.weight >= 0.8}
    # "Kick Hats" is a loop of both; with overheads or a room the microphone counts, not what it stands nearest to.
    microphone = [m for m in matches if m.instrument in ("overhead", "room")]
    if len(pieces) > 1 and not microphone:
        return InstrumentGuess("drum_kit", 0.8)
    if len(pieces) == 1 and microphone and microphone[0].instrument == "overhead":
        return InstrumentGuess("overhead", 0.75)
    if len(matches) > 1 and words[-1] in RETURN_WORDS:
        return InstrumentGuess("effects", 0.9)  # "Vox Verb" is the reverberation of a voice
    # The last word is the head of a compound in most of these languages, so it wins among equals.
    best = max(matches, key=lambda m: (m.weight, m.position))
    if best.instrument == "lead_vocal" and DOUBLE_WORDS & set(words):
        return InstrumentGuess("backing_vocal", 0.75)
    families = {INSTRUMENT[m.instrument].family for m in matches if m.weight > 0.6}
    doubt = 0.85 if len(families) > 1 else 1.0
    return InstrumentGuess(best.instrument, round(best.weight * doubt, 2))


def _matches(words: list[str]) -> list[_Match]:
    """Finds table phrases from left to right, longest first, each word used once."""
    found: list[_Match] = []
    position = 0
    while position < len(words):
        for length in range(min(_LONGEST, len(words) - position), 0, -1):
            phrase = words[position : position + length]
            entry = WORDS.get(tuple(phrase)) or WORDS.get(tuple("#" if w.isdigit() else w for w in phrase))
            if entry is not None:
                found.append(_Match(entry[0], entry[1], position))
                position += length
                break
        else:
            position += 1
    return found


def _split_unknown(words: list[str]) -> list[str]:
    """Takes runs like `kickin`, `leadvox` or `snarebottom` apart into two known words."""
    result: list[str] = []
    for word in words:
        known = (word,) in WORDS or word in MIC_WORDS or word in DOUBLE_WORDS or word.isdigit() or len(word) < 5
        result.extend([word] if known else _split(word))
    return result


def _split(word: str) -> list[str]:
    for cut in range(len(word) - 2, 1, -1):
        head, tail = word[:cut], word[cut:]
        head_counts = (head,) in WORDS and len(head) > 2
        tail_counts = (tail,) in WORDS and len(tail) > 2
        if head_counts and (tail_counts or tail in MIC_WORDS or tail in DOUBLE_WORDS):
            return [head, tail]
        if tail_counts and (head in MIC_WORDS or head in DOUBLE_WORDS):
            return [head, tail]
    # Plurals and German endings.
    for ending in ("s", "n", "en"):
        if word.endswith(ending) and (word[: -len(ending)],) in WORDS:
            return [word[: -len(ending)]]
    return [word]
