# SPDX-License-Identifier: Apache-2.0
"""All numbers by one call."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from mixassist import api
from mixassist.analysis.sounds import ArraySound, ResidualSound
from mixassist.api import numbers as module
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken

RATE = 44_100


def noise(seconds: float = 4.0, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((round(seconds * RATE), 2))).astype(np.float32)


def sound(audio: np.ndarray) -> ArraySound:
    return ArraySound(audio, RATE)


def texts(found: api.Numbers) -> dict[str, tuple[str, ...]]:
    return {row.key: row.values for row in found.rows()}


def test_two_equal_sounds_differ_by_nothing() -> None:
    audio = noise()
    found = api.numbers_of(sound(audio), sound(audio.copy()))
    assert found.comparison is not None and found.residual is not None
    assert found.comparison.null_depth_db == -math.inf
    assert (found.residual.rms_dbfs, found.residual.peak_dbfs) == (-math.inf, -math.inf)
    shown = texts(found)
    assert shown["null_depth_db"] == ("−∞ dB",)
    assert shown["mean_absolute_error"] == ("0.00000",)
    assert shown["integrated_lufs"][0] == shown["integrated_lufs"][1]


def test_the_residual_is_measured_after_the_level_match_or_without_it() -> None:
    audio = noise()
    half = sound(np.float32(0.5) * audio)
    matched = api.numbers_of(sound(audio), half)
    assert matched.residual is not None and matched.residual.rms_dbfs < -120.0
    as_is = api.numbers_of(sound(audio), half, level_match=False)
    assert as_is.residual is not None and as_is.a is not None
    rms = 20 * math.log10(0.5 * float(np.sqrt(np.square(audio.astype(float)).mean())))
    assert as_is.residual.rms_dbfs == pytest.approx(rms, abs=1e-4)
    assert as_is.residual.peak_dbfs == pytest.approx(20 * math.log10(0.5 * np.abs(audio).max()), abs=1e-3)
    assert as_is.residual.integrated_lufs == pytest.approx(as_is.a.measures.integrated_lufs - 6.0206, abs=0.01)
    assert as_is.comparison is not None and as_is.comparison.error_to_signal_ratio == pytest.approx(0.25, rel=1e-4)


def test_a_stretch_is_measured_alone() -> None:
    audio = noise(4.0)
    audio[: 2 * RATE] *= 0.01
    late = api.numbers_of(sound(audio), start_s=2.0, end_s=4.0)
    alone = api.numbers_of(sound(audio[2 * RATE :]))
    assert late.a.measures == alone.a.measures
    assert late.b is None and late.residual is None


def test_every_row_has_words_and_a_source() -> None:
    found = api.numbers_of(sound(noise(seed=1)), sound(noise(seed=2)))
    rows = found.rows()
    assert len({row.key for row in rows}) == len(rows) > 20
    for row in rows:
        assert row.sentence.endswith(".") and row.source and row.label
        assert len(row.values) in (1, 2) and all(row.values)
    assert len(found.a.bands) == 30 and 0 <= int(texts(found)["bands_outside"][0]) <= 30
    assert "5 songs" in api.range_sentence()
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("frames", [0, 1, 100])
def test_next_to_nothing_silence_and_bad_samples_are_measured(frames: int) -> None:
    bad = np.full((frames, 1), np.nan, np.float32)
    for first in (np.zeros((frames, 2), np.float32), np.ones((frames, 1), np.float32), bad):
        found = api.numbers_of(sound(first), sound(bad))
        json.dumps(found.to_dict(), allow_nan=False)
        assert all(row.values for row in found.rows())


def test_long_sounds_go_through_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    audio = noise()
    usual = api.numbers_of(sound(audio))
    monkeypatch.setattr(module, "_IN_MEMORY_BYTES", 0)
    assert api.numbers_of(sound(audio)).a.measures == usual.a.measures


def test_a_residual_is_a_sound_to_be_measured() -> None:
    a, b = sound(noise(seed=1)), sound(noise(seed=2))
    residual = api.numbers_of(ResidualSound(a, b))
    together = api.numbers_of(a, b, level_match=False)
    assert together.residual is not None
    assert residual.a.measures.integrated_lufs == pytest.approx(together.residual.integrated_lufs, abs=1e-3)


def test_it_can_be_cancelled_and_refuses_unlike_rates() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        api.numbers_of(sound(noise()), cancel=token)
    with pytest.raises(ValueError, match="cannot be compared"):
        api.numbers_of(sound(noise()), ArraySound(noise(), 48_000))
