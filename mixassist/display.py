# SPDX-License-Identifier: Apache-2.0
"""Whether a window can be opened here, asked before Qt is: Qt's own answer to no display is to abort the process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mixassist.domain.errors import MixAssistError

_PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication(['probe'])"
_PROBE_LIMIT_S = 20.0


@contextmanager
def require_display() -> Iterator[None]:
    """Asks a second process whether Qt can open a window, while the block imports what the window needs.

    Raises:
        MixAssistError: there is no display, it does not answer, or libraries that Qt needs are missing.
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if platform in ("offscreen", "minimal", "vnc", "linuxfb", "eglfs"):
        yield
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise _refusal("there is no display to open a window on")
    if getattr(sys, "frozen", False):  # a packaged program has no interpreter to ask with, and brings its libraries
        yield
        return
    probe = subprocess.Popen([sys.executable, "-c", _PROBE], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield
        _, said = probe.communicate(timeout=_PROBE_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise _refusal(f"the display {_named()} does not answer") from None
    finally:
        probe.kill()
        probe.communicate()
    if probe.returncode:
        raise _refusal(_reason(said.decode(errors="replace")))


def _named() -> str:
    return os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", "")


def _reason(said: str) -> str:
    # Qt names libxcb-cursor0 whenever its plug-in fails, so the display comes first.
    if "could not connect" not in said:
        for line in said.splitlines():
            if "libxcb-cursor0" in line or "cannot open shared object" in line:
                return f"a library that windows need is missing ({line.strip()})"
    return f"no window can be opened on the display {_named()}"


def _refusal(message: str) -> MixAssistError:
    return MixAssistError(
        message,
        remedy="Mix without a window: `mixassist mix SOURCE -o MIX.wav`, see `mixassist --help`",
    )
