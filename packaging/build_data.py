# SPDX-License-Identifier: Apache-2.0
"""Build step: copies `resources/` and `models/` into the wheel as `mixassist/_data`, where `paths.py` finds them."""

from __future__ import annotations

from pathlib import Path

from setuptools.command.build_py import build_py

_FOLDERS = ("resources", "models")
_TARGET = Path("mixassist") / "_data"


class BuildWithData(build_py):
    """`build_py` with the data folders; an editable installation reads them where they are."""

    def run(self) -> None:
        """Builds the modules, then copies the data."""
        super().run()
        if self.editable_mode:
            return
        for source, target in self._data():
            self.mkpath(str(target.parent))
            self.copy_file(str(source), str(target), preserve_mode=False)

    def get_source_files(self) -> list[str]:
        """Returns the files of a source distribution, the data among them."""
        return [*super().get_source_files(), *(str(source) for source, _ in self._data())]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Returns the files that a build writes, the data among them."""
        outputs = list(super().get_outputs(include_bytecode))
        return outputs if self.editable_mode else [*outputs, *(str(target) for _, target in self._data())]

    def _data(self) -> list[tuple[Path, Path]]:
        files = (path for folder in _FOLDERS for path in sorted(Path(folder).rglob("*")))
        return [(path, Path(self.build_lib) / _TARGET / path) for path in files if path.is_file() and _is_data(path)]


def _is_data(path: Path) -> bool:
    return not any(part.startswith((".", "__")) for part in path.parts) and path.suffix not in (".py", ".tmp")
