# SPDX-License-Identifier: Apache-2.0
"""Where sound goes: PortAudio, or a clock that only keeps time when there is no device.

The only place that imports sounddevice, and only when a device is asked for, so that everything else works on a
machine without PortAudio.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np

from mixassist.domain.errors import MixAssistError
from mixassist.rendering.play_graph import Samples
from mixassist.rendering.thread_priority import hurry_this_thread

Fill = Callable[[Samples], None]
"""Overwrites (frames, 2) float32 with the next frames; called by the output's own thread."""

LATENCY_S = 0.12
"""What the device holds; long enough to sit out what holds the interpreter for half as long. The system adds its own,
and an edit is to be heard within 0.2 s."""
BLOCK_FRAMES = 480
"""Below 500 values numpy does not let the interpreter go; else a block would wait for it after each of 200 steps."""
_ALSA_PERIODS = 12
"""ALSA asks for sound once a period. PortAudio's own choice, four long ones, lets an edit wait for 23 ms more."""
NO_SOUND = "none"
"""The key of the choice that makes no sound at all."""


class Output(Protocol):
    """A sink that asks for frames at its own pace."""

    @property
    def name(self) -> str:
        """What to call it in the window."""

    @property
    def sample_rate_hz(self) -> int:
        """The rate at which `fill` is asked for frames: the session's."""

    @property
    def latency_frames(self) -> int:
        """How long after `fill` a frame is heard."""

    @property
    def underruns(self) -> int:
        """How often the device ran out of frames."""

    @property
    def is_lost(self) -> bool:
        """Whether the device went away while it was in use."""

    def start(self, fill: Fill) -> None:
        """Begins to call `fill`. Raises `MixAssistError` when the device does not start."""

    def close(self) -> None:
        """Stops calling and lets the device go; may be called twice."""


class NullOutput:
    """Keeps time and makes no sound.

    Args:
        paced: run a thread that asks for frames in real time; otherwise `advance` asks for them.
    """

    def __init__(self, sample_rate_hz: int, block_frames: int = BLOCK_FRAMES, paced: bool = True) -> None:
        self._rate = sample_rate_hz
        self._block = np.zeros((block_frames, 2), np.float32)
        self._paced = paced
        self._fill: Fill | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        return "No sound"

    @property
    def sample_rate_hz(self) -> int:
        return self._rate

    @property
    def latency_frames(self) -> int:
        return 0

    @property
    def underruns(self) -> int:
        return 0

    @property
    def is_lost(self) -> bool:
        return False

    def start(self, fill: Fill) -> None:
        self._fill = fill
        if self._paced and self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="null-output", daemon=True)
            self._thread.start()

    def advance(self, frames: int) -> Samples:
        """Lets `frames` frames pass, in blocks, and returns them as (frames, 2)."""
        heard = np.zeros((frames, 2), np.float32)
        if self._fill is not None:
            for start in range(0, frames, len(self._block)):
                self._fill(heard[start : start + len(self._block)])
        return heard

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._fill = None

    def _run(self) -> None:
        seconds = len(self._block) / self._rate
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            fill = self._fill
            if fill is not None:
                fill(self._block)
            # After a suspended laptop wakes up, time goes on from now instead of racing to catch up.
            due = max(due + seconds, time.monotonic() - 1.0)


@dataclass(frozen=True)
class OutputDevice:
    """A device to choose from. `key` opens it again: its name and host interface."""

    key: str
    name: str
    host: str
    sample_rate_hz: int
    is_default: bool


def open_exactly(key: str, sample_rate_hz: int) -> PortAudioOutput | NullOutput:
    """Opens this device and no other: "" is the default one, `NO_SOUND` the silent clock.

    Raises:
        MixAssistError: it does not open.
    """
    return NullOutput(sample_rate_hz) if key == NO_SOUND else PortAudioOutput(key or None, sample_rate_hz)


def list_devices(look_again: bool = False) -> tuple[OutputDevice, ...]:
    """Lists the devices that take two channels. Empty without PortAudio.

    Args:
        look_again: also find devices that were connected since; no output may be open then.
    """
    try:
        sd = _sounddevice()
        if look_again:
            sd._terminate()
            sd._initialize()
    except MixAssistError:
        return ()
    hosts = sd.query_hostapis()
    default = sd.default.device[1]
    return tuple(
        OutputDevice(
            key=f"{d['name']}, {hosts[d['hostapi']]['name']}",
            name=d["name"],
            host=hosts[d["hostapi"]]["name"],
            sample_rate_hz=round(d["default_samplerate"]),
            is_default=index == default,
        )
        for index, d in enumerate(sd.query_devices())
        if d["max_output_channels"] >= 2
    )


