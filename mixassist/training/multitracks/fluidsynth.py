# SPDX-License-Identifier: Apache-2.0
"""Plays parts through FluidSynth, a program of its own that is started for this and never linked."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np
import soundfile
from numpy.typing import NDArray

from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.training.multitracks.midi_parts import PERCUSSION_CHANNEL, Part

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
_TICKS_PER_BEAT = 480
_TEMPO_US = 500_000
_GAP_S = 2.0
"""Silence behind each part, in which it rings out."""
_LEAD_S = 0.05


def play_parts(parts: Sequence[Part], length_s: float, soundfont: Path = SOUNDFONT) -> list[NDArray[np.float32]]:
    """Renders each part alone, dry, without the synthesiser's reverb and chorus.

    The parts are played one after the other in one run, because loading the SoundFont takes longer than playing.

    Returns:
        One (frames, 2) float32 for each part, `length_s` long at 44,100 Hz.

    Raises:
        MixAssistError: FluidSynth or the SoundFont is missing, or it fails.
    """
    if shutil.which("fluidsynth") is None or not soundfont.is_file():
        raise MixAssistError(
            "FluidSynth or its SoundFont is not installed",
            subject=soundfont,
            remedy="On Debian and Ubuntu type: sudo apt-get install fluidsynth fluid-soundfont-gm",
        )
    slot_s = length_s + _GAP_S
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder) / "parts.mid", Path(folder) / "parts.wav"
        _one_after_the_other(parts, length_s, slot_s).save(midi)
        command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.25", "-r", str(SAMPLE_RATE_HZ)]
        command += ["-o", "synth.cpu-cores=1", "-O", "float", "-T", "wav", "-F", str(wave), str(soundfont), str(midi)]
        run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        if run.returncode != 0 or not wave.is_file():
            raise MixAssistError("FluidSynth failed", subject=midi, remedy=run.stderr.decode(errors="replace").strip())
        audio, _ = soundfile.read(wave, dtype="float32", always_2d=True)
    frames, slot = round(length_s * SAMPLE_RATE_HZ), round(slot_s * SAMPLE_RATE_HZ)
    lead = round(_LEAD_S * SAMPLE_RATE_HZ)
    audio = np.pad(audio, ((0, max(len(parts) * slot + lead - len(audio), 0)), (0, 0)))
    return [audio[lead + i * slot : lead + i * slot + frames].copy() for i in range(len(parts))]


def _one_after_the_other(parts: Sequence[Part], length_s: float, slot_s: float) -> mido.MidiFile:
    events: list[tuple[float, int, mido.Message]] = []
    for index, part in enumerate(parts):
        start = index * slot_s
        channel = PERCUSSION_CHANNEL if part.is_drum else 0
        reset = [
            mido.Message("control_change", channel=channel, control=120, value=0),
            mido.Message("control_change", channel=channel, control=121, value=0),
            mido.Message("control_change", channel=channel, control=7, value=110),
            mido.Message("program_change", channel=channel, program=part.program),
        ]
        events += [(start, order, message) for order, message in enumerate(reset)]
        events += [(start + _LEAD_S + e.time_s, 10, e.message) for e in part.events]
        events.append((start + _LEAD_S + length_s, 11, mido.Message("control_change", channel=channel, control=123)))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=_TEMPO_US)])
    last = 0
    for time_s, _, message in sorted(events, key=lambda e: (e[0], e[1])):
        tick = round(mido.second2tick(time_s, _TICKS_PER_BEAT, _TEMPO_US))
        track.append(message.copy(time=max(tick - last, 0)))
        last = max(tick, last)
    end = round(mido.second2tick(len(parts) * slot_s + 0.5, _TICKS_PER_BEAT, _TEMPO_US))
    track.append(mido.MetaMessage("end_of_track", time=max(end - last, 0)))
    return mido.MidiFile(ticks_per_beat=_TICKS_PER_BEAT, tracks=[track])
