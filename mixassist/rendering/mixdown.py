# SPDX-License-Identifier: Apache-2.0
"""The exact mix, all of it: rendering a session, measuring it, fitting the master's gain, writing files."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import numpy as np

from mixassist.audio.atomic import remove_leftovers, writing_error
from mixassist.audio.files import AudioWriter, FileFormat, file_format_for
from mixassist.audio.loudness import LoudnessMeter
from mixassist.audio.stems import StemLibrary
from mixassist.audio.true_peak import TruePeakMeter, decibels
from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Master, Session
from mixassist.rendering.cache import RenderCache
from mixassist.rendering.play_graph import MixScratch, PlayGraph, Samples, mix_block
from mixassist.rendering.renderers import renderer_for
from mixassist.rendering.strips import Order, Take, assemble, one_torch_thread, order_for, reader_of
from mixassist.rendering.turns import turns

_BLOCK_FRAMES = 65_536
_QUIET_LUFS = -40.0
_WORKERS = 2


@dataclass(frozen=True)
class MixMeasures:
    """What a mix measures, with the master's gain that it was measured with; −inf for silence."""

    integrated_lufs: float
    true_peak_dbtp: float
    sample_peak_dbfs: float
    master_gain_db: float
    loudness_range_lu: float = 0.0


@dataclass(frozen=True)
class MasterDecision:
    """A master gain and what it was chosen by: "loudness", "ceiling", "silence" or "off"."""

    gain_db: float
    limited_by: str
    integrated_lufs: float
    true_peak_dbtp: float


@dataclass(frozen=True)
class MixWritten:
    """A file that was written. `clipped_samples` counts what a whole-number format had to cut at full scale."""

    path: Path
    frames: int
    clipped_samples: int


def render_session(
    session: Session,
    stems: StemLibrary,
    view: View,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    *,
    cache: RenderCache | None = None,
    workers: int | None = None,
) -> PlayGraph:
    """Renders every audible track completely and exactly, and returns the graph with the session's own master gain.

    Renders that the cache holds are taken from there; the samples are the same to the bit.

    Args:
        workers: how many strips are rendered side by side.

    Raises:
        MixAssistError: the view has no renderer, a stem cannot be read, the disk is full.
        Cancelled: `cancel` was set; no unfinished render is left.
    """
    renderer = renderer_for(view)
    rate = session.sample_rate_hz
    found = {t.id: stems.stem(t.source, rate) for t in session.tracks}
    audible = [t for t in session.tracks if session.is_audible(t)]
    waiting = [found[t.id] for t in audible if not found[t.id].is_complete]
    if waiting:
        stems.decode(waiting, progress=scaled(progress, 0.0, 0.3), cancel=cancel)
    takes = {i: Take(stem.strip_samples, 1.0) for i, stem in found.items()}
    orders: dict[str, Order] = {}
    for track in audible:
        wanted = order_for(renderer, track.channel, found[track.id])
        if isinstance(wanted, Take):
            takes[track.id] = wanted
        else:
            orders[track.id] = wanted
    part = scaled(progress, 0.3 if waiting else 0.0, 1.0)
    rendered = _rendered(orders, cache or RenderCache(), workers or _WORKERS, part, cancel)
    for track_id, order in orders.items():
        takes[track_id] = Take(rendered[order.key], order.gain, order.key)
    progress(1.0, "rendered")
    return assemble(session, takes)


def _rendered(
    orders: dict[str, Order], cache: RenderCache, workers: int, progress: Progress, cancel: CancelToken | None
) -> dict[str, Samples]:
    """Returns the samples of every order by key, from the cache or rendered now, some side by side."""
    results: dict[str, Samples] = {}
    missing: list[Order] = []
    for order in {o.key: o for o in orders.values()}.values():
        samples = cache.find(order.key, order.frames, order.sides)
        if samples is None:
            missing.append(order)
        else:
            results[order.key] = samples
    tell = _shared_progress(progress, sum(o.frames for o in missing))
    stop = CancelToken()

    def check() -> None:
        stop.check()
        if cancel is not None:
            cancel.check()

    check()
    if not missing:
        return results
    with one_torch_thread(), ThreadPoolExecutor(turns.share(workers), "mixdown") as pool:
        futures = {order.key: pool.submit(_render_whole, order, cache, tell, check) for order in missing}
        try:
            wait(futures.values(), return_when=FIRST_EXCEPTION)
            failed = next((f for f in futures.values() if f.done() and f.exception() is not None), None)
            if failed is not None:
                failed.result()
        finally:
            stop.cancel()
        results.update({key: future.result() for key, future in futures.items()})
    return results


