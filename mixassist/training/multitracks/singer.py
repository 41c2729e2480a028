# SPDX-License-Identifier: Apache-2.0
"""A synthetic singer: words on a melody, so that networks meet voices.

A word's vowel begins where its note does; what comes before it is sung ahead of the note, and only the vowel is
stretched, as singers do. The vocoder's frames of a whole phrase are laid out first and sounded at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import signal

from mixassist.training.multitracks.lyrics import draw_lyrics, fit_lyrics
from mixassist.training.multitracks.notes import MIN_NOTE_S, RATE_HZ, Note, frames_needed, highest_line, phrases
from mixassist.training.multitracks.sampling import lay
from mixassist.training.multitracks.speech import FRAME_S, SpokenWord, spoken_word, world
from mixassist.training.multitracks.voices import LEAD, VOICES, Manner, Voice, fit_to_range, tone_curve

_PHRASE_GAP_S = 0.18
_PHRASE_S = 12.0
"""Nobody sings longer without breathing, and memory for the vocoder's frames grows with it."""
_ONSET_S = 0.16
_ONSET_SHARE = 0.6
_CODA_SHARE = 0.35
_HELD_SHARE = 0.7
"""A stretched vowel stays for this share of its length in its first half: a diphthong glides late when it is sung."""
_MELISMA_S = 0.16
"""A note shorter than this, or after less than this of a word, has no time for a word of its own."""
_MELISMA_GAP_S = 0.05
_MELISMA_NOTES = 4
_BREATH_GAP_S = 0.45
_LOUDNESS_DB = 14.0
_TILT_DB_PER_OCTAVE = 1.5
_RMS = 0.1
_TAIL_S = 0.5


@dataclass(frozen=True)
class _Frames:
    """The vocoder's frames of a phrase: power and aperiodicity (frames, bins), voiced (frames,)."""

    power: np.ndarray
    aperiodicity: np.ndarray
    voiced: np.ndarray


def sing(
    notes: Sequence[Note],
    lots: np.random.Generator,
    *,
    voice: Voice = VOICES[0],
    words: Sequence[str] | None = None,
    manner: Manner = LEAD,
    transpose: int | None = None,
    length_s: float | None = None,
) -> np.ndarray:
    """Sings a melody.

    Args:
        notes: the melody; where several notes sound at once the highest is sung.
        lots: draws the words and all that makes two takes differ.
        voice: the singer.
        words: one for each syllable (`syllables`), from the start again where they do not suffice; drawn by default.
        manner: how exactly.
        transpose: semitones; by default the whole octaves that bring the melody into the voice's range.
        length_s: length of the result; by default half a second after the last note.

    Returns:
        float32 (frames, 1) at 44,100 Hz, −20 dBFS RMS while singing.

    Raises:
        MixAssistError: espeak-ng or pyworld is missing.
    """
    line = highest_line(notes)
    words = draw_lyrics(len(line), lots) if words is None else fit_lyrics(words, len(line))
    shift = fit_to_range(line, voice) if transpose is None else transpose
    sung = [replace(note, pitch=int(np.clip(note.pitch + shift, 24, 96))) for note in line]
    part = np.zeros(frames_needed(notes, _TAIL_S, length_s), dtype=np.float32)
    first, last_end_s = 0, 0.0
    for phrase in phrases(sung, _PHRASE_GAP_S, _PHRASE_S):
        played = _scatter(phrase, manner, lots)
        counts = [len(group) for group in syllables(phrase)]
        sound, start_s = _sing_phrase(played, counts, words[first : first + len(counts)], voice, manner, lots)
        if start_s - last_end_s > _BREATH_GAP_S:
            _breathe(part, start_s, voice, lots)
        lay(part, sound, round(start_s * RATE_HZ), 1.0)
        first, last_end_s = first + len(counts), played[-1].end_s
    active = part[np.abs(part) > 1e-4]
    rms = float(np.sqrt(np.mean(np.square(active)))) if len(active) else 1.0
    return (part * np.float32(_RMS / max(rms, 1e-9)))[:, None]


