# SPDX-License-Identifier: Apache-2.0
"""Records what a JACK client plays, by a JACK client of its own; run as a script, in a process of its own.

    python jack_recorder.py OUT.npz SECONDS SOURCE_PATTERN

Prints `recording` once it listens. Ends, and writes, when its standard input closes or the seconds are over. The file
holds `audio` (frames, 2) float32, and for each JACK period `starts`, the index of its first frame in `audio`, and
`frame_times`, JACK's frame clock there: a period that came late leaves a gap in the clock.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import time

import numpy as np

_IS_INPUT, _IS_OUTPUT, _NO_START = 1, 2, 1
_AUDIO = b"32 bit float mono audio"
_PROCESS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)


def jack_library() -> ctypes.CDLL:
    """Loads libjack and declares what is used of it."""
    jack = ctypes.CDLL(ctypes.util.find_library("jack") or "libjack.so.0")
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    jack.jack_client_open.restype = pointer
    jack.jack_client_open.argtypes = [text, ctypes.c_int, ctypes.c_void_p]
    jack.jack_port_register.restype = pointer
    jack.jack_port_register.argtypes = [pointer, text, text, ctypes.c_ulong, ctypes.c_ulong]
    jack.jack_port_get_buffer.restype = pointer
    jack.jack_port_get_buffer.argtypes = [pointer, ctypes.c_uint32]
    jack.jack_set_process_callback.argtypes = [pointer, _PROCESS, pointer]
    jack.jack_activate.argtypes = [pointer]
    jack.jack_client_close.argtypes = [pointer]
    jack.jack_connect.argtypes = [pointer, text, text]
    jack.jack_get_ports.restype = ctypes.POINTER(text)
    jack.jack_get_ports.argtypes = [pointer, text, text, ctypes.c_ulong]
    jack.jack_last_frame_time.restype = ctypes.c_uint32
    jack.jack_last_frame_time.argtypes = [pointer]
    jack.jack_frame_time.restype = ctypes.c_uint32
    jack.jack_frame_time.argtypes = [pointer]
    jack.jack_port_name.restype = text
    jack.jack_port_name.argtypes = [pointer]
    return jack


class FrameClock:
    """JACK's frame clock, read by a client that plays and records nothing."""

    def __init__(self, name: str = "clock") -> None:
        self._jack = jack_library()
        self._client = self._jack.jack_client_open(name.encode(), _NO_START, None)
        if not self._client:
            raise RuntimeError("no JACK server")

    def now(self) -> int:
        """Returns the time of now, in frames."""
        return int(self._jack.jack_frame_time(self._client))

    def close(self) -> None:
        """Leaves the server."""
        self._jack.jack_client_close(self._client)


def record(path: str, seconds: float, pattern: str) -> None:
    """Records until standard input closes."""
    jack = jack_library()
    client = jack.jack_client_open(b"recorder", _NO_START, None)
    if not client:
        raise RuntimeError("no JACK server")
    inputs = [jack.jack_port_register(client, f"in_{n}".encode(), _AUDIO, _IS_INPUT, 0) for n in (1, 2)]
    room = round(seconds * 48_000)
    audio = np.zeros((2, room), np.float32)
    starts, times = np.zeros(room // 16, np.int64), np.zeros(room // 16, np.int64)
    state = [0, 0]

    def process(frames: int, _: object) -> int:
        at, period = state
        if at + frames <= room:
            starts[period], times[period] = at, jack.jack_last_frame_time(client)
            for side, port in enumerate(inputs):
                ctypes.memmove(audio[side, at:].ctypes.data, jack.jack_port_get_buffer(port, frames), 4 * frames)
            state[:] = [at + frames, period + 1]
        return 0

    callback = _PROCESS(process)
    jack.jack_set_process_callback(client, callback, None)
    jack.jack_activate(client)
    sources = _sources(jack, client, pattern)
    for source, port in zip(sources, inputs, strict=True):
        jack.jack_connect(client, source, jack.jack_port_name(port))
    print("recording", flush=True)
    sys.stdin.read()
    jack.jack_client_close(client)
    frames, periods = state
    np.savez(path, audio=audio[:, :frames].T, starts=starts[:periods], frame_times=times[:periods])


def _sources(jack: ctypes.CDLL, client: int, pattern: str) -> list[bytes]:
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline:
        found = jack.jack_get_ports(client, pattern.encode(), None, _IS_OUTPUT)
        names: list[bytes] = []
        while found and found[len(names)]:
            names.append(found[len(names)])
        if len(names) >= 2:
            return sorted(names)[:2]
        time.sleep(0.05)
    raise RuntimeError("nobody plays")


if __name__ == "__main__":
    sys.setswitchinterval(0.0005)
    record(sys.argv[1], float(sys.argv[2]), sys.argv[3])