def _render_whole(order: Order, cache: RenderCache, tell: Callable[[int], None], check: Callable[[], None]) -> Samples:
    with cache.create(order.key, order.frames, order.sides) as file:
        for start, samples in order.process.stream(reader_of(order.samples), order.frames):
            file.write(start, samples)
            tell(samples.shape[0])
            check()
        return file.finish()


def _shared_progress(progress: Progress, total_frames: int) -> Callable[[int], None]:
    """Returns a function that several threads tell how many frames they have just done."""
    lock, done = Lock(), [0]

    def tell(frames: int) -> None:
        with lock:
            done[0] += frames
            progress(done[0] / max(total_frames, 1), "rendering")

    return tell


def mix_blocks(
    graph: PlayGraph, progress: Progress = no_progress, cancel: CancelToken | None = None, what: str = "mixing"
) -> Iterator[Samples]:
    """Yields the whole mix in blocks (frames, 2) of the same memory: copy what must stay."""
    out = np.zeros((_BLOCK_FRAMES, 2), np.float32)
    scratch = MixScratch(_BLOCK_FRAMES)
    for start in range(0, graph.length_frames, _BLOCK_FRAMES):
        if cancel is not None:
            cancel.check()
        block = out[: min(_BLOCK_FRAMES, graph.length_frames - start)]
        mix_block(graph, start, block, scratch)
        yield block
        progress((start + len(block)) / graph.length_frames, what)


def measure_mix(graph: PlayGraph, progress: Progress = no_progress, cancel: CancelToken | None = None) -> MixMeasures:
    """Measures the mix as it is heard, master's gain included, without ever holding all of it.

    Loudness by ITU-R BS.1770, its range by EBU Tech 3342, true peak by fourfold oversampling.
    """
    loudness = LoudnessMeter(graph.sample_rate_hz, 2)
    true_peak = TruePeakMeter(graph.sample_rate_hz, 2)
    for block in mix_blocks(graph, progress, cancel, "measuring"):
        loudness.update(block)
        true_peak.update(block)
    return MixMeasures(
        loudness.integrated_lufs(),
        true_peak.true_peak_dbtp,
        true_peak.sample_peak_dbfs,
        decibels(graph.master_gain),
        loudness.loudness_range_lu(),
    )


def master_for(master: Master, measures: MixMeasures) -> MasterDecision:
    """Chooses one static gain: the loudness target or the true-peak ceiling, whichever comes first.

    With the target off the gain is 0 dB; silence leaves it at 0 dB too. Loudness is taken to follow gain dB for dB,
    which holds but for BS.1770's absolute gate at −70 LUFS: see `fit_master` for very quiet mixes.
    """
    lufs = measures.integrated_lufs - measures.master_gain_db
    peak = measures.true_peak_dbtp - measures.master_gain_db
    if master.loudness_target_lufs is None:
        return MasterDecision(0.0, "off", lufs, peak)
    if not math.isfinite(peak):
        return MasterDecision(0.0, "silence", lufs, peak)
    to_ceiling = master.ceiling_dbtp - peak
    # A mix too short or too quiet for a loudness still has a peak.
    to_target = master.loudness_target_lufs - lufs if math.isfinite(lufs) else math.inf
    gain, why = (to_target, "loudness") if to_target <= to_ceiling else (to_ceiling, "ceiling")
    return MasterDecision(gain, why, lufs + gain, peak + gain)


