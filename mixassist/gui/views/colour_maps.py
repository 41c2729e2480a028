# SPDX-License-Identifier: Apache-2.0
"""Colours of spectrograms: told apart by colour-blind people too, and evenly spaced to the eye."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor

STEPS = 256


@lru_cache(maxsize=2)
def level_colours() -> np.ndarray:
    """Returns the colours of levels, dark = quiet: magma (Smith & van der Walt 2015), (256,) 0xffRRGGBB."""
    import pyqtgraph

    table = pyqtgraph.colormap.get("magma").getLookupTable(0.0, 1.0, STEPS)
    return _packed(table[:, :3])


@lru_cache(maxsize=8)
def difference_colours(ground: str) -> np.ndarray:
    """Returns diverging colours (256,) 0xffRRGGBB: blue below, the ground's colour at no difference, orange above.

    Blue and orange stay apart in every common kind of colour blindness, and lightness grows both ways from the middle.

    Args:
        ground: colour of the middle, #rrggbb; a dark one gets light ends, a light one dark ends.
    """
    middle = _rgb(QColor(ground))
    dark = QColor(ground).lightness() < 128
    below = [QColor("#2f7fd6"), QColor("#a9d4ff")] if dark else [QColor("#5f9fe0"), QColor("#08306b")]
    above = [QColor("#d9741a"), QColor("#ffe0a6")] if dark else [QColor("#ee9a4d"), QColor("#7f2704")]
    places = [0.0, 0.25, 0.5, 0.75, 1.0]
    stops = np.array([_rgb(below[1]), _rgb(below[0]), middle, _rgb(above[0]), _rgb(above[1])])
    # 255 is odd: two middle entries both have the ground's colour.
    place = np.linspace(0.0, 1.0, STEPS - 1)
    place = np.insert(place, STEPS // 2, 0.5)
    return _packed(np.stack([np.interp(place, places, stops[:, part]) for part in range(3)], axis=1))


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def _packed(table: np.ndarray) -> np.ndarray:
    parts = np.rint(table).astype(np.uint32)
    packed: np.ndarray = np.uint32(0xFF000000) | (parts[:, 0] << 16) | (parts[:, 1] << 8) | parts[:, 2]
    return packed
