# SPDX-License-Identifier: Apache-2.0
"""The model view: channels rendered through the transformation network.

The network works at 44,100 Hz. At other session rates stems are resampled to that and back, aligned to the sample.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import soxr
import torch
from torch import Tensor

from mixassist.domain.channel import Channel, Stages
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.errors import MixAssistError
from mixassist.dsp.render_strip import ReadFrames, RenderStrip
from mixassist.networks.registry import load_transformation
from mixassist.networks.staged import SAMPLE_RATE_HZ, StagedNetwork
from mixassist.networks.staged_strip import StagedStrip
from mixassist.rendering.play_graph import Samples
from mixassist.rendering.renderers import Recipe, StripProcess, nonlinear_part

WEIGHTS_NAME = "transformation.safetensors"
_BLOCK_FRAMES = 1 << 17
_CONTEXT_S = 0.05
"""Sound on either side that a resampled piece needs, so that its filter's edges lie outside."""
_ATTEMPTS = ((None, "in smaller pieces"), (1 << 15, "on the processor"), (None, ""))
"""Chunk lengths to try in turn, and what is said when one does not fit; the last one is on the processor."""
_log = logging.getLogger(__name__)


class ModelRenderer:
    """Renders channels through a staged network.

    Args:
        network: trained and in evaluation mode.
        identity: names the weights: renders of other weights are other renders.
        device: where to compute; a GPU that runs out of memory hands over to the processor.
    """

    def __init__(self, network: StagedNetwork, identity: str, device: str = "cpu") -> None:
        self.network, self.device = network.to(device), device
        self.version = f"model-1-{identity}-{torch.device(device).type}"

    def recipe(self, channel: Channel, sample_rate_hz: int, input_sides: int) -> Recipe:
        """Says what has to be rendered for a channel; neutral stages need no network."""
        controls, gain = nonlinear_part(channel)
        console = RenderStrip(controls, Stages(), SAMPLE_RATE_HZ)
        if console.is_neutral:
            return Recipe(gain)
        settings = {key: controls[key] for key in controls if controls[key] != NEUTRAL[key]}
        identity = json.dumps([self.version, sample_rate_hz, input_sides, settings], sort_keys=True)
        sides = console.output_sides(input_sides)
        process: StripProcess = _NetworkProcess(self.network, controls, self.device, sides)
        if sample_rate_hz != SAMPLE_RATE_HZ:
            process = _Resampled(process, sample_rate_hz)
        return Recipe(gain, process, identity)

    def strip(self, channel: Channel) -> StagedStrip:
        """Returns the channel as the network renders it, at 44,100 Hz."""
        return StagedStrip(self.network, nonlinear_part(channel)[0], Stages(), self.device)

    def preparations(self, sample_rate_hz: int) -> Sequence[Callable[[], object]]:
        """The network needs none."""
        return ()


class _NetworkProcess:
    """A `StagedStrip` as a `StripProcess`, at 44,100 Hz."""

    def __init__(self, network: StagedNetwork, controls: Controls, device: str, sides: int) -> None:
        self._network, self._controls, self._device = network, controls, device
        self.sides = sides

    @cached_property
    def _strip(self) -> StagedStrip:
        # Whoever asks for a recipe gets it at once; the network is asked by whoever renders.
        return StagedStrip(self._network, self._controls, Stages(), self._device)

    @property
    def tail_frames(self) -> int:
        return self._network.space.frames + SAMPLE_RATE_HZ // 2

    def stream(self, read: ReadFrames, total_frames: int) -> Iterator[tuple[int, Samples]]:
        done = 0
        for attempt, (chunk_frames, words) in enumerate(_ATTEMPTS):
            try:
                strip = self._strip.on("cpu") if attempt == len(_ATTEMPTS) - 1 else self._strip
                for start, audio in strip.stream(read, total_frames, chunk_frames):
                    # After a fresh start only what has not been delivered yet.
                    if start + audio.shape[-1] > done:
                        yield max(start, done), _turned(audio[:, max(done - start, 0) :])
                        done = start + audio.shape[-1]
                return
            except torch.OutOfMemoryError:
                if not words:
                    raise
                _log.warning("the GPU ran out of memory; this channel goes on %s", words)
                torch.cuda.empty_cache()

    def piece(self, read: ReadFrames, start: int, frames: int) -> Samples:
        return _turned(self._strip.render(read, start, frames))


