# SPDX-License-Identifier: Apache-2.0
"""Lots that depend on a name alone, so that what is made is made the same again, in any order."""

from __future__ import annotations

import hashlib

import numpy as np


def lots_of(name: str) -> np.random.Generator:
    """Returns the generator of a name's lots."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
