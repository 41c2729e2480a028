# SPDX-License-Identifier: Apache-2.0
"""Composes, plays and records the demo session: `make demo`.

Needs Debian's `fluidsynth` and `fluid-soundfont-gm`. The same versions of both write the same bytes again.
The stems come out as a hurried evening leaves them: nobody set the levels, the snare's lower microphone was never
flipped, one amplifier hums, and the singer stood too far away.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import guitars_and_keys as band
import melody
import numpy as np
import rhythm_section as rhythm
from performance import Player
from recording import at_peak, delayed, filtered, mono, render, with_noise, write_ogg

_SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
_TARGET = Path(__file__).resolve().parents[2] / "resources" / "demo"

_PLAYERS: dict[str, Callable[[], Player]] = {
    "kick": rhythm.kick,
    "snare": rhythm.snare,
    "hat": rhythm.hi_hat,
    "toms": rhythm.toms,
    "cymbals": rhythm.cymbals,
    "bass": rhythm.bass,
    "acoustic": band.acoustic_guitar,
    "electric_1": band.first_electric_guitar,
    "electric_2": band.second_electric_guitar,
    "piano": band.electric_piano,
    "pad": band.pad,
    "lead": melody.lead_voice,
    "backing": melody.backing_voices,
}


def stems(takes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Turns what was played into what was recorded: microphones, bleed, levels, noise; file name → audio."""
    kick, snare, hat, toms = (mono(takes[part]) for part in ("kick", "snare", "hat", "toms"))
    snare_top = snare + 0.05 * hat + 0.04 * kick + 0.06 * toms
    snare_bottom = -(0.55 * snare + 0.9 * filtered(snare, "highpass", 2500.0)) - 0.03 * kick
    room = takes["snare"] + takes["toms"] + 0.5 * takes["kick"] + 0.6 * takes["hat"]
    overheads = takes["cymbals"] + 0.4 * filtered(delayed(room, 0.0035), "highpass", 120.0)
    acoustic = filtered(mono(takes["acoustic"]), "highpass", 60.0, order=1)
    return {
        "01 Kick": with_noise(at_peak(kick + 0.03 * snare, -9.0), 1, -82.0),
        "02 Snare Top": with_noise(at_peak(snare_top, -4.0), 2, -80.0),
        "03 Snare Bottom": with_noise(at_peak(snare_bottom, -17.0), 3, -78.0),
        "04 Hi-Hat": with_noise(at_peak(hat + 0.05 * snare, -18.0), 4, -80.0),
        "05 Toms": with_noise(at_peak(toms + 0.04 * snare + 0.03 * kick, -12.0), 5, -82.0),
        "06 Overheads": with_noise(at_peak(overheads, -11.0), 6, -80.0),
        "07 Bass DI": with_noise(at_peak(mono(takes["bass"]), -0.5), 7, -84.0),
        "08 Acoustic Gtr": with_noise(at_peak(acoustic, -16.0), 8, -70.0),
        "09 Electric Gtr 1": with_noise(at_peak(mono(takes["electric_1"]), -8.0), 9, -76.0, hum_dbfs=-58.0),
        "10 Electric Gtr 2": with_noise(at_peak(mono(takes["electric_2"]), -15.0), 10, -78.0),
        "11 Rhodes": with_noise(at_peak(takes["piano"], -7.0), 11, -84.0),
        "12 String Pad": at_peak(takes["pad"], -20.0),
        "13 Lead Vox": with_noise(at_peak(mono(takes["lead"]), -24.0), 13, -74.0),
        "14 Backing Vox": with_noise(at_peak(takes["backing"], -10.0), 14, -76.0),
    }


def main() -> int:
    """Writes the stems; returns the exit status."""
    parser = argparse.ArgumentParser(description="Compose and record the demo session.")
    parser.add_argument("--soundfont", type=Path, default=_SOUNDFONT, help="FluidR3_GM.sf2")
    parser.add_argument("-o", "--output", type=Path, default=_TARGET, help="folder for the stems")
    options = parser.parse_args()
    if not options.soundfont.is_file():
        print(f"error: {options.soundfont}: there is no SoundFont; install fluid-soundfont-gm", file=sys.stderr)
        return 2
    options.output.mkdir(parents=True, exist_ok=True)
    takes: dict[str, np.ndarray] = {}
    for part, player in _PLAYERS.items():
        print(f"playing {part}", file=sys.stderr)
        takes[part] = render(player(), options.soundfont)
    for number, (name, audio) in enumerate(stems(takes).items(), start=1):
        path = options.output / f"{name}.ogg"
        write_ogg(path, audio, serial=number)
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
