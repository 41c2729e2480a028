# SPDX-License-Identifier: Apache-2.0
"""The versions that a test compares: of equal length, in step to the sample, equally loud in the region.

All versions lie frame by frame beside one another in one array. Whichever of them plays, the same pages of memory are
read, by strides of the same width: what the process does tells nobody which one it is.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mixassist.audio.atomic import writing_error
from mixassist.audio.loudness import LoudnessMeter
from mixassist.domain.errors import MixAssistError
from mixassist.rendering.play_graph import MixScratch, PlayGraph, PlayStrip, Samples, mix_block

MATCH_LU = 0.1
"""How far apart the versions' loudness may be at most."""
MIN_REGION_S = 1.0
_BLOCK_FRAMES = 65_536
_STRIP_ID = "version"


@dataclass(frozen=True)
class LevelMatch:
    """The gains, in dB and none above 0, that make a region equally loud, and the loudness before and after.

    Attributes:
        start_frames, end_frames: the region.
        gains_db, before_lufs, after_lufs: by version.
    """

    start_frames: int
    end_frames: int
    gains_db: tuple[float, ...]
    before_lufs: tuple[float, ...]
    after_lufs: tuple[float, ...]

    @property
    def spread_lu(self) -> float:
        """How far apart the versions still are."""
        return max(self.after_lufs) - min(self.after_lufs)


class Versions:
    """Stereo versions in one array on disk, interleaved; freed when nothing of it plays any more.

    Args:
        labels: the versions' names, in order.
        frames: length of all of them.
        folder: where the array lies; the system's temporary folder by default. Its name is gone at once.

    Raises:
        MixAssistError: there is no room on the disk.
    """

    def __init__(self, labels: Sequence[str], frames: int, sample_rate_hz: int, folder: Path | None = None) -> None:
        self.labels = tuple(labels)
        self.frames = frames
        self.sample_rate_hz = sample_rate_hz
        self._samples = _array_on_disk((max(frames, 1), 2 * len(self.labels)), folder)

    def write(self, version: int, start: int, samples: Samples) -> None:
        """Writes (n, 2) of one version from a frame on; what lies outside is left out."""
        first, last = max(start, 0), min(start + len(samples), self.frames)
        if first < last:
            self._samples[first:last, 2 * version : 2 * version + 2] = samples[first - start : last - start]

    def fill(self, version: int, blocks: Iterable[Samples], offset: int = 0) -> None:
        """Writes blocks that follow one another, beginning at a frame."""
        for block in blocks:
            self.write(version, offset, block)
            offset += len(block)

    def clear(self, version: int) -> None:
        """Makes a version silent."""
        self._samples[:, 2 * version : 2 * version + 2] = 0.0

    def samples(self, version: int) -> Samples:
        """Returns one version as a view (frames, 2)."""
        return self._samples[: self.frames, 2 * version : 2 * version + 2]

    def graph(self, version: int, gain_db: float = 0.0) -> PlayGraph:
        """Returns a play graph of one version: a single strip, alike for all versions but for place and gain."""
        gain = 10.0 ** (gain_db / 20.0)
        strip = PlayStrip(_STRIP_ID, self.samples(version), 0, gain, gain)
        return PlayGraph((strip,), 1.0, self.frames, self.sample_rate_hz)

    def checked_region(self, start_frames: int, end_frames: int) -> tuple[int, int]:
        """Returns a region that lies inside and is long enough to have a loudness."""
        shortest = min(round(MIN_REGION_S * self.sample_rate_hz), self.frames)
        start = min(max(min(start_frames, end_frames), 0), max(self.frames - shortest, 0))
        end = min(max(max(start_frames, end_frames), start + shortest), self.frames)
        return start, end

    def match(self, start_frames: int, end_frames: int, versions: Sequence[int] | None = None) -> LevelMatch:
        """Finds the gains that make a region equally loud, turning louder versions down to the quietest.

        Gains act on the samples before BS.1770's absolute gate, so the loudness is measured again behind them.

        Args:
            versions: the ones that are matched, all by default; the others keep a gain of 0 dB.

        Raises:
            MixAssistError: a version is silent in the region, or they cannot be matched.
        """
        start, end = self.checked_region(start_frames, end_frames)
        chosen = range(len(self.labels)) if versions is None else versions
        before = [self.loudness_lufs(v, start, end) for v in range(len(self.labels))]
        for v in chosen:
            if not math.isfinite(before[v]):
                raise MixAssistError(
                    "nothing can be heard there, so it cannot be made equally loud",
                    subject=self.labels[v],
                    remedy="Loop a part of the music in which every version sounds.",
                )
        quietest = min(before[v] for v in chosen)
        gains = [quietest - before[v] if v in chosen else 0.0 for v in range(len(self.labels))]
        after = before
        for _ in range(4):
            after = [self.loudness_lufs(v, start, end, gains[v]) for v in range(len(self.labels))]
            if all(abs(after[v] - quietest) <= MATCH_LU / 10 for v in chosen):
                break
            gains = [min(gains[v] + quietest - after[v], 0.0) if v in chosen else 0.0 for v in range(len(gains))]
        found = LevelMatch(start, end, tuple(gains), tuple(before), tuple(after))
        if max(after[v] for v in chosen) - min(after[v] for v in chosen) > MATCH_LU:
            raise MixAssistError(
                "the versions cannot be made equally loud there", remedy="Loop another part of the music."
            )
        return found

    def loudness_lufs(self, version: int, start_frames: int, end_frames: int, gain_db: float = 0.0) -> float:
        """Returns the loudness of a region (ITU-R BS.1770), measured on what `mix_block` plays there."""
        meter = LoudnessMeter(self.sample_rate_hz, 2)
        graph, scratch = self.graph(version, gain_db), MixScratch(_BLOCK_FRAMES)
        out = np.zeros((_BLOCK_FRAMES, 2), np.float32)
        for start in range(start_frames, end_frames, _BLOCK_FRAMES):
            block = out[: min(_BLOCK_FRAMES, end_frames - start)]
            mix_block(graph, start, block, scratch)
            meter.update(block)
        return meter.integrated_lufs()


def matched_graphs(versions: Versions, match: LevelMatch) -> tuple[PlayGraph, ...]:
    """Returns the graph of every version at its matched level."""
    return tuple(versions.graph(v, gain) for v, gain in enumerate(match.gains_db))


def graph_for_key(graph: PlayGraph) -> PlayGraph:
    """Returns a graph that plays the same and is another object.

    A player fades whenever it is given another object. With one object a key, going from A to X is the same work,
    sample for sample, whether or not X is A.
    """
    return replace(graph)


def _array_on_disk(shape: tuple[int, int], folder: Path | None) -> Samples:
    try:
        with tempfile.TemporaryFile(dir=folder, prefix="mixassist-listening-") as file:
            return np.memmap(file, np.float32, mode="w+", shape=shape)
    except OSError as error:
        raise writing_error(folder or Path(tempfile.gettempdir()), error) from error
