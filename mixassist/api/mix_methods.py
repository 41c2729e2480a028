# SPDX-License-Identifier: Apache-2.0
"""Networks that mix, read from weights files to be measured as methods."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mixassist.automix.controller import mix_with
from mixassist.automix.controller_weights import KIND as CONTROLLER_KIND
from mixassist.automix.controller_weights import load_controller
from mixassist.automix.methods import Mixer
from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.mixes import DirectMixer, evaluated_methods
from mixassist.networks.checkpoint import read_weights
from mixassist.networks.direct_mixer import KIND as DIRECT_KIND
from mixassist.networks.direct_mixer import load_direct_mixer
from mixassist.training.direct_mixer import direct_method


def methods_of(weights: Sequence[Path]) -> tuple[dict[str, Mixer], dict[str, DirectMixer]]:
    """Reads weights files; returns those that predict controls and those that make sound, by name.

    A file is named by its own name, or by its folder where a method or another file has that: trainings call all
    their weights alike, and those that ship are the method `controller`.

    Raises:
        MixAssistError: a file that cannot be read, or holds a network that does not mix.
    """
    controllers: dict[str, Mixer] = {}
    direct: dict[str, DirectMixer] = {}
    for path in weights:
        taken = {*evaluated_methods(), *controllers, *direct}
        name = next(n for n in (path.stem, path.resolve().parent.name, str(path)) if n not in taken)
        kind = read_weights(path).kind
        if kind == DIRECT_KIND:
            direct[name] = direct_method(load_direct_mixer(path))
        elif kind == CONTROLLER_KIND:
            controllers[name] = partial(mix_with, load_controller(path))
        else:
            raise MixAssistError(f"this network ({kind}) does not mix", subject=path, remedy="Give weights of a mixer")
    return controllers, direct
