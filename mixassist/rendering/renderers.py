# SPDX-License-Identifier: Apache-2.0
"""The views behind one protocol: what each makes of a channel.

`dry` takes the stem as it is, `wet` passes it through the console's DSP. A renderer for another view is made known by
`register_renderer`, and nothing else has to change.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Protocol

import numpy as np
import torch

from mixassist.domain.channel import Channel, Stages, View
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import BANDS, REVERB_TYPES, Group, keys_of
from mixassist.dsp.render_strip import ReadFrames, RenderStrip
from mixassist.dsp.reverb import impulse_response, octave_decay_s
from mixassist.networks.devices import network_device
from mixassist.paths import models_directory
from mixassist.rendering.play_graph import Samples

_log = logging.getLogger(__name__)

_EQUALIZER_TAIL_S = 0.5
"""How long a stem that ends abruptly may ring in the equaliser."""


class StripProcess(Protocol):
    """Renders one strip at fixed settings. May be used by several threads at once."""

    @property
    def sides(self) -> int:
        """1 or 2: sides of what comes out."""

    @property
    def tail_frames(self) -> int:
        """How long it rings on behind the stem's last frame."""

    def stream(self, read: ReadFrames, total_frames: int) -> Iterator[tuple[int, Samples]]:
        """Yields (start, (frames, sides)) in order and without gaps: the exact render, the same bytes every time."""

    def piece(self, read: ReadFrames, start: int, frames: int) -> Samples:
        """Renders a piece from the middle at once, (frames, sides); it may be approximate until `stream` gets there."""


@dataclass(frozen=True)
class Recipe:
    """What a view makes of a channel.

    Attributes:
        gain: factor that belongs beside the fader: what is linear needs no render.
        process: None when the stem's own samples will do.
        identity: names everything that the process's samples depend on but the stem; "" without a process.
    """

    gain: float
    process: StripProcess | None = None
    identity: str = ""


class Renderer(Protocol):
    """Makes recipes for one view. `version` goes up whenever the same settings give other samples."""

    @property
    def version(self) -> str:
        """Names the renderer and its version, as a part of every render's identity."""

    def recipe(self, channel: Channel, sample_rate_hz: int, input_sides: int) -> Recipe:
        """Says what has to be rendered for a channel, at once; fader and pan are not its business."""

    def preparations(self, sample_rate_hz: int) -> Sequence[Callable[[], object]]:
        """Returns small pieces of work, done in idle moments, that the first render would have to wait for."""


def _polarity(channel: Channel) -> float:
    return -1.0 if channel.controls["polarity_inverted"] else 1.0


class DryRenderer:
    """The stems through fader, pan and polarity only."""

    version = "dry-1"

    def recipe(self, channel: Channel, sample_rate_hz: int, input_sides: int) -> Recipe:
        return Recipe(_polarity(channel))

    def preparations(self, sample_rate_hz: int) -> Sequence[Callable[[], object]]:
        return ()


class WetRenderer:
    """The console's own DSP at the channel's controls.

    Args:
        device: where to compute.
    """

    def __init__(self, device: str = "cpu") -> None:
        self.device = device
        # Another kind of processor rounds differently, so its renders are other renders.
        self.version = f"wet-1-{torch.device(device).type}"

    def recipe(self, channel: Channel, sample_rate_hz: int, input_sides: int) -> Recipe:
        controls, gain = nonlinear_part(channel)
        strip = RenderStrip(controls, Stages(), sample_rate_hz, self.device)
        if strip.is_neutral:
            return Recipe(gain)
        settings = {key: controls[key] for key in controls if controls[key] != NEUTRAL[key]}
        identity = json.dumps([self.version, sample_rate_hz, input_sides, settings], sort_keys=True)
        return Recipe(gain, _ConsoleProcess(strip, input_sides), identity)

    def preparations(self, sample_rate_hz: int) -> Sequence[Callable[[], object]]:
        return [partial(impulse_response, reverb_type, sample_rate_hz) for reverb_type in REVERB_TYPES]


class _ConsoleProcess:
    """A `RenderStrip` as a `StripProcess`."""

    def __init__(self, strip: RenderStrip, input_sides: int) -> None:
        self._strip = strip
        self.sides = strip.output_sides(input_sides)

    @property
    def tail_frames(self) -> int:
        controls, rate = self._strip.controls, self._strip.sample_rate_hz
        tail = round(_EQUALIZER_TAIL_S * rate)
        if controls.number("reverb_wet") > 0.0:
            # Two decay times are 120 dB. Asking for the response itself would have to generate it here and now.
            tail += math.ceil(2.0 * max(octave_decay_s(str(controls["reverb_type"])).values()) * rate)
        return tail

    def stream(self, read: ReadFrames, total_frames: int) -> Iterator[tuple[int, Samples]]:
        for start, audio in self._strip.stream(read, total_frames):
            yield start, _turned(audio)

    def piece(self, read: ReadFrames, start: int, frames: int) -> Samples:
        return _turned(self._strip.render(read, start, frames))


