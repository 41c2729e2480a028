# SPDX-License-Identifier: Apache-2.0
"""Opening stems, folders and sessions, and saving them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mixassist.api.checking import sentences
from mixassist.api.outputs import files_read, refuse_inputs
from mixassist.api.settings import default_view
from mixassist.audio.importing import ImportNote, ImportResult, plan_import
from mixassist.audio.stems import StemLibrary
from mixassist.domain.errors import MixAssistError, several
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.interchange import relink as relinking
from mixassist.interchange.audio_identity import MissingAudio, require_found
from mixassist.interchange.hashing import with_hashes
from mixassist.interchange.session_file import load_session, save_session
from mixassist.paths import demo_directory, resource_path

SESSION_SUFFIX = ".mixassist"


@dataclass(frozen=True)
class Opened:
    """An opened source: the session, its stems, and what there is to tell.

    `damaged` are files whose headers promise more audio than there is; what is there can be used. `import_notes` are
    the notes one by one, with kind and track, and the guesses of instruments among them; `notes` sums them up.
    """

    session: Session
    stems: StemLibrary
    notes: tuple[str, ...] = ()
    unreadable: tuple[MixAssistError, ...] = ()
    damaged: tuple[MixAssistError, ...] = ()
    path: Path | None = None
    missing: tuple[MissingAudio, ...] = ()
    import_notes: tuple[ImportNote, ...] = ()

    def require_audio(self, skip_unreadable: bool = False) -> Opened:
        """Returns itself; without the tracks whose audio was not found where `skip_unreadable` says so.

        Raises:
            MixAssistError: audio was not found, named by its first file, and is not to be skipped or nothing is left.
        """
        lost = {m.file.path: m for m in self.missing}
        kept = tuple(t for t in self.session.tracks if not lost.keys() & {f.path for f in t.source.files})
        if not skip_unreadable or not kept:
            require_found(self.missing, self.path or Path(self.session.name))
        told = tuple(MixAssistError(m.message, subject=path) for path, m in lost.items())
        session = replace(self.session, tracks=kept)
        return replace(self, session=session, unreadable=(*self.unreadable, *told), missing=()) if lost else self


@dataclass(frozen=True)
class Imported:
    """Tracks made from files, not yet part of a session."""

    tracks: tuple[Track, ...]
    notes: tuple[str, ...]
    unreadable: tuple[MixAssistError, ...]
    import_notes: tuple[ImportNote, ...] = ()


def open_source(
    sources: Sequence[str | Path],
    *,
    skip_unreadable: bool = False,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Opened:
    """Opens a session file, a folder of stems, or audio files; reads headers only.

    Raises:
        MixAssistError: nothing given, a path that is not there, a session among other sources, unreadable audio
            (unless `skip_unreadable`), or no audio at all.
    """
    paths = [Path(s) for s in sources]
    if any(not str(s) for s in sources):
        raise MixAssistError("the name of a source is empty", remedy="Name audio files, a folder of stems or a session")
    if not paths:
        raise MixAssistError("there is nothing to open", remedy="Name audio files, a folder of stems or a session")
    if len(paths) == 1 and paths[0].suffix.lower() == SESSION_SUFFIX and not paths[0].is_dir():
        loaded = load_session(paths[0], progress=progress, cancel=cancel)
        # The demo session is part of the program: saving it asks for a place of its own.
        path = None if paths[0].resolve().is_relative_to(resource_path().resolve()) else paths[0].resolve()
        stems = StemLibrary()
        stems.refuse(lost.file.path for lost in loaded.missing)
        return Opened(loaded.session, stems, notes=loaded.notes, path=path, missing=loaded.missing)
    for path in paths:
        if path.suffix.lower() == SESSION_SUFFIX and not path.is_dir():
            raise MixAssistError("a session opens alone", subject=path, remedy="Name just the session, or just audio")
    result = plan_import(paths, skip_unreadable=skip_unreadable, progress=progress, cancel=cancel)
    name = paths[0].resolve().name if paths[0].is_dir() else paths[0].resolve().parent.name
    fresh = Session(name=name or "Untitled", sample_rate_hz=result.sample_rate_hz, view=default_view())
    session = fresh.with_added(result.tracks)
    return Opened(
        session, StemLibrary(), _sentences(result), result.unreadable, _damaged(result), import_notes=result.notes
    )


def _sentences(result: ImportResult) -> tuple[str, ...]:
    """Says what was done to which track.

    Instrument guesses stand with the tracks themselves. That stems end at their own time is how stems are.
    """
    return sentences((n.track_name, n.message) for n in result.notes if n.kind != "instrument" and not _is_an_end(n))


def _is_an_end(note: ImportNote) -> bool:
    return note.kind == "padded" and note.message.startswith("ends ")


def _damaged(result: ImportResult) -> tuple[MixAssistError, ...]:
    by_name = {track.name: track for track in result.tracks}
    errors = []
    for note in result.notes:
        if note.kind == "truncated":
            files = [Path(f.path) for f in by_name[note.track_name].source.files]
            path = next((f for f in files if note.message.startswith(f.name)), files[0])
            errors.append(damage_error(path))
    return tuple(errors)


def damage_error(path: Path | str) -> MixAssistError:
    """Says that a file is not whole."""
    return MixAssistError(
        "the file is cut short or damaged: it holds less audio than its header promises",
        subject=path,
        remedy="Export or copy it again, or add --skip-unreadable to mix what there is of it",
    )


def import_tracks(
    session: Session,
    sources: Sequence[str | Path],
    *,
    skip_unreadable: bool = True,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Imported:
    """Makes tracks for a session that is open already; names and ids are made unique when they are added."""
    result = plan_import(
        [Path(s) for s in sources],
        sample_rate_hz=session.sample_rate_hz if session.tracks else None,
        skip_unreadable=skip_unreadable,
        progress=progress,
        cancel=cancel,
    )
    return Imported(result.tracks, _sentences(result), result.unreadable, result.notes)


def decode(
    session: Session,
    stems: StemLibrary,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> None:
    """Decodes every track's audio into the library; tracks become playable from their start while it runs."""
    rate = session.sample_rate_hz
    stems.decode([stems.stem(t.source, rate) for t in session.tracks], progress=progress, cancel=cancel)


