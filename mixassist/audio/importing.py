# SPDX-License-Identifier: Apache-2.0
"""From files and folders to tracks: sorting, pairing, splitting, time stamps, the session's rate. Headers only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mixassist.audio.instruments import guess_instrument
from mixassist.audio.names import natural_key, side_of
from mixassist.audio.reading import FOREIGN_SUFFIXES, READABLE_SUFFIXES, probe
from mixassist.audio.riff import WaveHeader, read_wave_header
from mixassist.domain.channel import Channel
from mixassist.domain.errors import MixAssistError, several
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.session import SAMPLE_RATES_HZ
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track, unique_track_name

_AUDIO_SUFFIXES = READABLE_SUFFIXES | FOREIGN_SUFFIXES
_PAIR_SLACK_S = 0.5
_TIME_GAP_S = 1800


@dataclass(frozen=True)
class ImportNote:
    """Something the import did or noticed, as a sentence for people.

    `kind` is one of: resampled, joined, apart, split, offset, padded, truncated, instrument.
    """

    kind: str
    track_name: str
    message: str


@dataclass(frozen=True)
class ImportResult:
    """What an import yields: tracks at a rate, notes, and the files that could not be read."""

    tracks: tuple[Track, ...]
    sample_rate_hz: int
    notes: tuple[ImportNote, ...] = ()
    unreadable: tuple[MixAssistError, ...] = ()


@dataclass(frozen=True)
class _Item:
    """A file on its way to one or several tracks."""

    file: AudioFile
    header: WaveHeader

    @property
    def path(self) -> Path:
        return Path(self.file.path)

    @property
    def seconds(self) -> float:
        return self.file.frames / self.file.sample_rate_hz


@dataclass(frozen=True)
class _Draft:
    """A track before it has an id, a start and a free name."""

    name: str
    source: AudioSource
    time_reference: int | None
    notes: tuple[tuple[str, str], ...] = ()


def find_audio_files(sources: Sequence[str | Path]) -> list[Path]:
    """Lists the audio files that the sources name: files as given, folders in natural order.

    A folder is not searched deeper, unless it holds no audio itself: then the folders in it are, one level down.
    Hidden files and files with other endings are passed over in folders. A file that is named itself is always
    listed, and one with an audio ending is listed even if it cannot be read. No file is listed twice.

    Raises:
        MixAssistError: a path does not exist, or a folder holds no audio.
    """
    found: dict[Path, Path] = {}
    for source in sources:
        path = Path(source)
        try:
            is_folder = path.is_dir()
            exists = is_folder or path.exists()
        except (OSError, ValueError):
            is_folder = exists = False
        if not exists:
            raise MixAssistError("there is no such file or folder", subject=path, remedy="Check the path.")
        for file in _in_folder(path) if is_folder else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _in_folder(folder: Path) -> list[Path]:
    files = _audio_in(folder) or [f for child in _children(folder) if child.is_dir() for f in _audio_in(child)]
    if not files:
        raise MixAssistError(
            "there is no audio in this folder",
            subject=folder,
            remedy="Give a folder with stems as WAV, AIFF, FLAC, Ogg or MP3 files.",
        )
    return files


def _children(folder: Path) -> list[Path]:
    try:
        children = [c for c in folder.iterdir() if not c.name.startswith(".") and c.name != "__MACOSX"]
    except OSError as error:
        raise MixAssistError(
            f"the folder cannot be read ({error.strerror})", subject=folder, remedy="Change its permissions."
        ) from error
    return sorted(children, key=lambda c: (natural_key(c.stem), c.name))


def _audio_in(folder: Path) -> list[Path]:
    return [c for c in _children(folder) if c.suffix.lower() in _AUDIO_SUFFIXES and not c.is_dir()]


def plan_import(
    sources: Sequence[str | Path],
    *,
    sample_rate_hz: int | None = None,
    skip_unreadable: bool = False,
    taken_names: Iterable[str] = (),
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> ImportResult:
    """Makes tracks of files and folders, from their headers alone.

    Args:
        sample_rate_hz: the rate of the session to import into; None chooses the commonest by duration.
        skip_unreadable: list files that cannot be read in the result instead of raising for them.
        taken_names: names that tracks of the session already have.

    Raises:
        MixAssistError: a missing path, a folder without audio, a file that cannot be read, or no file that can.
    """
    files = find_audio_files(sources)
    items, unreadable = _probe_all(files, skip_unreadable, progress, cancel)
    if not items:
        if len(unreadable) == 1:
            raise unreadable[0]
        raise MixAssistError(
            f"none of {len(files)} files can be read" if files else "no audio file was given",
            subject=files[0].parent if files else "",
            remedy="Give stems as WAV, AIFF, FLAC, Ogg or MP3 files.",
        )
    rate = sample_rate_hz or session_rate(i.file for i in items)
    tracks, notes = _tracks(_drafts(items), rate, taken_names)
    return ImportResult(tracks, rate, notes, tuple(unreadable))


def _probe_all(
    files: Sequence[Path], skip_unreadable: bool, progress: Progress, cancel: CancelToken | None
) -> tuple[list[_Item], list[MixAssistError]]:
    items: list[_Item] = []
    unreadable: list[MixAssistError] = []
    for number, path in enumerate(files):
        if cancel is not None:
            cancel.check()
        progress(number / len(files), path.name)
        try:
            items.append(_Item(probe(path), read_wave_header(path)))
        except MixAssistError as error:
            unreadable.append(error)
    if unreadable and not skip_unreadable:
        raise several(unreadable)
    progress(1.0, "")
    return items, unreadable


def session_rate(files: Iterable[AudioFile]) -> int:
    """Returns the rate a session of these files runs at: the commonest by duration, among those supported.

    Other rates count for a supported one: 22,050 for 44,100, 176,400 for 88,200, 192,000 for 96,000 Hz.
    """
    seconds: dict[int, float] = defaultdict(float)
    for file in files:
        seconds[supported_rate(file.sample_rate_hz)] += file.frames / file.sample_rate_hz
    return max(sorted(seconds), key=lambda rate: seconds[rate])


def supported_rate(rate_hz: int) -> int:
    """Returns the session rate that suits audio of a rate best: itself, else of the same family, else the nearest."""
    if rate_hz in SAMPLE_RATES_HZ:
        return rate_hz
    offered = [r for r in SAMPLE_RATES_HZ if rate_hz % r == 0]
    if rate_hz < 44_100:
        offered = [r for r in (44_100, 48_000) if r % rate_hz == 0]
    return min(offered or SAMPLE_RATES_HZ, key=lambda rate: abs(rate - rate_hz))


def _drafts(items: Sequence[_Item]) -> list[_Draft]:
    partners, apart = _pairs(items)
    drafts: list[_Draft] = []
    for index, item in enumerate(items):
        other = partners.get(index)
        if other is None:
            drafts.extend(_alone(item, apart.get(index, "")))
        elif index == min(index, other):
            drafts.append(_joined(item, items[other]))
    return drafts


def _pairs(items: Sequence[_Item]) -> tuple[dict[int, int], dict[int, str]]:
    """Pairs halves up by name: same folder and base, one marked as left and one as right.

    Returns:
        The index of each half's partner, where both are mono and of one rate, stamp and length; and for the left half
        of others a sentence on what keeps them apart.
    """
    halves: dict[tuple[Path, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, item in enumerate(items):
        split = side_of(item.path.stem)
        if split is not None:
            halves[item.path.parent, split[0].casefold()][split[1]].append(index)
    partners: dict[int, int] = {}
    apart: dict[int, str] = {}
    for sides in halves.values():
        if len(sides["L"]) != 1 or len(sides["R"]) != 1:
            continue
        left, right = sides["L"][0], sides["R"][0]
        if min(items[left].file.channel_count, items[right].file.channel_count) > 1:
            continue  # two stereo recordings, as of a doubled guitar
        reason = _difference(items[left], items[right])
        if reason:
            apart[left] = f"not joined with {items[right].path.name} to one stereo track: {reason}"
        else:
            partners[left], partners[right] = right, left
    return partners, apart


def _difference(left: _Item, right: _Item) -> str:
    """Says what keeps two files from being the sides of one recording; nothing does where it is empty."""
    wide = [item for item in (left, right) if item.file.channel_count > 1]
    if wide:
        return f"{wide[0].path.name} has {wide[0].file.channel_count} channels"
    if left.file.sample_rate_hz != right.file.sample_rate_hz:
        return f"one runs at {left.file.sample_rate_hz:,} Hz, the other at {right.file.sample_rate_hz:,} Hz"
    if abs(left.seconds - right.seconds) > _PAIR_SLACK_S:
        return f"one is {left.seconds:.1f} s long, the other {right.seconds:.1f} s"
    if left.header.time_reference != right.header.time_reference:
        return "their time stamps differ"
    return ""


def _joined(first: _Item, second: _Item) -> _Draft:
    split = side_of(first.path.stem)
    base, side = split if split is not None else ("", "L")
    left, right = (first, second) if side == "L" else (second, first)
    notes = [("joined", f"{left.path.name} and {right.path.name} joined to one stereo track")]
    if left.file.frames != right.file.frames:
        notes.append(("padded", "the shorter side is padded with silence"))
    notes += _damage(first) + _damage(second)
    source = AudioSource((SourceSide(left.file), SourceSide(right.file)))
    return _Draft(base.strip(" ._-"), source, first.header.time_reference, tuple(notes))


def _alone(item: _Item, apart: str) -> list[_Draft]:
    file, name, reference = item.file, item.path.stem, item.header.time_reference
    damage = (*_damage(item), *([("apart", apart)] if apart else []))
    if file.channel_count <= 2:
        sides = tuple(SourceSide(file, index) for index in range(file.channel_count))
        return [_Draft(name, AudioSource(sides), reference, damage)]
    drafts = []
    for index in range(file.channel_count):
        title = item.header.track_names.get(index) or f"{name} {index + 1}"
        note = ("split", f"channel {index + 1} of {file.channel_count} of {item.path.name}")
        drafts.append(_Draft(title, AudioSource((SourceSide(file, index),)), reference, (note, *damage)))
    return drafts


def _damage(item: _Item) -> list[tuple[str, str]]:
    if not item.header.missing_bytes:
        return []
    return [("truncated", f"{item.path.name} is cut short: it holds less audio than its header promises")]


def _tracks(
    drafts: Sequence[_Draft], rate: int, taken_names: Iterable[str]
) -> tuple[tuple[Track, ...], tuple[ImportNote, ...]]:
    taken = set(taken_names)
    tracks: list[Track] = []
    notes: list[ImportNote] = []
    starts, unplaced = _starts(drafts, rate)
    for number, (draft, start) in enumerate(zip(drafts, starts, strict=True), 1):
        name = unique_track_name(draft.name, taken)
        taken.add(name)
        guess = guess_instrument(draft.name)
        instrument = guess.instrument if guess.confidence > 0 else ""
        tracks.append(Track(f"t{number}", name, draft.source, start, Channel(instrument=instrument)))
        said = list(draft.notes)
        if any(f.sample_rate_hz != rate for f in draft.source.files):
            said.append(("resampled", f"resampled from {draft.source.sample_rate_hz:,} to {rate:,} Hz"))
        if start:
            said.append(("offset", f"starts at {start / rate:.3f} s, as its time stamp says"))
        if number - 1 in unplaced:
            said.append(("offset", "its time stamp lies far from the others' and is not used"))
        if instrument:
            said.append(("instrument", f"taken for: {INSTRUMENT[instrument].label} ({guess.confidence:.0%})"))
        notes.extend(ImportNote(kind, name, message) for kind, message in said)
    return tuple(tracks), (*notes, *_padding(tracks, rate))


def _padding(tracks: Sequence[Track], rate: int) -> list[ImportNote]:
    ends = [t.start_frames + t.source.frames_at(rate) for t in tracks]
    last = max(ends, default=0)
    return [
        ImportNote("padded", track.name, f"ends {(last - end) / rate:.2f} s before the longest; silence follows")
        for track, end in zip(tracks, ends, strict=True)
        if last - end > rate // 100
    ]


def _starts(drafts: Sequence[_Draft], rate: int) -> tuple[list[int], set[int]]:
    """Returns every draft's start in frames at `rate`, and the indices of drafts whose stamp was not used.

    Starts count from the earliest time stamp. Recorders and bounces of one song may carry unlike clocks (midnight
    and one o'clock, say); stamps more than half an hour behind all audio before them are no part of one take.
    """
    starts = [0] * len(drafts)
    stamped = [
        (draft.time_reference / draft.source.sample_rate_hz, index)
        for index, draft in enumerate(drafts)
        if draft.time_reference is not None
    ]
    takes: list[list[int]] = []
    end_s = float("-inf")
    for start_s, index in sorted(stamped):
        if start_s > end_s + _TIME_GAP_S:
            takes.append([])
        takes[-1].append(index)
        source = drafts[index].source
        end_s = max(end_s, start_s + source.frames_at(rate) / rate)
    if not takes:
        return starts, set()
    kept = max(takes, key=len)
    earliest = min(_stamp_frames(drafts[i], rate) for i in kept)
    for index in kept:
        starts[index] = _stamp_frames(drafts[index], rate) - earliest
    return starts, {index for take in takes if take is not kept for index in take}


def _stamp_frames(draft: _Draft, rate: int) -> int:
    numerator, denominator = (draft.time_reference or 0) * rate, draft.source.sample_rate_hz
    return (2 * numerator + denominator) // (2 * denominator)
