# SPDX-License-Identifier: Apache-2.0
"""Songs to judge mixers by: stems at mix level, whose sum is the artist's mix, or raw stems with a mix given beside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from mixassist.audio.instruments import guess_instrument
from mixassist.automix.hearing import listen
from mixassist.automix.inputs import TrackAudio
from mixassist.domain.channel import Channel
from mixassist.domain.controls import Controls
from mixassist.domain.errors import ControlError, MixAssistError
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.loudness import REFERENCE_LUFS
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track
from mixassist.interchange.strict_json import read_json

LONGEST_S = 60.0
"""Of longer songs the minute around the middle is judged."""
SPREAD_DB = 12.0
"""Levels that are moved by lot go up or down by up to this."""
RAW = "raw"
VARIANTS = ("normalised", "randomised")
"""How stems at mix level are levelled for the mixers: all at −23 LUFS, or moved from there by up to ±12 dB.
Stems beside a given mix have levels that tell nothing, and stay as they are (`RAW`)."""

_KINDS = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff"})
_MIX_NAMES = ("mix", "target")


@dataclass(frozen=True)
class Excerpt:
    """A song's stems, each (frames, 1 or 2) float32, all of one length.

    Attributes:
        mix: the human or target mix, (frames, 2); None where the stems stand at the artist's levels themselves.
        truth: the controls that the mix was made with, by stem name, where they are known.
        instruments: what each stem is, by name, where the song says so.
    """

    name: str
    song: str
    sample_rate_hz: int
    names: tuple[str, ...]
    stems: tuple[NDArray[np.float32], ...]
    mix: NDArray[np.float32] | None = None
    truth: dict[str, Controls] = field(default_factory=dict)
    instruments: dict[str, str] = field(default_factory=dict)

    def target(self) -> NDArray[np.float32]:
        """The mix to come near to, (frames, 2): the one given, else the sum of the stems at unit gain."""
        if self.mix is not None:
            return self.mix
        mix = np.zeros((self.stems[0].shape[0], 2), dtype=np.float32)
        for stem in self.stems:
            mix += stem
        return mix

    def instrument(self, index: int) -> str:
        """What a stem is: as the song says, else as its name does; "" when neither tells."""
        name = self.names[index]
        if name in self.instruments:
            return self.instruments[name]
        guess = guess_instrument(name)
        return guess.instrument if guess.confidence > 0.0 else ""

    def variants(self, wanted: Sequence[str] = VARIANTS) -> tuple[str, ...]:
        """The input levels that make sense for this song."""
        return (RAW,) if self.mix is not None else tuple(wanted)


def excerpt_folders(data_dir: str | Path) -> list[Path]:
    """Returns the song folders at or below `data_dir`: SONG/*.wav …, or SONG/stems/*.wav with SONG/mix.wav.

    The shared data folder, whose songs lie below its own folder `stems`, is understood too.

    Raises:
        MixAssistError: there are none.
    """
    base = Path(data_dir)
    if base.is_dir() and _is_song(base):
        return [base]
    if (base / "stems").is_dir():
        base = base / "stems"
    found = sorted(p for p in base.iterdir() if p.is_dir() and _is_song(p)) if base.is_dir() else []
    if not found:
        raise MixAssistError(
            "holds no folders of stems", subject=base, remedy="Give a folder with one folder of stems for each song"
        )
    return found


def _is_song(folder: Path) -> bool:
    return bool(stem_files(folder))


def read_excerpt(folder: Path, longest_s: float = LONGEST_S) -> Excerpt:
    """Reads one song folder; of a long one, the `longest_s` around its middle.

    A name like `Lithium-2` means the second excerpt of the song `Lithium`, unless a mix is given. `truth.json` may
    say `{"song": …, "channels": [{"name", "instrument", "parameters"}]}`.

    Raises:
        MixAssistError: files that cannot be read, or unlike sample rates.
    """
    files, given = stem_files(folder), mix_file(folder)
    infos = {path: _info(path) for path in (*files, *([given] if given else ()))}
    rates = {info.samplerate for info in infos.values()}
    if len(rates) != 1:
        raise MixAssistError("holds stems of unlike sample rates", subject=folder, remedy="Convert them to one rate")
    rate = int(rates.pop())
    whole = infos[given].frames if given else max(infos[path].frames for path in files)
    frames = min(whole, round(longest_s * rate))
    start = (whole - frames) // 2
    stems = tuple(_read(path, start, frames) for path in files)
    mix = _as_stereo(_read(given, start, frames)) if given else None
    song, truth, instruments = song_facts(folder)
    numbered = re.fullmatch(r"(.+)-\d+", folder.name)
    usual = numbered[1] if numbered and mix is None else folder.name
    names = tuple(path.stem for path in files)
    return Excerpt(folder.name, song or usual, rate, names, stems, mix, truth, instruments)


def _info(path: Path) -> Any:
    try:
        return soundfile.info(path)
    except soundfile.LibsndfileError as error:
        raise MixAssistError("cannot be read as audio", subject=path, remedy=str(error)) from error


def _read(path: Path, start: int, frames: int) -> NDArray[np.float32]:
    """Reads (frames, 1 or 2), silence behind the end; two sides that are the same become one."""
    try:
        samples, _ = soundfile.read(path, frames=frames, start=start, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise MixAssistError("cannot be read as audio", subject=path, remedy=str(error)) from error
    samples = np.nan_to_num(samples[:, :2], posinf=0.0, neginf=0.0)
    if samples.shape[1] == 2 and np.array_equal(samples[:, 0], samples[:, 1]):
        samples = samples[:, :1]
    return np.pad(samples, ((0, frames - samples.shape[0]), (0, 0)))


def _as_stereo(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return samples if samples.shape[1] == 2 else np.repeat(samples, 2, axis=1)


def song_facts(folder: Path) -> tuple[str, dict[str, Controls], dict[str, str]]:
    """Reads what a song folder's `truth.json` says: its name, controls and instruments by stem; empty without one.

    Raises:
        MixAssistError: it holds something else.
    """
    path = folder / "truth.json"
    if not path.is_file():
        return "", {}, {}
    value = read_json(path, what="list of a mix's controls")
    truth: dict[str, Controls] = {}
    instruments: dict[str, str] = {}
    try:
        for channel in value.get("channels", ()):
            if channel.get("instrument", "") in INSTRUMENT:
                instruments[channel["name"]] = channel["instrument"]
            if channel.get("parameters") is not None:
                truth[channel["name"]] = Controls(channel["parameters"])
        return str(value.get("song", "")), truth, instruments
    except (AttributeError, KeyError, TypeError, ControlError) as error:
        raise MixAssistError("holds something else than a mix's controls", subject=path, remedy=str(error)) from error


def levelled_inputs(excerpt: Excerpt, variant: str, seed: int = 0) -> list[TrackAudio]:
    """Returns the stems as a mixer gets them: without the artist's levels.

    `normalised` brings each stem to −23 LUFS; `randomised` moves each by up to ±12 dB from there, seeded; `raw` leaves
    all as they are. Silent stems stay as they are.
    """
    inputs = []
    for name, stem in zip(excerpt.names, excerpt.stems, strict=True):
        gain_db = 0.0
        if variant != RAW:
            loudness = listen(stem, excerpt.sample_rate_hz).loudness_lufs
            gain_db = REFERENCE_LUFS - loudness if np.isfinite(loudness) else 0.0
        if variant == "randomised":
            key = hashlib.sha256(f"{seed}/{excerpt.name}/{name}".encode()).digest()
            lots = np.random.default_rng(int.from_bytes(key[:8], "little"))
            gain_db += float(lots.uniform(-SPREAD_DB, SPREAD_DB))
        samples = (stem * np.float32(10.0 ** (gain_db / 20.0))).astype(np.float32)
        inputs.append(TrackAudio(track_of(name, excerpt.sample_rate_hz, samples), samples))
    return inputs


def track_of(name: str, sample_rate_hz: int, samples: NDArray[np.float32], instrument: str = "") -> Track:
    """Returns a track, its id its name, for audio that is in memory, of the instrument given or told by the name."""
    file = AudioFile(f"/{name}", samples.nbytes, sample_rate_hz, samples.shape[0], samples.shape[1])
    source = AudioSource(tuple(SourceSide(file, index) for index in range(samples.shape[1])))
    guess = guess_instrument(name)
    told = instrument or (guess.instrument if guess.confidence > 0.0 else "")
    return Track(name, name, source, channel=replace(Channel(), instrument=told))


def stem_files(folder: Path) -> Sequence[Path]:
    """Returns a song folder's stems: those in its folder `stems`, else all audio in it but the mix."""
    place = folder / "stems" if _audio_files(folder / "stems") else folder
    return [path for path in _audio_files(place) if place != folder or path.stem.lower() not in _MIX_NAMES]


def mix_file(folder: Path) -> Path | None:
    """Returns a song folder's `mix.*` or `target.*`, if there is one."""
    return next((path for path in _audio_files(folder) if path.stem.lower() in _MIX_NAMES), None)


def _audio_files(folder: Path) -> Sequence[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in _KINDS) if folder.is_dir() else []


def each_excerpt(data_dir: str | Path) -> Iterator[Excerpt]:
    """Reads the excerpts one after the other, so that only one is in memory."""
    for folder in excerpt_folders(data_dir):
        yield read_excerpt(folder)