def syllables(phrase: Sequence[Note]) -> list[list[Note]]:
    """Groups a phrase's notes by the words they are sung on: quick runs to other pitches stay on one vowel."""
    groups: list[list[Note]] = []
    for note in phrase:
        if groups and len(groups[-1]) < _MELISMA_NOTES:
            last = groups[-1][-1]
            quick = min(note.length_s, note.start_s - groups[-1][0].start_s) < _MELISMA_S
            if quick and note.start_s - last.end_s < _MELISMA_GAP_S and note.pitch != last.pitch:
                groups[-1].append(note)
                continue
        groups.append([note])
    return groups


def _scatter(phrase: Sequence[Note], manner: Manner, lots: np.random.Generator) -> list[Note]:
    """Moves each note's start a little, notes that follow each other staying joined."""
    starts_s: list[float] = []
    for note in phrase:
        late_s = float(np.clip(lots.normal(0.0, manner.late_s), -2.5 * manner.late_s, 2.5 * manner.late_s))
        earliest_s = starts_s[-1] + MIN_NOTE_S if starts_s else 0.0
        starts_s.append(max(note.start_s + late_s, earliest_s))
    ends_s = [
        following if note.end_s >= after.start_s - 0.03 else max(note.end_s, start_s + MIN_NOTE_S)
        for note, after, start_s, following in zip(phrase, phrase[1:], starts_s, starts_s[1:], strict=False)
    ]
    ends_s.append(max(phrase[-1].end_s, starts_s[-1] + MIN_NOTE_S))
    return [
        replace(note, start_s=start_s, end_s=max(min(end_s, following), start_s + MIN_NOTE_S))
        for note, start_s, end_s, following in zip(phrase, starts_s, ends_s, [*starts_s[1:], np.inf], strict=True)
    ]


def _sing_phrase(
    phrase: Sequence[Note],
    counts: Sequence[int],
    words: Sequence[str],
    voice: Voice,
    manner: Manner,
    lots: np.random.Generator,
) -> tuple[np.ndarray, float]:
    """Sings notes that follow each other in one breath, `counts` of them on each word.

    Returns:
        The sound, and its start in seconds.
    """
    spoken = [spoken_word(word, voice.speaker, voice.tone) for word in words]
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    lasts = firsts + np.asarray(counts) - 1
    held = [replace(phrase[one], end_s=phrase[other].end_s) for one, other in zip(firsts, lasts, strict=True)]
    start_s = held[0].start_s - _onset_frames(spoken[0], _ONSET_S) * FRAME_S
    edges = [round((note.start_s - start_s) / FRAME_S) for note in held]
    parts = []
    here = 0
    for index, (word, note) in enumerate(zip(spoken, held, strict=True)):
        if index + 1 < len(held):
            room_s = _ONSET_SHARE * min(_ONSET_S, note.length_s)
            until = max(edges[index + 1] - _onset_frames(spoken[index + 1], room_s), here + 1)
        else:
            until = max(round((note.end_s - start_s) / FRAME_S), here + 1)
        parts.append(_word_frames(word, edges[index] - here, until - here, note))
        here = until
    frames = _Frames(
        np.concatenate([part.power for part in parts]),
        np.concatenate([part.aperiodicity for part in parts]),
        np.concatenate([part.voiced for part in parts]),
    )
    pitch = tone_curve(phrase, start_s, len(frames.power), manner, lots)
    return _sound(frames, pitch, voice), start_s


def _onset_frames(word: SpokenWord, longest_s: float) -> int:
    """How many frames of a word come before its vowel, at most `longest_s` of them."""
    return min(word.nucleus[0], int(longest_s / FRAME_S))


