# SPDX-License-Identifier: Apache-2.0
"""Spectrograms of long audio at every zoom: computed tile by tile, coarse first, kept within a bound.

A *level* halves the number of columns of the one below: its columns span hop, 2·hop, 4·hop … frames. Levels whose
columns are wider than a quarter of the window are pooled in power from the level below, so that the full detail of a
song, once computed, serves every zoom, and nothing is missed between columns.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from mixassist.analysis.frequency_bands import FrequencyScale
from mixassist.analysis.mel import MelGrid, difference_db, mel_chunks, sampled_columns
from mixassist.analysis.sounds import Sound
from mixassist.domain.progress import CancelToken, Progress, no_progress

TILE_COLUMNS = 128
DEFAULT_LIMIT_BYTES = 256 << 20
"""All tiles together. Five minutes at 44.1 kHz, 128 bands, take 27 MB at the full detail that overviews need."""

UNKNOWN, COARSE, EXACT = 0, 1, 2
"""What is known of a column of a picture: nothing yet, one look into it, all of it."""

_FINEST_HOPS_A_FRAME = 16
_POOLED_FROM_HOPS_A_FRAME = 4
_COARSE_EVERY = 4


@dataclass(frozen=True)
class MelLook:
    """How a spectrogram is to be made.

    Attributes:
        scale: how bands are spread over frequency.
        bands: how many.
        frame: the window in frames of audio: a long one tells near frequencies apart, a short one near moments.
    """

    sample_rate_hz: int
    scale: FrequencyScale = FrequencyScale.MEL
    bands: int = 128
    frame: int = 2048

    def grid(self, level: int) -> MelGrid:
        """Returns where the cells lie at a level; 0 has the most columns."""
        hop, pooled = self.frame // _FINEST_HOPS_A_FRAME * 2**level, 1
        widest = self.frame // _POOLED_FROM_HOPS_A_FRAME
        if hop > widest:
            hop, pooled = widest, hop // widest
        return MelGrid(self.sample_rate_hz, self.bands, self.frame, hop, pooled, self.scale)

    def level_for(self, column_s: float) -> int:
        """Returns the level whose columns span about that many seconds, and not more unless it is the finest."""
        finest_s = self.grid(0).column_s
        return max(0, math.floor(math.log2(max(column_s, finest_s) / finest_s) + 1e-6))

    @property
    def pooled_from_level(self) -> int:
        """The highest level that is computed from audio: the full detail of overviews."""
        return int(math.log2(_FINEST_HOPS_A_FRAME // _POOLED_FROM_HOPS_A_FRAME))


RESOLUTIONS: dict[str, int] = {"time": 512, "balanced": 2048, "pitch": 8192}
"""Windows in frames at 44.1 or 48 kHz, by what they show best; twice as long at twice the rate."""


def look_for(
    sample_rate_hz: int,
    scale: FrequencyScale = FrequencyScale.MEL,
    resolution: str = "balanced",
    bands: int = 128,
) -> MelLook:
    """Returns the look of a scale and one of `RESOLUTIONS` at a rate."""
    return MelLook(sample_rate_hz, scale, bands, RESOLUTIONS[resolution] * (2 if sample_rate_hz > 50_000 else 1))


@dataclass(frozen=True)
class MelPicture:
    """A stretch of a spectrogram as far as it is known.

    Attributes:
        decibels: (bands, columns) float32: dB re a full-scale sine, or a difference in dB. NaN where the audio holds
            samples that are no numbers; meaningless where `known` is `UNKNOWN`.
        known: (columns,) uint8: `UNKNOWN`, `COARSE` or `EXACT`.
        first_column: where the stretch begins on the grid.
    """

    grid: MelGrid
    decibels: np.ndarray
    known: np.ndarray
    first_column: int

    @property
    def start_s(self) -> float:
        """Where the first column begins, in seconds."""
        return self.grid.start_s + self.first_column * self.grid.column_s

    @property
    def end_s(self) -> float:
        """Where the last column ends, in seconds."""
        return self.start_s + self.decibels.shape[1] * self.grid.column_s

    @property
    def is_exact(self) -> bool:
        """Whether nothing is missing or coarse."""
        return bool((self.known == EXACT).all())

    def at(self, seconds: float, frequency_hz: float) -> float | None:
        """Returns the level of the cell under a cursor in dB, None outside or where nothing is known yet."""
        column = math.floor((seconds - self.start_s) / self.grid.column_s)
        band = round(float(self.grid.band_at(frequency_hz)))
        if not (0 <= column < self.decibels.shape[1] and 0 <= band < self.decibels.shape[0]):
            return None
        return float(self.decibels[band, column]) if self.known[column] != UNKNOWN else None

    def mean_magnitude(self, start_s: float, end_s: float) -> float | None:
        """Returns the mean magnitude of a difference over the cells of a stretch in which anything can be heard.

        None where nothing is known, or nothing holds numbers; 0 where nothing can be heard or the sounds are equal.
        """
        low = max(math.floor((start_s - self.start_s) / self.grid.column_s), 0)
        high = max(math.ceil((end_s - self.start_s) / self.grid.column_s), low)
        cells = self.decibels[:, low:high][:, self.known[low:high] != UNKNOWN]
        finite = cells[np.isfinite(cells)]
        if not finite.size:
            return None
        return float(np.abs(finite).sum(dtype=np.float64) / max(np.count_nonzero(finite), 1))


def difference_picture(a: MelPicture, b: MelPicture, gain_db: float = 0.0, floor_db: float = -100.0) -> MelPicture:
    """Returns a − b in dB, b turned up by `gain_db` first; as exact as the less exact of both.

    Where both lie below the floor the difference is 0 dB: there is nothing to hear.

    Raises:
        ValueError: the pictures show other stretches or grids.
    """
    if a.grid != b.grid or a.first_column != b.first_column:
        raise ValueError("only pictures of one stretch on one grid can be subtracted")
    columns = min(a.decibels.shape[1], b.decibels.shape[1])
    first, second = a.decibels[:, :columns], b.decibels[:, :columns] + np.float32(gain_db)
    known = np.minimum(a.known[:columns], b.known[:columns])
    return MelPicture(a.grid, difference_db(first, second, floor_db), known, a.first_column)


Step = Callable[[CancelToken | None], object]
"""A piece of work of some milliseconds; raises `Cancelled` as the token asks."""

_Key = tuple[str, MelLook, int, int]
"""Identity of the sound, look, level, number of the tile."""


class MelTiles:
    """Computes and keeps the tiles of many sounds' spectrograms. Any thread may use it.

    Args:
        limit_bytes: the least recently used tiles go when all would hold more.
    """

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._tiles: OrderedDict[_Key, tuple[np.ndarray, int]] = OrderedDict()
        self._held_bytes = 0

    @property
    def held_bytes(self) -> int:
        """What all tiles hold now."""
        return self._held_bytes

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._tiles.clear()
            self._held_bytes = 0

    def picture(self, sound: Sound, look: MelLook, start_s: float, end_s: float, columns: int) -> MelPicture:
        """Returns what is known of a stretch now, computing nothing: for every frame while panning and zooming.

        Args:
            columns: about how many columns are wanted, such as the pixels of the view; from as many to twice as many
                come.
        """
        level, first, last = self._stretch(sound, look, start_s, end_s, columns)
        return self._assembled(sound, look, level, first, last)

    def refine(
        self,
        sound: Sound,
        look: MelLook,
        start_s: float,
        end_s: float,
        columns: int,
        *,
        progress: Progress = no_progress,
        cancel: CancelToken | None = None,
    ) -> Iterator[MelPicture]:
        """Yields a stretch better and better: what is known, a coarse look at all of it, then exact, tile by tile.

        Raises:
            Cancelled: as the token asks; what was computed is kept.
        """
        level, first, last = self._stretch(sound, look, start_s, end_s, columns)
        sketches, exact = self.steps(sound, look, start_s, end_s, columns)
        for step in sketches:
            step(cancel)
        if sketches or not exact:
            yield self._assembled(sound, look, level, first, last)
        for done, step in enumerate(exact):
            step(cancel)
            progress((done + 1) / len(exact), "Drawing the spectrogram")
            yield self._assembled(sound, look, level, first, last)

    def steps(
        self, sound: Sound, look: MelLook, start_s: float, end_s: float, columns: int
    ) -> tuple[list[Step], list[Step]]:
        """Returns what is left to compute of a stretch: coarse looks at its tiles, and all of them exactly.

        Each step keeps what it computes; any thread may take it.
        """
        level, first, last = self._stretch(sound, look, start_s, end_s, columns)
        numbers = range(first // TILE_COLUMNS, -(-last // TILE_COLUMNS))
        missing = [n for n in numbers if self._find((sound.identity, look, level, n), EXACT) is None]
        is_wide = look.grid(level).pooled >= _COARSE_EVERY
        sketches = [partial(self._sketch, sound, look, level, n) for n in missing if is_wide]
        return list(sketches), [partial(self._exact, sound, look, level, n) for n in missing]

    def _stretch(self, sound: Sound, look: MelLook, start_s: float, end_s: float, columns: int) -> tuple[int, int, int]:
        """Returns level, first column and one past the last."""
        level = look.level_for((end_s - start_s) / max(columns, 1))
        grid = look.grid(level)
        total = grid.columns_of(sound.frames)
        first = math.floor((start_s - grid.start_s) / grid.column_s)
        last = math.ceil((end_s - grid.start_s) / grid.column_s)
        first = min(max(first, 0), total)
        return level, first, min(max(last, first), total)

    def _assembled(self, sound: Sound, look: MelLook, level: int, first: int, last: int) -> MelPicture:
        decibels = np.zeros((look.bands, last - first), np.float32)
        known = np.zeros(last - first, np.uint8)
        for number in range(first // TILE_COLUMNS, -(-last // TILE_COLUMNS)):
            begin = number * TILE_COLUMNS
            low, high = max(begin, first), min(begin + TILE_COLUMNS, last)
            found = self._find((sound.identity, look, level, number), COARSE)
            if found is None:
                self._from_other_levels(sound, look, level, low, high, decibels, known, first)
                continue
            tile, quality = found
            decibels[:, low - first : high - first] = tile[:, low - begin : high - begin]
            known[low - first : high - first] = quality
        return MelPicture(look.grid(level), decibels, known, first)

    def _from_other_levels(
        self,
        sound: Sound,
        look: MelLook,
        level: int,
        low: int,
        high: int,
        decibels: np.ndarray,
        known: np.ndarray,
        first: int,
    ) -> None:
        """Fills columns from the next coarser level that has them, while zooming in; two steps of 4 at most."""
        columns = np.arange(low, high)
        for other in range(level + 1, level + 5):
            places = columns >> (other - level)
            for number in np.unique(places // TILE_COLUMNS):
                found = self._find((sound.identity, look, other, int(number)), COARSE)
                if found is None:
                    continue
                here = columns[(places // TILE_COLUMNS == number) & (known[low - first : high - first] == UNKNOWN)]
                inside = (here >> (other - level)) - number * TILE_COLUMNS
                here, inside = here[inside < found[0].shape[1]], inside[inside < found[0].shape[1]]
                decibels[:, here - first] = found[0][:, inside]
                known[here - first] = COARSE
            if (known[low - first : high - first] != UNKNOWN).all():
                return

    def _exact(self, sound: Sound, look: MelLook, level: int, number: int, cancel: CancelToken | None) -> np.ndarray:
        """Returns a tile, all of it: from the cache, pooled from two finer ones, or computed from the audio."""
        key = (sound.identity, look, level, number)
        found = self._find(key, EXACT)
        if found is not None:
            return found[0]
        _check(cancel)
        grid = look.grid(level)
        last = min((number + 1) * TILE_COLUMNS, grid.columns_of(sound.frames))
        if grid.pooled == 1:
            return self._computed(sound, look, level, number, 1, cancel)[0]
        below = look.grid(level - 1)
        if below.pooled == 1:
            finer = self._computed(sound, look, level - 1, 2 * number, 2, cancel)
        else:
            finer = [self._exact(sound, look, level - 1, 2 * number, cancel)]
            if (2 * number + 1) * TILE_COLUMNS < below.columns_of(sound.frames):
                finer.append(self._exact(sound, look, level - 1, 2 * number + 1, cancel))
        last_counts = _transforms_of_last(sound, below)
        ends = 2 * last >= below.columns_of(sound.frames)
        tile = _pooled(np.concatenate(finer, axis=1), last_counts / below.pooled if ends else 1.0)
        self._keep(key, tile, EXACT)
        return tile

    def _computed(
        self, sound: Sound, look: MelLook, level: int, number: int, count: int, cancel: CancelToken | None
    ) -> list[np.ndarray]:
        """Returns some tiles in a row, fewer at the end, from the cache or from the audio: those missing at one go.

        Each piece of work has a thread wait for its turn with Python some dozen times, however long the piece is.
        """
        grid = look.grid(level)
        numbers = range(number, min(number + count, -(-grid.columns_of(sound.frames) // TILE_COLUMNS)))
        keys = {n: (sound.identity, look, level, n) for n in numbers}
        there = {n: self._find(key, EXACT) for n, key in keys.items()}
        tiles = {n: found[0] for n, found in there.items() if found is not None}
        missing = [n for n in numbers if n not in tiles]
        if missing:
            first = missing[0] * TILE_COLUMNS
            pieces = [p for _, p in mel_chunks(sound, grid, first, (missing[-1] + 1) * TILE_COLUMNS, cancel=cancel)]
            columns = np.concatenate(pieces, axis=1)
            for n in range(missing[0], missing[-1] + 1):
                begin = n * TILE_COLUMNS - first
                tiles[n] = np.ascontiguousarray(columns[:, begin : begin + TILE_COLUMNS])
                self._keep(keys[n], tiles[n], EXACT)
        return [tiles[n] for n in numbers]

    def _sketch(self, sound: Sound, look: MelLook, level: int, number: int, cancel: CancelToken | None) -> None:
        """Keeps a coarse tile: one look into every fourth column, its neighbours taken to be like it."""
        _check(cancel)
        grid = look.grid(level)
        first, last = number * TILE_COLUMNS, min((number + 1) * TILE_COLUMNS, grid.columns_of(sound.frames))
        key = (sound.identity, look, level, number)
        if self._find(key, COARSE) is not None:
            return
        looked_at = np.minimum(np.arange(first, last, _COARSE_EVERY) + _COARSE_EVERY // 2, last - 1)
        columns = sampled_columns(sound, grid, looked_at)
        self._keep(key, np.repeat(columns, _COARSE_EVERY, axis=1)[:, : last - first], COARSE)

    def _find(self, key: _Key, least: int) -> tuple[np.ndarray, int] | None:
        with self._lock:
            found = self._tiles.get(key)
            if found is None or found[1] < least:
                return None
            self._tiles.move_to_end(key)
            return found

    def _keep(self, key: _Key, tile: np.ndarray, quality: int) -> None:
        with self._lock:
            former = self._tiles.pop(key, None)
            if former is not None:
                self._held_bytes -= former[0].nbytes
                if former[1] > quality:  # another thread was quicker, and did more
                    tile, quality = former
            self._tiles[key] = (tile, quality)
            self._held_bytes += tile.nbytes
            while self._held_bytes > self.limit_bytes and len(self._tiles) > 1:
                _, (oldest, _) = self._tiles.popitem(last=False)
                self._held_bytes -= oldest.nbytes


def _check(cancel: CancelToken | None) -> None:
    if cancel is not None:
        cancel.check()


def _transforms_of_last(sound: Sound, grid: MelGrid) -> int:
    """How many transforms the last column of a grid holds."""
    transforms = 1 + sound.frames // grid.hop
    return transforms - (grid.columns_of(sound.frames) - 1) * grid.pooled


def _pooled(finer: np.ndarray, weight_of_last: float) -> np.ndarray:
    """Averages pairs of columns in power; the very last column counts for as much of a column as it holds."""
    power = 10.0 ** (finer.astype(np.float64) / 10.0)
    weights = np.ones(power.shape[1])
    weights[-1] = weight_of_last
    starts = np.arange(0, power.shape[1], 2)
    mean = np.add.reduceat(power * weights, starts, axis=1) / np.add.reduceat(weights, starts)
    return (10.0 * np.log10(mean)).astype(np.float32)
