# SPDX-License-Identifier: Apache-2.0
"""Colours of curves and waves in the pictures; told apart by colour-blind people too (after Okabe & Ito 2008)."""

from __future__ import annotations

COLOURS = {
    "dark": {
        "first": "#e8925a", "second": "#4fa3e0", "residual": "#c3a6f5",
        "dry": "#4fa3e0", "wet": "#e8925a", "model": "#3fd0b3",
    },
    "light": {
        "first": "#c1560a", "second": "#0062a3", "residual": "#5b4a9c",
        "dry": "#0062a3", "wet": "#c1560a", "model": "#00785a",
    },
}  # fmt: skip
"""By theme: the first and second of a pair, what remains of it, and the views."""