class PortAudioOutput:
    """A sound device, by PortAudio.

    When the device does not take the session's rate it runs at its own, and the sound is resampled.

    Args:
        device: key or name as PortAudio knows it; None for the default.

    Raises:
        MixAssistError: there is no PortAudio, no such device, or it does not open.
    """

    def __init__(
        self,
        device: str | None,
        sample_rate_hz: int,
        latency_s: float = LATENCY_S,
        block_frames: int = BLOCK_FRAMES,
    ) -> None:
        self._rate = sample_rate_hz
        self._fill: Fill | None = None
        self._underruns = 0
        self._lost = False
        self._closing = False
        self._has_begun = False
        self._conversion: _Conversion | None = None
        self._stream, self._device_rate = self._opened(device, latency_s, block_frames)
        if self._device_rate != sample_rate_hz:
            self._conversion = _Conversion(sample_rate_hz, self._device_rate, block_frames)
        self._name = device or "Default device"

    @property
    def name(self) -> str:
        return self._name

    @property
    def sample_rate_hz(self) -> int:
        return self._rate

    @property
    def device_rate_hz(self) -> int:
        """The rate the device runs at."""
        return self._device_rate

    @property
    def latency_frames(self) -> int:
        return round(float(self._stream.latency) * self._rate)

    @property
    def underruns(self) -> int:
        return self._underruns

    @property
    def is_lost(self) -> bool:
        return self._lost

    def start(self, fill: Fill) -> None:
        self._fill = fill
        sd = _sounddevice()
        try:
            self._stream.start()
        except sd.PortAudioError as error:
            raise _device_error(self._name, error) from error

    def close(self) -> None:
        self._closing = True
        self._stream.close()
        self._fill = None

    def _opened(self, device: str | None, latency_s: float, block_frames: int) -> tuple[Any, int]:
        sd = _sounddevice()
        try:
            own_rate = round(sd.query_devices(device, "output")["default_samplerate"])
        except (sd.PortAudioError, ValueError) as error:
            if device is None:
                raise MixAssistError(
                    "there is no sound device on this machine", remedy="Connect one and choose it."
                ) from error
            raise _device_error(device, error) from error
        failure: Exception | None = None
        for rate in dict.fromkeys((self._rate, own_rate)):
            try:
                stream = sd.OutputStream(
                    samplerate=rate,
                    blocksize=block_frames,
                    device=device,
                    channels=2,
                    dtype="float32",
                    latency=latency_s,
                    callback=self._callback,
                    finished_callback=self._finished,
                )
                return stream, rate
            except (sd.PortAudioError, ValueError) as error:
                failure = error
        raise _device_error(device or "default device", failure) from failure

    def _callback(self, out: Samples, frames: int, when: object, status: Any) -> None:
        if not self._has_begun:
            self._has_begun = True
            hurry_this_thread()
        if status.output_underflow:
            self._underruns += 1
        fill = self._fill
        if fill is None:
            out.fill(0.0)
        elif self._conversion is None:
            fill(out)
        else:
            self._conversion.fill(out, fill)

    def _finished(self) -> None:
        self._lost = not self._closing


class _Conversion:
    """Resamples what `fill` gives to the device's rate.

    The one place in the sound path that makes new arrays: soxr hands its output back in them.
    """

    def __init__(self, from_hz: int, to_hz: int, block_frames: int) -> None:
        import soxr

        self._resampler = soxr.ResampleStream(from_hz, to_hz, 2, dtype="float32", quality="HQ")
        self._asked = np.zeros((block_frames, 2), np.float32)
        self._kept = np.zeros((0, 2), np.float32)

    def fill(self, out: Samples, fill: Fill) -> None:
        """Fills the device's block."""
        while len(self._kept) < len(out):
            fill(self._asked)
            fresh = self._resampler.resample_chunk(self._asked)
            self._kept = np.concatenate((self._kept, fresh)) if len(self._kept) else fresh
        np.copyto(out, self._kept[: len(out)])
        self._kept = self._kept[len(out) :]


def open_output(
    preferred: str | None, sample_rate_hz: int, latency_s: float = LATENCY_S
) -> tuple[PortAudioOutput | NullOutput, str | None]:
    """Opens the preferred device, else the default one, else a silent clock.

    `NO_SOUND` is the silent clock by choice, "" the default device.

    Returns:
        The output, and a sentence for the user when it is not what was asked for.
    """
    if preferred == NO_SOUND:
        return NullOutput(sample_rate_hz), None
    reasons = []
    for device in dict.fromkeys((preferred or None, None)):
        try:
            output = PortAudioOutput(device, sample_rate_hz, latency_s)
        except MixAssistError as error:
            reasons.append(str(error))
            continue
        return output, f"{reasons[0]} Playing on the default device." if reasons else None
    return NullOutput(sample_rate_hz), f"{reasons[0]} Everything but sound works."


def _sounddevice() -> Any:
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        raise MixAssistError(
            "there is no PortAudio on this machine, so nothing can be heard",
            remedy="Install the system package libportaudio2 and start again.",
        ) from error
    _shorten_periods(getattr(sounddevice, "_libname", None))
    return sounddevice


@cache
def _shorten_periods(library: str | None) -> None:
    """Lets PortAudio cut the same buffer into more periods, where it speaks to ALSA and can be told."""
    if library is not None and sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(library).PaAlsa_SetNumPeriods(_ALSA_PERIODS)


def _device_error(device: str, error: Exception | None) -> MixAssistError:
    text = str(error or "unknown error").splitlines()[0]
    return MixAssistError(
        f"the sound device does not open ({text})", subject=device, remedy="Connect it or choose another one."
    )