def fit_master(
    graph: PlayGraph, master: Master, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> tuple[PlayGraph, MasterDecision]:
    """Measures a mix and returns it with the gain that meets the master's target or ceiling, and the decision.

    A very quiet mix is measured twice, the second time at its final level, so that the absolute gate hears it.
    """
    measures = measure_mix(graph, scaled(progress, 0.0, 0.5), cancel)
    decision = master_for(master, measures)
    quiet = measures.integrated_lufs < _QUIET_LUFS
    if quiet and decision.limited_by in ("loudness", "ceiling"):
        louder = replace(graph, master_gain=10.0 ** (decision.gain_db / 20.0))
        decision = master_for(master, measure_mix(louder, scaled(progress, 0.5, 1.0), cancel))
    progress(1.0, "measured")
    return replace(graph, master_gain=10.0 ** (decision.gain_db / 20.0)), decision


def write_mix(
    graph: PlayGraph,
    path: str | Path,
    file_format: FileFormat | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> MixWritten:
    """Writes the mix: what `mix_block` gives, nothing else. The file appears when it is complete, or not at all.

    Args:
        file_format: by the path's ending when None.

    Raises:
        MixAssistError: the place cannot be written, or the disk is full.
        Cancelled: `cancel` was set.
    """
    target = Path(path)
    form = file_format or file_format_for(target)
    limit = _full_scale(form)
    clipped = 0
    with AudioWriter(target, graph.sample_rate_hz, 2, form) as writer:
        for block in mix_blocks(graph, progress, cancel, "writing"):
            clipped += int(np.count_nonzero(np.abs(block) > limit))
            writer.write(block)
        if cancel is not None:
            cancel.check()
    remove_leftovers(target)
    return MixWritten(target, graph.length_frames, clipped)


def write_stems(
    graph: PlayGraph,
    session: Session,
    directory: str | Path,
    file_format: FileFormat | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Path]:
    """Writes every audible track as it stands in the mix, master's gain included: their sum is the mix.

    All files begin and end with the session. They are named after the tracks; WAV, 24 bits, unless told otherwise.
    They appear in the folder when all are complete, or none does.

    Raises:
        MixAssistError, Cancelled: as `write_mix`.
    """
    folder = Path(directory)
    form = file_format or file_format_for("stem.wav", 24)
    suffix = {"OGG": ".ogg", "FLAC": ".flac", "MP3": ".mp3", "AIFF": ".aiff"}.get(form.container, ".wav")
    names = {t.id: _file_name(t.name) + suffix for t in session.tracks}
    audible = [s for s in graph.strips if not s.is_silent]
    made = _missing_parents(folder)
    holding = None
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            holding = Path(tempfile.mkdtemp(prefix=".stems-", dir=folder))
        except OSError as error:
            raise writing_error(folder, error) from error
        for index, strip in enumerate(audible):
            part = scaled(progress, index / len(audible), (index + 1) / len(audible))
            _write_stem(replace(graph, strips=(strip,)), holding, names[strip.track_id], form, part, cancel)
        written = []
        for strip in audible:
            target = folder / names[strip.track_id]
            (holding / target.name).replace(target)
            written.append(target)
        made = []
        return written
    except OSError as error:
        raise writing_error(folder, error) from error
    finally:
        if holding is not None:
            shutil.rmtree(holding, ignore_errors=True)
        for parent in made:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()


def _write_stem(
    graph: PlayGraph, holding: Path, name: str, form: FileFormat, progress: Progress, cancel: CancelToken | None
) -> None:
    try:
        write_mix(graph, holding / name, form, progress, cancel)
    except MixAssistError as error:
        # The user knows the folder that was asked for, not the one where the files wait for one another.
        raise MixAssistError(error.message, subject=holding.parent / name, remedy=error.remedy) from error


def _missing_parents(folder: Path) -> list[Path]:
    """Returns the folders that are not there yet, deepest first."""
    return [p for p in (folder, *folder.parents) if not p.exists()]


def _file_name(track_name: str) -> str:
    """Replaces what some file systems do not take, and names that Windows keeps for devices."""
    name = "".join("_" if c in '<>:"|?*' else c for c in track_name).rstrip(" .") or "Track"
    devices = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
    return f"{name}_" if name.casefold() in devices else name


def _full_scale(form: FileFormat) -> float:
    """Returns the largest sample that the format holds unchanged; infinite for floating point."""
    if form.bit_depth in (16, 24):
        return 1.0
    return math.inf
