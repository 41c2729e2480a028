# SPDX-License-Identifier: Apache-2.0
"""The figures of the rules mixer's table, each computed from one instrument's channels in the human mixes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixassist.automix.families import BASS, DRUMS, FAMILIES, REST, VOICES, family_of, level_together_lu
from mixassist.evaluation.mix_decisions import MixedTrack, weighted_quantile

OCTAVES_HZ = (62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
_BAND_LIMIT_DB = 12.0
_LEAST_SLOPE_DB, _USUAL_SLOPE_DB, _MOST_SLOPE_DB = 6.0, 12.0, 48.0
"""dB an octave of a high-pass filter: the gentlest there is, the one meant where none is noted, the steepest."""
_FLOOR_LU = 25.0
_MEDLEY_FAMILIES_LU: Mapping[str, float] = {VOICES: 0.0, DRUMS: -1.9, BASS: -2.0, REST: -0.2}
"""Families in finished songs against the voices, in LU: means of 138 songs (`medley_families`).

Many songs, but envelopes instead of loudness, the loudest ones cut off, which draws levels together: where songs were
simulated with known levels, voices came out 1 … 3 LU too low, the rest 1.5 … 2 too high, drums and bass within 2.
"""
_PUBLISHED_FAMILIES_LU: Mapping[str, float] = {VOICES: 0.0, DRUMS: -0.5, BASS: -2.9, REST: -2.5}
"""The same, measured, but of two songs: Kesha's "C'mon" and Ariana Grande's "One Last Time".

From the data of H. Zafrin, "Identifying Trends in Mixed Audio", 2016 (github.com/edsp2016/ITIMA_Zafrin_Harrison); the
stems are summed by the shares of the songs in which they sound.
"""
FINISHED_FAMILIES_LU: Mapping[str, float] = {
    family: round((2.0 * _MEDLEY_FAMILIES_LU[family] + _PUBLISHED_FAMILIES_LU[family]) / 3.0, 2) for family in FAMILIES
}
FINISHED_SHARE_RAW, FINISHED_SHARE_PRODUCED = 0.45, 0.85
"""What finished songs count beside MixologyDB's ten, in which neither buses nor make-up gain are counted.

Faders are moved on raw takes, so for those they say much; stems with effects printed are what finished songs hold.
"""


def level_figures(
    tracks: Sequence[MixedTrack], medley: Mapping[str, Sequence[float]], like: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Levels by instrument relative to the mean channel of a mix, by least absolute deviations."""
    keys = sorted({t.instrument for t in tracks})
    effects, residuals = _usual(tracks, keys, [t.level_lufs for t in tracks])
    against_lead = _against_lead(tracks)
    figures: dict[str, dict[str, Any]] = {}
    for index, key in enumerate(keys):
        mine = [i for i, t in enumerate(tracks) if t.instrument == key]
        spread = np.subtract(*np.percentile(residuals[mine], [75, 25])) / 2.0
        figures[key] = {
            "level_lu": round(float(effects[index]), 2),
            "spread_lu": round(float(spread), 2),
            "against_lead_lu": round(weighted_quantile(*against_lead[key]), 2),
            "n": len(mine),
            "from": "mixologydb",
        }
    for key, other in like.items():
        offset = _medley_offset(medley, key, other)
        figures[key] = {**figures[other], "level_lu": round(figures[other]["level_lu"] + offset, 2), "n": 0,
                        "from": f"{other}, moved by {offset:+.2f} dB of medleydb"}  # fmt: skip
    figures["drum_kit"] = _whole_kit(tracks, figures)
    return figures