class _Resampled:
    """Another process at 44,100 Hz, made to fit a session at another rate."""

    def __init__(self, inner: StripProcess, sample_rate_hz: int) -> None:
        self._inner, self._rate = inner, sample_rate_hz
        shared = math.gcd(sample_rate_hz, SAMPLE_RATE_HZ)
        self._outer_unit, self._inner_unit = sample_rate_hz // shared, SAMPLE_RATE_HZ // shared

    @property
    def sides(self) -> int:
        return self._inner.sides

    @property
    def tail_frames(self) -> int:
        return self._outer(self._inner.tail_frames)

    def _outer(self, inner_frames: int) -> int:
        return -(-inner_frames * self._rate // SAMPLE_RATE_HZ)

    def stream(self, read: ReadFrames, total_frames: int) -> Iterator[tuple[int, Samples]]:
        with tempfile.TemporaryFile() as file:
            sides = read(0, 1).shape[0]
            for block in _resampled(_blocks_of(read, total_frames), self._rate, SAMPLE_RATE_HZ, sides):
                file.write(block.tobytes())
            file.flush()
            frames = file.tell() // (4 * sides)
            if not frames:
                return
            stem = np.memmap(file, np.float32, "r", shape=(frames, sides))
            rendered = (block for _, block in self._inner.stream(_reader_of(stem), frames))
            start = 0
            for block in _resampled(rendered, SAMPLE_RATE_HZ, self._rate, self.sides):
                kept = block[: total_frames - start]
                if len(kept):
                    yield start, kept
                start += len(kept)
            if start < total_frames:
                yield start, np.zeros((total_frames - start, self.sides), np.float32)

    def piece(self, read: ReadFrames, start: int, frames: int) -> Samples:
        """Renders a piece; its grid is laid so that both rates have a frame at its border."""
        context = round(_CONTEXT_S * self._rate)
        border = (start - context) // self._outer_unit
        inner_start = border * self._inner_unit
        outer_start = border * self._outer_unit
        inner_frames = -(-(start + frames + context - outer_start) * SAMPLE_RATE_HZ // self._rate)

        def read_inner(at: int, count: int) -> Tensor:
            units = (at // self._inner_unit) - 1 - context // self._outer_unit
            first = units * self._outer_unit
            last = -(-(at + count) * self._rate // SAMPLE_RATE_HZ) + context
            outer = read(first, last - first).numpy().T
            inner = soxr.resample(np.ascontiguousarray(outer), self._rate, SAMPLE_RATE_HZ, "VHQ")
            skipped = at - units * self._inner_unit
            return torch.from_numpy(np.ascontiguousarray(inner[skipped : skipped + count].T))

        rendered = self._inner.piece(read_inner, inner_start, inner_frames)
        outer = soxr.resample(rendered, SAMPLE_RATE_HZ, self._rate, "VHQ").reshape(-1, self.sides)
        skipped = start - outer_start
        return np.ascontiguousarray(outer[skipped : skipped + frames], np.float32)


def _blocks_of(read: ReadFrames, total_frames: int) -> Iterator[Samples]:
    for start in range(0, total_frames, _BLOCK_FRAMES):
        yield _turned(read(start, min(_BLOCK_FRAMES, total_frames - start)))


def _resampled(blocks: Iterator[Samples], from_hz: int, to_hz: int, sides: int) -> Iterator[Samples]:
    """Resamples a signal in blocks; soxr takes its own delay out, so the first frame stays the first."""
    stream = soxr.ResampleStream(from_hz, to_hz, sides, "float32", "VHQ")
    for block in blocks:
        yield stream.resample_chunk(np.ascontiguousarray(block)).reshape(-1, sides)
    yield stream.resample_chunk(np.zeros((0, sides), np.float32), last=True).reshape(-1, sides)


def _reader_of(stem: np.ndarray) -> ReadFrames:
    def read(start: int, frames: int) -> Tensor:
        out = np.zeros((stem.shape[1], frames), np.float32)
        first, last = max(start, 0), min(start + frames, stem.shape[0])
        if last > first:
            out[:, first - start : last - start] = stem[first:last].T
        return torch.from_numpy(out)

    return read


def _turned(audio: Tensor) -> Samples:
    samples: Samples = np.ascontiguousarray(audio.cpu().numpy().T, np.float32)
    return samples


def shipped_renderer(folder: Path, device: str = "cpu") -> ModelRenderer:
    """Builds the renderer from the shipped weights.

    Raises:
        MixAssistError: the weights are missing, damaged or foreign, in one sentence; `wet` still works.
    """
    path = folder / WEIGHTS_NAME
    if not path.is_file():
        raise MixAssistError("there is no trained network yet", remedy="Use --view wet")
    network = load_transformation(path)
    if not isinstance(network, StagedNetwork):
        raise MixAssistError("this network cannot render the model view", subject=path)
    return ModelRenderer(network, hashlib.sha256(path.read_bytes()).hexdigest()[:16], device)
