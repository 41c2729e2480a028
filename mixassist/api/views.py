# SPDX-License-Identifier: Apache-2.0
"""Which views a window can offer, and why one of them is not there."""

from __future__ import annotations

from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError
from mixassist.rendering import renderers


def look_for_views() -> tuple[tuple[View, ...], MixAssistError | None]:
    """Returns the views that can be rendered, and what is wrong with the network's weights if they are there but bad.

    That no weights were shipped is nothing to be told; a damaged file is.
    """
    try:
        renderers.renderer_for(View.MODEL)
    except MixAssistError as error:
        return (View.DRY, View.WET), error if renderers.network_is_there() else None
    return tuple(View), None
