# SPDX-License-Identifier: Apache-2.0
"""Several results of one job that appear together when all are there, or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from mixassist.audio.atomic import writing_error
from mixassist.domain.errors import MixAssistError


class Staging:
    """Gives places beside the wanted ones, and moves everything over in `commit`.

    As a context manager it removes whatever has not been committed, and the folders that were made for it.
    """

    def __init__(self) -> None:
        self._files: list[tuple[Path, Path]] = []
        self._folders: list[tuple[Path, Path]] = []

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for staged, _ in self._files:
            with suppress(OSError):
                staged.unlink(missing_ok=True)
        for staged, _ in self._folders:
            shutil.rmtree(staged, ignore_errors=True)

    @contextmanager
    def file(self, target: str | Path) -> Iterator[Path]:
        """Yields a hidden name beside the wanted file, of the same kind; errors name the wanted one."""
        wanted = Path(target)
        place = wanted.resolve()
        staged = place.with_name(f".{place.stem[:80]}.{secrets.token_hex(6)}.staged{place.suffix}")
        self._files.append((staged, place))
        with _speaking_of(wanted, staged):
            yield staged

    @contextmanager
    def folder(self, target: str | Path) -> Iterator[Path]:
        """Yields the name of a hidden folder near the wanted one, to be made by whoever writes into it."""
        wanted = Path(target)
        place = wanted.absolute()
        near = next(p for p in (place, *place.parents) if p.is_dir())
        staged = near / f".{place.name[:80]}.{secrets.token_hex(6)}.staged"
        self._folders.append((staged, place))
        with _speaking_of(wanted, staged):
            yield staged

    def commit(self) -> None:
        """Moves every result to its place.

        Raises:
            MixAssistError: a place cannot be written any more.
        """
        for staged, place in self._folders:
            try:
                place.mkdir(parents=True, exist_ok=True)
                for entry in sorted(staged.iterdir()):
                    entry.replace(place / entry.name)
            except OSError as error:
                raise writing_error(place, error) from error
        for staged, place in self._files:
            try:
                staged.replace(place)
            except OSError as error:
                raise writing_error(place, error) from error


@contextmanager
def _speaking_of(wanted: Path, staged: Path) -> Iterator[None]:
    """Lets errors about a staged name speak of the wanted one, which the user knows."""
    try:
        yield
    except MixAssistError as error:
        subject = str(error.subject or "")
        if not subject.startswith(str(staged)):
            raise
        raise MixAssistError(
            error.message, subject=str(wanted) + subject[len(str(staged)) :], remedy=error.remedy
        ) from error