def recorded_figures(tracks: Sequence[MixedTrack], like: Mapping[str, str]) -> dict[str, Any]:
    """How loud takes were recorded, by instrument, and how far the mixes keep what was recorded louder than usual.

    Args:
        like: instruments without takes of their own, and whose level they take.
    """
    keys = sorted({t.instrument for t in tracks})
    takes, apart = _usual(tracks, keys, [t.raw_lufs for t in tracks])
    _, mixed = _usual(tracks, keys, [t.level_lufs for t in tracks])
    songs = sorted({t.song for t in tracks})
    slopes = []
    for song in songs:
        mine = np.array([t.song == song for t in tracks])
        slopes.append(float(np.polyfit(apart[mine], mixed[mine], 1)[0]))
    usual = dict(zip(keys, takes.tolist(), strict=True))
    kit = [key for key in usual if family_of(key) == DRUMS and key != "percussion"]
    usual["drum_kit"] = level_together_lu([usual[k] for k in kit], kit)
    for key, other in like.items():
        usual.setdefault(key, usual[other])
    spread = float(np.sqrt(np.mean([np.var(apart[[t.song == song for t in tracks]]) for song in songs])))
    return {
        "spread_lu": round(spread, 2),
        "kept_share": round(float(np.median(slopes)), 2),
        "kept_share_by_song": [round(s, 2) for s in sorted(slopes)],
        "families": family_figures(tracks, [t.raw_lufs for t in tracks], usual),
        "usual_lu": {key: round(value, 2) for key, value in sorted(usual.items())},
    }


