# SPDX-License-Identifier: Apache-2.0
"""Makes the README's screenshots: the demo session, mixed and playing, grabbed without a display.

Run as `make screenshots`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "screenshots"
SIZE = (1280, 720)
_PLAY_MS = 4000


def screenshot(app: QApplication, theme: str, path: Path, show: str = "") -> None:
    """Opens the demo session in a theme, lets it play from the middle, and writes a PNG.

    `show` is a method of the window's handlers to call first, such as `pictures.show_differences`.
    """
    from PySide6.QtCore import QTimer

    from mixassist.api import demo_session_path
    from mixassist.gui.idle import on_idle
    from mixassist.gui.main_window import MainWindow
    from mixassist.gui.settings import Settings
    from mixassist.playback.outputs import NullOutput

    window = MainWindow(Settings(theme=theme), lambda rate: (NullOutput(rate), None))
    window.resize(*SIZE)
    window.show()
    window.files.open_sources([str(demo_session_path())])

    def prepare() -> None:
        if show:
            room, method = show.split(".")
            getattr(getattr(window, room), method)()
        on_idle(window, play)

    def play() -> None:
        window.transport.seek(window.session.length_frames // 2)
        window.transport.toggle()
        QTimer.singleShot(_PLAY_MS, grab)

    def grab() -> None:
        window.grab().save(str(path))
        window.transport.toggle()
        window.close()
        app.quit()

    on_idle(window, prepare)
    app.exec()


def reduced(path: Path) -> None:
    """Keeps 256 colours of a PNG: spectrograms compress badly, and resources are to stay small."""
    from PIL import Image

    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(256)
    few.save(path, optimize=True)


def main() -> None:
    """Writes window.png (dark), window-light.png and pictures.png."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="mixassist-screenshots-") as private:
        for name in ("CACHE", "STATE", "CONFIG"):
            os.environ[f"MIXASSIST_{name}_DIR"] = str(Path(private) / name.lower())
        import torch  # noqa: F401  # isort: skip  # before Qt: the other order fails on Windows
        from PySide6.QtWidgets import QApplication

        app = QApplication(sys.argv[:1])
        FOLDER.mkdir(parents=True, exist_ok=True)
        for theme, name in (("dark", "window.png"), ("light", "window-light.png")):
            screenshot(app, theme, FOLDER / name)
            print(FOLDER / name)
        screenshot(app, "dark", FOLDER / "pictures.png", "pictures.show_spectrograms")
        reduced(FOLDER / "pictures.png")
        print(FOLDER / "pictures.png")


if __name__ == "__main__":
    main()