def decoded(
    opened: Opened,
    *,
    skip_unreadable: bool = False,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Opened:
    """Decodes all of a source; returns it with the damage that only decoding shows.

    Raises:
        MixAssistError: a stem cannot be decoded; with `skip_unreadable` it is left out, unless none is left.
    """
    session, stems = opened.session, opened.stems
    found = {t.id: stems.stem(t.source, session.sample_rate_hz) for t in session.tracks}
    errors = stems.decode(list(found.values()), progress, cancel, skip_unreadable=skip_unreadable)
    kept = tuple(t for t in session.tracks if found[t.id].error is None)
    if errors and not kept:
        raise several(errors)
    known = {e.subject for e in opened.damaged}
    broken = [t.source.files[0].path for t in kept if found[t.id].missing_frames]
    late = [path for path in dict.fromkeys(broken) if path not in known]
    return replace(
        opened,
        session=replace(session, tracks=kept),
        notes=(*opened.notes, *(f"{Path(p).name} is cut short or damaged: what is missing is silent" for p in late)),
        unreadable=(*opened.unreadable, *errors),
        damaged=(*opened.damaged, *map(damage_error, late)),
    )


def save(
    session: Session,
    path: str | Path,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Session:
    """Writes the session atomically and returns it as saved: named after the file, every audio file hashed.

    Raises:
        MixAssistError: a path that cannot be written, or that the mix is made from.
    """
    target = Path(path)
    if target.suffix.lower() != SESSION_SUFFIX:
        target = target.with_name(target.name + SESSION_SUFFIX)
    refuse_inputs(target, files_read(session))
    hashed = with_hashes(session, progress=scaled(progress, 0.0, 0.9), cancel=cancel)
    if cancel is not None:
        cancel.check()
    named = replace(hashed, name=target.stem)
    save_session(named, target)
    progress(1.0, "saved")
    return named


def relink(
    session: Session,
    search: str | Path | Mapping[str, str | Path],
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> tuple[Session, tuple[MissingAudio, ...]]:
    """Finds moved audio by name, size and content in a folder, or by a mapping from old path to new one."""
    return relinking.relink(session, search, progress=progress, cancel=cancel)


def demo_session_path() -> Path:
    """Returns the demo session that comes with the program: mixed, or the folder of its stems."""
    mixed = demo_directory() / f"demo{SESSION_SUFFIX}"
    return mixed if mixed.is_file() else demo_directory()
