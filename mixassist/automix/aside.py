# SPDX-License-Identifier: Apache-2.0
"""Tracks that stay out of the mix: clicks, guides whose real takes are there, rough mixes beside the stems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mixassist.audio.instruments import guess_instrument
from mixassist.audio.service_names import Service, service_of
from mixassist.automix.families import family_of

if TYPE_CHECKING:
    from mixassist.automix.song import Part

_STEMS_OF_A_MIX = 3
"""Beside fewer stems, what is called a mix may well be one of them."""


def aside(parts: Sequence[Part]) -> dict[str, str]:
    """Returns, by track id, sentences on the tracks that are no part of the music; none where all of them would be.

    A track whose instrument the user chose is music, whatever it is called.
    """
    services = {p.id: service_of(p.track.name) for p in parts if not _chosen_by_hand(p)}
    music = [p for p in parts if services.get(p.id) is None]
    found = {}
    for part in parts:
        service = services.get(part.id)
        if service is not None and _is_dispensable(part, service, music):
            found[part.id] = f"{part.track.name} is {service} and stays out of the mix"
    return found


def _is_dispensable(part: Part, service: Service, music: Sequence[Part]) -> bool:
    if service is Service.GUIDE:
        return any(family_of(p.instrument) == family_of(part.instrument) for p in music)
    return len(music) >= (_STEMS_OF_A_MIX if service is Service.MIX else 1)


def _chosen_by_hand(part: Part) -> bool:
    chosen = part.track.channel.instrument
    return bool(chosen) and chosen != guess_instrument(part.track.name).instrument
