# SPDX-License-Identifier: Apache-2.0
"""One channel's strip for rendering: streamed, or any piece from the middle, up to but excluding fader and pan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from mixassist.domain.channel import Stages
from mixassist.domain.controls import Controls
from mixassist.domain.parameters import BANDS
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.dsp.ballistics import Detected, DetectorStates, detect, no_states
from mixassist.dsp.channel_strip import controls_tensor
from mixassist.dsp.compressor import CompressorSettings, compress_from, compressor_settings, wanted_reduction_db
from mixassist.dsp.equalizer import biquad_response, equalizer_biquads, ring_frames
from mixassist.dsp.fft_filter import BlockFilter, bin_frequencies_hz, plan_blocks
from mixassist.dsp.reverb import impulse_response

ReadFrames = Callable[[int, int], Tensor]
"""Reads (start, frames) of a track: (1 | 2, frames) float32, zeros outside the track; start may be negative."""

BORDER_FRAMES = 16_384
"""Compressor states are kept at multiples of this; a piece from the middle computes at most this much too much."""

METER_FRAMES = 512
"""Gain reduction is kept as its maximum over blocks of this length."""

_CHUNK_FRAMES = 2**18
_PROVISIONAL_SHARE = 1.5
"""A provisional piece starts its compressor from rest this many times its own length earlier, at most."""
_SETTLED_AFTER = 7.0
"""After so many times its times to 63 % a detector is within −60 dB of what it would be had it never rested."""


@dataclass(frozen=True)
class StripStates:
    """The compressor's states at block borders, from one pass over the track: (detectors, borders) each, float64.

    The console has one detector; a network may have several.
    """

    release: Tensor
    attack: Tensor

    def at(self, frame: int) -> tuple[int, DetectorStates]:
        """Returns the last known border at or before a frame, and the states there."""
        border = min(max(frame, 0) // BORDER_FRAMES, self.release.shape[-1] - 1)
        states = DetectorStates(self.release[:, border], self.attack[:, border])
        return border * BORDER_FRAMES, states


class StripRecorder:
    """Keeps what a stream or scan learns on its way: compressor states, and gain reduction for meters and graphs."""

    def __init__(self) -> None:
        self._release: list[Tensor] = []
        self._attack: list[Tensor] = []
        self._reduction_db: list[Tensor] = []

    def add(self, start: int, found: Detected) -> None:
        """Takes the detector's findings for the piece from frame `start`, a multiple of `METER_FRAMES`."""
        step = found.step
        first = (-start % BORDER_FRAMES) // step
        rows = found.smoothed.shape[-1] // step
        self._release.append(found.states.release[:, first : max(rows, 1) : BORDER_FRAMES // step].cpu())
        self._attack.append(found.states.attack[:, first : max(rows, 1) : BORDER_FRAMES // step].cpu())
        self._reduction_db.append(_block_maxima(found.smoothed[0]).cpu())

    @property
    def states(self) -> StripStates | None:
        """The states so far; None when the compressor was not running."""
        return StripStates(torch.cat(self._release, -1), torch.cat(self._attack, -1)) if self._release else None

    @property
    def gain_reduction_db(self) -> Tensor | None:
        """The largest gain reduction of each `METER_FRAMES` block so far, dB ≥ 0; None without a compressor."""
        return torch.cat(self._reduction_db) if self._reduction_db else None


def _block_maxima(values: Tensor) -> Tensor:
    return F.pad(values, (0, -values.shape[-1] % METER_FRAMES)).view(-1, METER_FRAMES).amax(-1)


def _rounded_up(frames: int, unit: int) -> int:
    return -(-frames // unit) * unit


class RenderStrip:
    """A channel's input gain, polarity, equaliser, compressor and reverb at fixed controls.

    Neutral stages are skipped: all band gains 0; threshold 0 or ratio 1 with make-up gain 0; wet 0 and dry 1. So are
    stages switched off. Not for training: see `channel_strip`. One strip may be used by several threads at once.

    Args:
        controls, stages: the channel's; fader and pan are left to whoever mixes.
        sample_rate_hz: of the audio that `read` gives.
        device: where to compute; results lie there too.
    """

    def __init__(
        self, controls: Controls, stages: Stages, sample_rate_hz: int, device: torch.device | str = "cpu"
    ) -> None:
        self.controls = controls
        self.sample_rate_hz = sample_rate_hz
        self.device = torch.device(device)
        number = controls.number
        self._equalizes = stages.equalizer and any(number(f"{band}_gain_db") != 0.0 for band in BANDS)
        flat = number("threshold_db") == 0.0 or number("ratio") == 1.0
        self._compresses = stages.compressor and not (flat and number("makeup_gain_db") == 0.0)
        self._reverberates = stages.reverb and number("reverb_wet") > 0.0
        self._dry = number("reverb_dry") if stages.reverb else 1.0
        sign = -1.0 if controls["polarity_inverted"] else 1.0
        self._gain: float = sign * 10.0 ** (number("input_gain_db") / 20.0)

    @property
    def is_neutral(self) -> bool:
        """Whether nothing but input gain and polarity is left to do."""
        return not (self._equalizes or self._compresses or self._reverberates) and self._dry == 1.0

    @property
    def has_states(self) -> bool:
        """Whether the compressor runs, so that exact pieces from the middle need states from a scan."""
        return self._compresses

    def output_sides(self, input_sides: int) -> int:
        """Returns 1 or 2: a mono input stays mono unless it is reverberated."""
        return 2 if self._reverberates else input_sides

    @cached_property
    def _tensors(self) -> dict[str, Tensor]:
        return controls_tensor([self.controls], self.device, torch.float64)

    @cached_property
    def _settings(self) -> CompressorSettings:
        return compressor_settings(self._tensors, self.sample_rate_hz)

    @cached_property
    def _equalizer(self) -> BlockFilter:
        """Equaliser with the input gain in it."""
        biquads = equalizer_biquads(self._tensors, self.sample_rate_hz)
        plan = plan_blocks(ring_frames(biquads), self._chunk_frames)
        freqs_hz = bin_frequencies_hz(plan.fft_length, self.sample_rate_hz, self.device)
        response = biquad_response(biquads, freqs_hz, self.sample_rate_hz) * self._gain
        return BlockFilter(response.to(torch.complex64).unsqueeze(0), plan)

    @cached_property
    def _reverb(self) -> BlockFilter:
        """Dry and wet sound in one response; with the input gain in it where no stage before has applied that."""
        number = self.controls.number
        decay = number("reverb_decay")
        response = impulse_response(str(self.controls["reverb_type"]), self.sample_rate_hz, decay)
        response = response * number("reverb_wet")
        response[:, 0] += self._dry
        if not (self._equalizes or self._compresses):
            response = response * self._gain
        return BlockFilter.of_response(
            response, plan_blocks(response.shape[-1], _CHUNK_FRAMES, partitioned=True), self.device
        )

    @cached_property
    def _chunk_frames(self) -> int:
        """About `_CHUNK_FRAMES`, but whole blocks of the reverb where there is one."""
        if not self._reverberates:
            return _CHUNK_FRAMES
        return self._reverb.fresh_frames * max(round(_CHUNK_FRAMES / self._reverb.fresh_frames), 1)

    def _chunk_of(self, frames: int) -> int:
        return _rounded_up(frames, self._reverb.fresh_frames if self._reverberates else METER_FRAMES)

    def _before_compressor(self, read: ReadFrames, start: int, frames: int) -> Tensor:
        """Reads and equalises a piece, input gain applied: (sides, frames)."""
        if self._equalizes:
            memory = self._equalizer.memory_frames
            return self._equalizer(read(start - memory, frames + memory).to(self.device))[0]
        audio = read(start, frames).to(self.device)
        alone = self._reverberates and not self._compresses
        return audio if self._gain == 1.0 or alone else audio * self._gain

    def _before_reverb(
        self, read: ReadFrames, start: int, frames: int, states: DetectorStates, recorder: StripRecorder | None
    ) -> tuple[Tensor, DetectorStates]:
        """Returns a piece up to the compressor's output, and the states behind it."""
        audio = self._before_compressor(read, start, frames)
        if not self._compresses:
            return audio, states
        compressed, found = self._compressed(audio, states)
        if recorder is not None:
            recorder.add(start, found)
        return compressed, DetectorStates(found.states.release[:, -1], found.states.attack[:, -1])

    @property
    def _detector_s(self) -> float:
        """Release and attack of the slowest detector, in seconds to 63 %."""
        return (self.controls.number("release_ms") + self.controls.number("attack_ms")) / 1000.0

    def _at_rest(self) -> DetectorStates:
        """Returns the detector's states at the start of a track."""
        return no_states(1, self.device)

    def _compressed(self, audio: Tensor, states: DetectorStates) -> tuple[Tensor, Detected]:
        """Compresses a piece (sides, frames) from known states; returns it and what the detector found."""
        compressed, found = compress_from(audio.unsqueeze(0), self._settings, states)
        return compressed[0], found

    def _finished(self, audio: Tensor) -> Tensor:
        """Applies what the reverb stage does when it is all dry."""
        return audio if self._reverberates or self._dry == 1.0 else audio * self._dry

    @torch.no_grad()
    def stream(
        self,
        read: ReadFrames,
        total_frames: int,
        chunk_frames: int | None = None,
        cancel: CancelToken | None = None,
        recorder: StripRecorder | None = None,
    ) -> Iterator[tuple[int, Tensor]]:
        """Renders a track from its start to `total_frames`, in order: the fastest way.

        Args:
            chunk_frames: wanted length of a chunk (rounded up to whole blocks); by default what computes fastest.
            recorder: collects compressor states and gain reduction on the way.

        Yields:
            (start, (1 | 2, frames)) without gaps. What rings beyond `total_frames` is cut off.
        """
        size = self._chunk_of(chunk_frames) if chunk_frames else self._chunk_frames
        states = self._at_rest()
        reverb = self._reverb.started() if self._reverberates else None
        for start in range(0, total_frames, size):
            if cancel is not None:
                cancel.check()
            audio, states = self._before_reverb(read, start, min(size, total_frames - start), states, recorder)
            yield start, self._finished(audio if reverb is None else reverb(audio))

    @torch.no_grad()
    def scan(
        self,
        read: ReadFrames,
        total_frames: int,
        progress: Progress = no_progress,
        cancel: CancelToken | None = None,
        recorder: StripRecorder | None = None,
    ) -> StripStates | None:
        """Passes over a track once, without reverb, for its compressor states; None at once when there are none."""
        if not self._compresses:
            return None
        recorder = recorder or StripRecorder()
        states = self._at_rest()
        for start in range(0, max(total_frames, 1), _CHUNK_FRAMES):
            if cancel is not None:
                cancel.check()
            frames = max(min(_CHUNK_FRAMES, total_frames - start), 1)
            found = self._detected(read, start, frames, states)
            recorder.add(start, found)
            states = DetectorStates(found.states.release[:, -1], found.states.attack[:, -1])
            progress(min((start + frames) / max(total_frames, 1), 1.0), "compressor states")
        return recorder.states

    def _detected(self, read: ReadFrames, start: int, frames: int, states: DetectorStates) -> Detected:
        return self._heard(self._before_compressor(read, start, frames), states)

    def _heard(self, audio: Tensor, states: DetectorStates) -> Detected:
        """Runs the detector alone over a piece (sides, frames) from known states."""
        settings = self._settings
        wanted = wanted_reduction_db(audio.unsqueeze(0), settings)
        return detect(wanted, settings.release_rate, settings.attack_rate, states)

    def _starting_point(self, first: int, frames: int, states: StripStates | None) -> tuple[int, DetectorStates]:
        """Returns from where a piece of `frames` that begins at `first` must be computed, and the states there."""
        if not self._compresses:
            return first, self._at_rest()
        if first <= 0:
            return 0, self._at_rest()
        if states is None:
            most, enough = _PROVISIONAL_SHARE * frames, _SETTLED_AFTER * self._detector_s * self.sample_rate_hz
            return max(first - round(min(most, enough)), 0), self._at_rest()
        border, at = states.at(first)
        return border, DetectorStates(at.release.to(self.device), at.attack.to(self.device))

    @torch.no_grad()
    def render(self, read: ReadFrames, start: int, frames: int, states: StripStates | None = None) -> Tensor:
        """Renders any piece: the same samples, to −120 dB, as in the whole render.

        Args:
            states: from `scan` or a recorder. With a compressor and None, a piece from the middle is provisional:
                it starts its compressor from rest some time earlier.

        Returns:
            (1 | 2, frames).
        """
        memory = self._reverb.memory_frames if self._reverberates else 0
        first = start - memory
        begin, at = self._starting_point(first, frames, states)
        audio, _ = self._before_reverb(read, begin, start + frames - begin, at, None)
        wanted = memory + frames
        if audio.shape[-1] < wanted:
            audio = F.pad(audio, (wanted - audio.shape[-1], 0))
        audio = audio[:, audio.shape[-1] - wanted :]
        return self._finished(self._reverb.started()(audio)[:, memory:] if self._reverberates else audio)

    @torch.no_grad()
    def gain_reduction_db(self, read: ReadFrames, start: int, frames: int, states: StripStates | None = None) -> Tensor:
        """Returns the compressor's gain reduction over a piece, dB ≥ 0: maxima of `METER_FRAMES` blocks, (blocks,)."""
        if not self._compresses:
            return torch.zeros(-(-frames // METER_FRAMES), device=self.device)
        begin, at = self._starting_point(start, frames, states)
        found = self._detected(read, begin, start + frames - begin, at)
        return _block_maxima(found.smoothed[0, start - begin :])