def _usual(
    tracks: Sequence[MixedTrack], keys: Sequence[str], values: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each instrument's usual value against the mean of its mix, and what is left of every track's."""
    levels, design, weights = _centred(tracks, keys, values)
    effects = _least_absolute(design, levels, weights)
    return effects, levels - design @ effects


def _centred(
    tracks: Sequence[MixedTrack], keys: Sequence[str], values: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Values and instrument indicators with their mix's mean taken off, and weights."""
    mixes: dict[tuple[str, str], list[int]] = {}
    for index, track in enumerate(tracks):
        mixes.setdefault((track.song, track.mix), []).append(index)
    levels = np.array(values, dtype=np.float64)
    design = np.array([[float(t.instrument == key) for key in keys] for t in tracks])
    for members in mixes.values():
        levels[members] = np.maximum(levels[members], np.median(levels[members]) - _FLOOR_LU)
        levels[members] -= levels[members].mean()
        design[members] -= design[members].mean(axis=0)
    weights = np.array([t.weight / len(mixes[(t.song, t.mix)]) for t in tracks])
    return levels, design, weights / weights.mean()


def _least_absolute(
    design: NDArray[np.float64], levels: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Minimises weighted absolute deviations by reweighted least squares, with a faint pull to zero."""
    pull = 2.0 * np.eye(design.shape[1])
    effects: NDArray[np.float64] = np.zeros(design.shape[1])
    for _ in range(40):
        rows = weights / np.maximum(np.abs(levels - design @ effects), 1.0)
        weighted = (design * rows[:, None]).T
        effects = np.asarray(np.linalg.solve(weighted @ design + pull, weighted @ levels), dtype=np.float64)
    return effects


def _against_lead(tracks: Sequence[MixedTrack]) -> dict[str, tuple[list[float], list[float]]]:
    leads: dict[tuple[str, str], float] = {}
    for t in tracks:
        if t.instrument == "lead_vocal":
            leads[(t.song, t.mix)] = max(leads.get((t.song, t.mix), -200.0), t.level_lufs)
    found: dict[str, tuple[list[float], list[float]]] = {}
    for t in tracks:
        if (t.song, t.mix) in leads:
            values, weights = found.setdefault(t.instrument, ([], []))
            values.append(t.level_lufs - leads[(t.song, t.mix)])
            weights.append(t.weight)
    return found


def _medley_offset(medley: Mapping[str, Sequence[float]], key: str, other: str) -> float:
    """Difference of two instruments' median gains, shrunk where there are few; 0 where there are none."""
    mine, theirs = medley.get(key, ()), medley.get(other, ())
    if not mine or not theirs:
        return 0.0
    trust = len(mine) / (len(mine) + 20.0) * len(theirs) / (len(theirs) + 20.0)
    return float(trust * (np.median(mine) - np.median(theirs)))


def _whole_kit(tracks: Sequence[MixedTrack], figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A kit on one stem: the power sum of the kit's channels against the loudest lead vocal of the mix."""
    drums = {"kick", "snare", "tom", "overhead", "hihat", "cymbals"}
    sums, weights = [], []
    for song, mix in sorted({(t.song, t.mix) for t in tracks}):
        mine = [t for t in tracks if (t.song, t.mix) == (song, mix)]
        kit = [t for t in mine if t.instrument in drums]
        leads = [t.level_lufs for t in mine if t.instrument == "lead_vocal"]
        if kit and leads:
            power = sum(10.0 ** (t.level_lufs / 10.0) for t in kit)
            sums.append(float(10.0 * np.log10(power)) - max(leads))
            weights.append(kit[0].weight)
    if not sums:
        return dict(figures["drum_kit"])
    middle = weighted_quantile(sums, weights)
    spread = (weighted_quantile(sums, weights, 0.75) - weighted_quantile(sums, weights, 0.25)) / 2.0
    return {
        "level_lu": round(figures["lead_vocal"]["level_lu"] + middle, 2),
        "spread_lu": round(spread, 2),
        "against_lead_lu": round(middle, 2),
        "n": len(sums),
        "from": "mixologydb: power sum of the kit's channels against the loudest lead vocal",
    }


def family_figures(
    tracks: Sequence[MixedTrack], values: Sequence[float], usual_lu: Mapping[str, float]
) -> dict[str, dict[str, Any]]:
    """Values of whole families on the scale of the instruments' usual ones: medians over mixes, weighted by rating."""
    sums: dict[str, list[float]] = {family: [] for family in FAMILIES}
    weights: dict[str, list[float]] = {family: [] for family in FAMILIES}
    mixes: dict[tuple[str, str], list[int]] = {}
    for index, track in enumerate(tracks):
        mixes.setdefault((track.song, track.mix), []).append(index)
    for mine in mixes.values():
        scale = float(np.median([values[i] - usual_lu[tracks[i].instrument] for i in mine]))
        for family in FAMILIES:
            members = [i for i in mine if family_of(tracks[i].instrument) == family]
            if members:
                together = level_together_lu([values[i] for i in members], [tracks[i].instrument for i in members])
                sums[family].append(together - scale)
                weights[family].append(tracks[members[0]].weight)
    return {
        family: {"level_lu": round(weighted_quantile(sums[family], weights[family]), 2), "mixes": len(sums[family])}
        for family in FAMILIES
    }


def with_finished_songs(families: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Moves families' levels by faders alone towards those of finished songs; the voices' stays."""
    voices = families[VOICES]["level_lu"]
    return {
        family: {
            **{
                key: round((1.0 - share) * figures["level_lu"] + share * (voices + FINISHED_FAMILIES_LU[family]), 2)
                for key, share in (("raw_lu", FINISHED_SHARE_RAW), ("produced_lu", FINISHED_SHARE_PRODUCED))
            },
            "by_faders_lu": figures["level_lu"],
            "mixes": figures["mixes"],
        }
        for family, figures in families.items()
    }


def pan_figures(tracks: Sequence[MixedTrack]) -> dict[str, Any]:
    """Share of centred channels, and how far out the others stand."""
    mono = [(abs(t.pans[0]), t.weight) for t in tracks if len(t.pans) == 1 and not t.stereo]
    aside = [(p, w) for p, w in mono if p > 0.05]
    total = sum(w for _, w in mono)
    return {
        "n": len(mono),
        "centred": round(1.0 - sum(w for _, w in aside) / total, 3) if total else 1.0,
        "spread": round(weighted_quantile([p for p, _ in aside], [w for _, w in aside]), 3) if aside else 0.0,
    }


def equalizer_figures(tracks: Sequence[MixedTrack]) -> dict[str, Any]:
    """Mean curve of the bells, shelves and high-pass filters at octaves, and the use of high-pass filters."""
    curves = np.zeros((len(tracks), len(OCTAVES_HZ)))
    weights = np.array([t.weight for t in tracks])
    corners: list[tuple[float, float]] = []
    for index, track in enumerate(tracks):
        for band in track.parameters.get("eq", ()):
            value = band.get("value", {})
            frequency = value.get("freq")
            if not isinstance(frequency, (int, float)) or frequency <= 0:
                continue
            if band.get("type") == "HP":
                corners.append((float(frequency), track.weight))
            curves[index] += _band_curve(band.get("type", ""), value)
    curves = np.clip(curves, -_BAND_LIMIT_DB, _BAND_LIMIT_DB)
    mean = np.average(curves, axis=0, weights=weights) if len(tracks) else np.zeros(len(OCTAVES_HZ))
    return {
        "n": len(tracks),
        "used": round(float(np.average(np.any(curves != 0.0, axis=1), weights=weights)), 3) if len(tracks) else 0.0,
        "curve_db": {f"{f:g}": round(float(g), 2) for f, g in zip(OCTAVES_HZ, mean, strict=True)},
        "high_pass_share": round(min(sum(w for _, w in corners) / weights.sum(), 1.0), 3) if len(tracks) else 0.0,
        "high_pass_hz": round(weighted_quantile([f for f, _ in corners], [w for _, w in corners])) if corners else 0,
    }


def _band_curve(kind: str, value: Mapping[str, Any]) -> NDArray[np.float64]:
    """Gain of one band at the octaves: a bell as a bump of its width on a log axis, a shelf as a step.

    High-pass filters are Butterworth filters whose `gain` is their slope in dB an octave; low-pass filters count as
    flat.
    """
    gain = value.get("gain", 0.0)
    octaves = np.log2(np.asarray(OCTAVES_HZ) / float(value["freq"]))
    if kind == "HP":
        slope_db = float(gain) if isinstance(gain, (int, float)) and gain >= _LEAST_SLOPE_DB else _USUAL_SLOPE_DB
        order = min(slope_db, _MOST_SLOPE_DB) / _LEAST_SLOPE_DB
        return np.asarray(-10.0 * np.log10(1.0 + 2.0 ** (-2.0 * order * octaves)))
    gain = float(np.clip(gain, -_BAND_LIMIT_DB, _BAND_LIMIT_DB)) if isinstance(gain, (int, float)) else 0.0
    if kind == "NOTCH":
        width = 1.0 / max(float(value.get("q", 1.0) or 1.0), 0.3)
        return np.asarray(gain / (1.0 + (octaves / max(width, 0.5)) ** 2 * 2.0))
    if kind in ("HS", "LS"):
        side = 1.0 if kind == "HS" else -1.0
        return np.asarray(gain / (1.0 + 2.0 ** (-3.0 * side * octaves)))
    return np.zeros(len(OCTAVES_HZ))


def compressor_figures(tracks: Sequence[MixedTrack]) -> dict[str, Any]:
    """Share of channels with a compressor, and its usual settings."""
    used = [(c, t.weight) for t in tracks for c in t.parameters.get("compression", ())[:1]]
    total = sum(t.weight for t in tracks)
    return {
        "n": len(used),
        "share": round(sum(w for _, w in used) / total, 3) if total else 0.0,
        "ratio": _median([(_ratio(c.get("ratio")), w) for c, w in used], 2.0, 20.0),
        "attack_ms": _median([(_number(c.get("attack")), w) for c, w in used], 10.0, 500.0),
        "release_ms": _median([(_number(c.get("release")), w) for c, w in used], 100.0, 5000.0),
    }


def reverb_figures(tracks: Sequence[MixedTrack]) -> dict[str, Any]:
    """Share of channels with a reverb, the kinds, and the usual length and level."""
    used = [(r, t.weight) for t in tracks for r in t.parameters.get("reverb", ())[:1]]
    total = sum(t.weight for t in tracks)
    kinds: dict[str, float] = {}
    for reverb, weight in used:
        kind = str(reverb.get("type", "")).upper()
        name = next((k for k in ("PLATE", "HALL", "ROOM", "CHAMBER") if k in kind), "OTHER").lower()
        kinds[name] = kinds.get(name, 0.0) + weight
    share = sum(kinds.values())
    return {
        "n": len(used),
        "share": round(share / total, 3) if total else 0.0,
        "kinds": {k: round(w / share, 3) for k, w in sorted(kinds.items())} if share else {},
        "send_db": _median([(_number(r.get("gain")), w) for r, w in used], -12.0, 12.0, lowest=-60.0),
        "length_ms": _median([(_number(r.get("length")), w) for r, w in used], 1500.0, 20_000.0),
    }


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _ratio(value: object) -> float | None:
    match = re.match(r"\s*([\d.]+)", str(value))
    return float(match[1]) if match else None


def _median(pairs: Sequence[tuple[float | None, float]], default: float, highest: float, lowest: float = 1e-3) -> float:
    kept = [(v, w) for v, w in pairs if v is not None and lowest <= v <= highest]
    return round(weighted_quantile([v for v, _ in kept], [w for _, w in kept]), 2) if kept else default
