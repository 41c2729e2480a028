# SPDX-License-Identifier: Apache-2.0
"""The recording: MIDI through FluidSynth, then what careless people and cheap rooms do to it, then Ogg Vorbis."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from performance import DURATION_S, Player
from scipy import signal

SAMPLE_RATE_HZ = 44_100
FRAMES = round(DURATION_S * SAMPLE_RATE_HZ)
_BLOCK_FRAMES = 65_536  # libsndfile's Vorbis encoder fails on longer writes
_OGG_QUALITY = 0.4
_TAIL_FADE_S = 0.8


def render(player: Player, soundfont: Path) -> np.ndarray:
    """Plays a performance through FluidSynth, dry.

    Returns:
        (frames, 2) float64, as long as the song; full scale is far away.
    """
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder) / "part.mid", Path(folder) / "part.wav"
        player.write(midi)
        command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.25", "-r", str(SAMPLE_RATE_HZ)]
        command += ["-o", "synth.cpu-cores=1", "-O", "float", "-T", "wav", "-F", str(wave), str(soundfont), str(midi)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        audio, _ = soundfile.read(wave, always_2d=True)
    song = np.zeros((FRAMES, 2))
    length = min(FRAMES, len(audio))
    song[:length] = audio[:length]
    fade = round(_TAIL_FADE_S * SAMPLE_RATE_HZ)
    song = filtered(song, "highpass", 15.0)  # some of the SoundFont's samples carry DC
    song[-fade:] *= np.cos(np.linspace(0.0, np.pi / 2, fade))[:, None] ** 2
    return song


def mono(audio: np.ndarray) -> np.ndarray:
    """Returns the middle of a stereo recording, (frames, 1)."""
    return audio.mean(axis=1, keepdims=True)


def filtered(audio: np.ndarray, kind: str, cutoff_hz: float, order: int = 2) -> np.ndarray:
    """Returns the audio through a Butterworth filter; `kind` is highpass or lowpass."""
    sections = signal.butter(order, cutoff_hz, kind, fs=SAMPLE_RATE_HZ, output="sos")
    return signal.sosfilt(sections, audio, axis=0)


def delayed(audio: np.ndarray, seconds: float) -> np.ndarray:
    """Returns the audio as a microphone further away hears it."""
    frames = round(seconds * SAMPLE_RATE_HZ)
    return np.concatenate([np.zeros((frames, audio.shape[1])), audio[: len(audio) - frames]])


def at_peak(audio: np.ndarray, peak_dbfs: float) -> np.ndarray:
    """Returns the audio scaled so that its largest sample stands at `peak_dbfs`."""
    return audio * (10.0 ** (peak_dbfs / 20.0) / np.abs(audio).max())


def with_noise(audio: np.ndarray, seed: int, hiss_dbfs: float, hum_dbfs: float | None = None) -> np.ndarray:
    """Adds a preamplifier's hiss (RMS) and, where a cable picks it up, mains hum at 50 Hz with harmonics (peak)."""
    generator = np.random.Generator(np.random.PCG64(seed))
    noisy = audio + generator.standard_normal(audio.shape) * 10.0 ** (hiss_dbfs / 20.0)
    if hum_dbfs is not None:
        time_s = np.arange(len(audio)) / SAMPLE_RATE_HZ
        partials = ((50.0, 1.0), (100.0, 0.5), (150.0, 0.6), (250.0, 0.3), (350.0, 0.2))
        hum = sum(level * np.sin(2.0 * np.pi * hertz * time_s + hertz) for hertz, level in partials)
        noisy += (hum / np.abs(hum).max() * 10.0 ** (hum_dbfs / 20.0))[:, None]
    return noisy


def write_ogg(path: Path, audio: np.ndarray, serial: int) -> None:
    """Writes Ogg Vorbis whose bytes depend on the audio and the serial number alone."""
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE_HZ, audio.shape[1], format="OGG", subtype="VORBIS", compression_level=1.0 - _OGG_QUALITY
    ) as out:
        for start in range(0, len(audio), _BLOCK_FRAMES):
            out.write(audio[start : start + _BLOCK_FRAMES].astype(np.float32))
    path.write_bytes(_with_serial(path.read_bytes(), serial))


def _with_serial(stream: bytes, serial: int) -> bytes:
    """Replaces the random stream number of an Ogg file, page by page (RFC 3533, section 6)."""
    data, at = bytearray(stream), 0
    while at < len(data):
        if data[at : at + 4] != b"OggS":
            raise ValueError("this is not an Ogg page")
        segments = data[at + 26]
        end = at + 27 + segments + sum(data[at + 27 : at + 27 + segments])
        data[at + 14 : at + 18] = serial.to_bytes(4, "little")
        data[at + 22 : at + 26] = bytes(4)
        data[at + 22 : at + 26] = _page_checksum(data[at:end]).to_bytes(4, "little")
        at = end
    return bytes(data)


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = ((value << 1) ^ 0x04C11DB7) & 0xFFFFFFFF if value & 0x80000000 else value << 1
        table.append(value)
    return tuple(table)


_CRC = _crc_table()


def _page_checksum(page: bytes | bytearray) -> int:
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFFFFFF) ^ _CRC[(value >> 24) ^ byte]
    return value