def _word_frames(word: SpokenWord, onset: int, total: int, note: Note) -> _Frames:
    """Lays a word over `total` frames with its vowel from `onset` on; the note's velocity makes it loud and bright."""
    first, after = word.nucleus
    onset = max(min(onset, total), 0)
    coda = min(word.frames - after, int(_CODA_SHARE * (total - onset)))
    vowel = total - onset - coda
    held = np.linspace(0.0, 1.0, max(vowel, 1))
    along = np.interp(held, [0.0, 0.12, _HELD_SHARE, 1.0], [0.0, 0.25, 0.55, 1.0])
    places = np.concatenate(
        [
            np.linspace(max(first - onset, 0), first, onset, endpoint=False),
            first + along[:vowel] * max(after - 1 - first, 0),
            np.linspace(after, word.frames - 1, coda),
        ]
    )
    below = np.clip(places.astype(int), 0, word.frames - 1)
    above = np.minimum(below + 1, word.frames - 1)
    share = (places - below)[:, None]
    power = np.exp((1.0 - share) * np.log(word.power[below]) + share * np.log(word.power[above]))
    aperiodicity = (1.0 - share) * word.aperiodicity[below] + share * word.aperiodicity[above]
    effort = note.velocity / 127.0 - 0.7
    octaves = np.log2(np.maximum(np.linspace(0.0, RATE_HZ / 2.0, power.shape[1]), 100.0) / 1000.0)
    gain_db = effort * (_LOUDNESS_DB + 2.0 * _TILT_DB_PER_OCTAVE * octaves)
    return _Frames(power * 10.0 ** (gain_db / 10.0), aperiodicity, word.voiced[below])


def _sound(frames: _Frames, pitch: np.ndarray, voice: Voice) -> np.ndarray:
    """Sounds a phrase's frames with WORLD: other tone, other size of head, more breath."""
    bins = frames.power.shape[1]
    places = np.minimum(np.arange(bins) / voice.size, bins - 1.0)
    below = np.minimum(places.astype(int), bins - 2)
    share = places - below
    power = (1.0 - share) * frames.power[:, below] + share * frames.power[:, below + 1]
    noise = np.clip(frames.aperiodicity * 10.0 ** (voice.breath_db / 20.0), 0.0, 1.0)
    tone_hz = np.where(frames.voiced, 440.0 * 2.0 ** ((pitch - 69.0) / 12.0), 0.0)
    edge = np.clip(np.minimum(np.arange(len(power)), np.arange(len(power))[::-1]) / 6.0, 0.0, 1.0)
    power = power * np.maximum(edge[:, None] ** 2, 1e-8)
    spectra = np.ascontiguousarray(power, np.float64), np.ascontiguousarray(noise, np.float64)
    sound = world().synthesize(tone_hz, *spectra, RATE_HZ, frame_period=1000.0 * FRAME_S)
    return np.asarray(sound, dtype=np.float32)


def _breathe(part: np.ndarray, before_s: float, voice: Voice, lots: np.random.Generator) -> None:
    """Adds the breath that is taken before a phrase: noise through an open mouth, rising and cut off."""
    length_s = float(lots.uniform(0.2, 0.4))
    frames = round(length_s * RATE_HZ)
    band = np.array([700.0, 6000.0]) * voice.size
    noise = signal.sosfilt(signal.butter(2, band, "bandpass", fs=RATE_HZ, output="sos"), lots.standard_normal(frames))
    shape = np.interp(np.linspace(0.0, 1.0, frames), [0.0, 0.6, 0.9, 1.0], [0.0, 1.0, 0.6, 0.0]) ** 2
    level = 10.0 ** (float(lots.uniform(-52.0, -40.0)) / 20.0)
    start = round((before_s - length_s - float(lots.uniform(0.02, 0.08))) * RATE_HZ)
    lay(part, (noise * shape).astype(np.float32), start, level / max(float(np.std(noise)), 1e-9))