def _turned(audio: torch.Tensor) -> Samples:
    """(sides, frames) on any device → contiguous (frames, sides)."""
    samples: Samples = np.ascontiguousarray(audio.cpu().numpy().T, np.float32)
    return samples


def nonlinear_part(channel: Channel) -> tuple[Controls, float]:
    """Splits a channel into the controls that a render must have and a factor for what is plain gain.

    Controls that change nothing go back to their defaults (the frequency of a band at 0 dB, stages switched off), so
    moving them asks for no render. Polarity and, where no compressor listens to it, input gain are in the factor: they
    act at once.

    Returns:
        Controls that give the channel's sound with every stage on, and the factor to multiply it by.
    """
    return _nonlinear_part(channel.controls, channel.stages)


@lru_cache(maxsize=4096)
def _nonlinear_part(controls: Controls, stages: Stages) -> tuple[Controls, float]:
    kept: list[str] = []
    gain = -1.0 if controls["polarity_inverted"] else 1.0
    if stages.equalizer:
        for band in BANDS:
            if controls.number(f"{band}_gain_db") != 0.0:
                kept += [key for key in keys_of(Group.EQUALIZER) if key.startswith(f"{band}_")]
    flat = controls.number("threshold_db") == 0.0 or controls.number("ratio") == 1.0
    if stages.compressor and not (flat and controls.number("makeup_gain_db") == 0.0):
        kept += [*keys_of(Group.COMPRESSOR), "input_gain_db"]
    else:
        gain *= 10.0 ** (controls.number("input_gain_db") / 20.0)
    if stages.reverb and controls.number("reverb_wet") > 0.0:
        kept += keys_of(Group.REVERB)
    elif stages.reverb:
        gain *= controls.number("reverb_dry")
    return NEUTRAL.taken_from(controls, kept), gain


_RENDERERS: dict[View, Renderer] = {View.DRY: DryRenderer(), View.WET: WetRenderer()}
_DEVICES: dict[str, Callable[[], bool]] = {
    "cpu": lambda: True,
    "cuda": torch.cuda.is_available,
    "mps": torch.backends.mps.is_available,
}


def register_renderer(view: View, renderer: Renderer) -> None:
    """Makes a renderer the one for a view."""
    _RENDERERS[view] = renderer


def renderer_for(view: View) -> Renderer:
    """Returns the view's renderer.

    Raises:
        MixAssistError: nothing can render that view yet.
    """
    if view is View.MODEL and view not in _RENDERERS:
        register_renderer(view, _shipped_model(network_device("auto")))
    return _RENDERERS[view]


def available_views() -> tuple[View, ...]:
    """Returns the views that can be rendered, in the order dry, wet, model: that one needs trained weights."""
    try:
        renderer_for(View.MODEL)
    except MixAssistError:
        return (View.DRY, View.WET)
    return tuple(View)


def _shipped_model(device: str) -> Renderer:
    # Here and not above: the model's renderer builds on this module.
    from mixassist.rendering.model_renderer import shipped_renderer

    return shipped_renderer(models_directory(), device)


def network_is_there() -> bool:
    """Whether there is a file of the transformation network's weights, readable or not."""
    from mixassist.rendering.model_renderer import WEIGHTS_NAME

    return (models_directory() / WEIGHTS_NAME).exists()


def use_device(name: str) -> None:
    """Chooses where rendering computes from now on: `auto`, `cpu`, `cuda` or `mps`.

    `auto` leaves the console's DSP on the processor, where it is fast enough and always the same to the bit.

    Raises:
        MixAssistError: no such device here.
    """
    device = "cpu" if name == "auto" else name
    if device not in _DEVICES or not _DEVICES[device]():
        here = [known for known, is_there in _DEVICES.items() if is_there()]
        raise MixAssistError(
            "there is no such device on this machine", subject=name, remedy=f"Use auto or {', '.join(here)}."
        )
    if "mps" in (name, device):
        # Filters and detectors keep double precision, which Apple's GPU does not have.
        _log.warning("the GPU of this machine has no double precision; computing on the processor")
        name = device = "cpu"
    register_renderer(View.WET, WetRenderer(device))
    _RENDERERS.pop(View.MODEL, None)
    with contextlib.suppress(MixAssistError):
        register_renderer(View.MODEL, _shipped_model(network_device(name)))
