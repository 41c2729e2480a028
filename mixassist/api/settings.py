# SPDX-License-Identifier: Apache-2.0
"""The settings that the window and the command line share."""

from __future__ import annotations

from mixassist.domain.channel import View

DEFAULT_VIEW = View.MODEL
"""The view that opens, plays and is written, where it can be rendered: see `default_view`."""


def default_view() -> View:
    """Returns `DEFAULT_VIEW`, or `wet` where the trained network is missing or damaged."""
    return DEFAULT_VIEW if DEFAULT_VIEW in available_views() else View.WET


def available_views() -> tuple[View, ...]:
    """Returns the views that can be rendered here: `model` only with a trained network at hand."""
    from mixassist.rendering.renderers import available_views as of_rendering

    return of_rendering()


def use_device(name: str) -> None:
    """Chooses where networks and the console compute: `auto`, `cpu`, `cuda` or `mps`.

    Raises:
        MixAssistError: the device is not there.
    """
    from mixassist.automix.controller_weights import use_device as of_automix
    from mixassist.rendering.renderers import use_device as of_rendering

    of_rendering(name)
    of_automix(name)
