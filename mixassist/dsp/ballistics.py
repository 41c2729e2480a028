# SPDX-License-Identifier: Apache-2.0
"""The smooth decoupled peak detector as blocked scans: exact, vectorised over time, differentiable.

D. Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range compressor design: a tutorial and analysis",
J. Audio Eng. Soc. 60(6), 2012, eq. 17, in the log domain after the gain computer:

    y[n] = max(x[n], r·y[n−1] + (1 − r)·x[n])        release, peaks pass at once
    z[n] = a·z[n−1] + (1 − a)·y[n]                   attack

With x ≥ 0 each release step is the map y → r·(max(y, x) + s), s = (1 − r)/r·x, and K such steps make a map
y → r^K·(max(y, V) + S) of the same form. So time is cut into rows of K steps: every row's map is composed by K vector
operations across all rows, the rows' states follow from a scan of those maps, and within a row everything is then
known in closed form. Inside a row values are kept divided by r^k: nothing is rounded away however small 1 − r is, which
a plain float32 loop does (with a release of 3 s, 1 − r is 7.5e-6). States between rows are float64.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

ROW_STEPS = 64
"""Steps in a row; states are known at its multiples. Longer rows cost more launches, shorter ones more rows to scan."""

_LARGEST_EXPONENT = 60.0
"""Keeps r^−K inside float32."""


class DetectorStates(NamedTuple):
    """What the detector remembers before some frame, in dB, float64: release and attack stage, same shapes."""

    release: Tensor
    attack: Tensor


class Detected(NamedTuple):
    """The detector's output, (batch, frames), and its states before frames 0, step, 2·step …, (batch, rows + 1)."""

    smoothed: Tensor
    released: Tensor | None
    states: DetectorStates
    step: int


def step_rate(time_s: Tensor, sample_rate_hz: int) -> Tensor:
    """Returns 1 / (τ·fs), float64: a stage's coefficient is exp of minus that, so that 63 % are reached after τ."""
    return 1.0 / (time_s.double() * sample_rate_hz)


def no_states(batch: int, device: torch.device | str = "cpu") -> DetectorStates:
    """Returns the states at the start of a track."""
    zero = torch.zeros(batch, dtype=torch.float64, device=device)
    return DetectorStates(zero, zero)


def _row_steps(rates: Tensor) -> int:
    steps, largest = ROW_STEPS, float(rates.max())
    while steps > 1 and steps * largest > _LARGEST_EXPONENT:
        steps //= 2
    return steps


def _in_rows(x: Tensor, steps: int) -> Tensor:
    """Cuts (batch, frames) into rows of `steps` frames: a view (steps, batch, rows), padded with zeros at the end."""
    missing = -x.shape[-1] % steps
    padded = F.pad(x, (0, missing)) if missing else x
    return padded.reshape(x.shape[0], -1, steps).permute(2, 0, 1)


def _powers(rates: Tensor, steps: int, first: int, sign: float) -> Tensor:
    """Returns exp(sign·rate·k) for k = first … first + steps − 1, (steps, batch, 1) float64."""
    k = torch.arange(first, first + steps, dtype=torch.float64, device=rates.device)
    return torch.exp(sign * k[:, None] * rates).unsqueeze(-1)


def _scan_release_rows(peaks: Tensor, sums: Tensor, rate: Tensor, start: Tensor) -> Tensor:
    """Runs y → exp(−rate)·(max(y, peak) + sum) over rows; (batch, rows) float64 → states (batch, rows + 1).

    Maps y → max(c, A·y + b) are composed in log2(rows) doubling steps, all rows at a time.
    """
    rows = peaks.shape[-1]
    factor = torch.exp(-rate).unsqueeze(-1)
    b = sums * factor
    c = peaks * factor + b
    span = 1
    while span < rows:
        reach = torch.exp(-rate * span).unsqueeze(-1)
        torch.maximum(c[:, span:], reach * c[:, :-span] + b[:, span:], out=c[:, span:])
        b[:, span:] += reach * b[:, :-span]
        span *= 2
    shrink = _powers(rate, rows, 1, -1.0)[..., 0].T
    return torch.cat([start.unsqueeze(-1), torch.maximum(c, shrink * start.unsqueeze(-1) + b)], -1)


def _scan_attack_rows(sums: Tensor, rate: Tensor, start: Tensor) -> Tensor:
    """Runs z → exp(−rate)·(z + sum) over rows, likewise; (batch, rows) float64 → states (batch, rows + 1)."""
    rows = sums.shape[-1]
    b = sums * torch.exp(-rate).unsqueeze(-1)
    span = 1
    while span < rows:
        b[:, span:] += torch.exp(-rate * span).unsqueeze(-1) * b[:, :-span]
        span *= 2
    shrink = _powers(rate, rows, 1, -1.0)[..., 0].T
    return torch.cat([start.unsqueeze(-1), shrink * start.unsqueeze(-1) + b], -1)


def detect(
    x: Tensor, release_rate: Tensor, attack_rate: Tensor, start: DetectorStates, *, keep_released: bool = False
) -> Detected:
    """Runs both stages over a batch; no gradients (see `smooth_peaks`).

    Args:
        x: gain reduction wanted in dB, (batch, frames), ≥ 0, float32 or float64.
        release_rate, attack_rate: from `step_rate`, (batch,) float64.
        start: states before the first frame, (batch,).
        keep_released: also return the release stage's output.
    """
    batch, frames = x.shape
    steps = _row_steps(torch.stack([release_rate, attack_rate]))
    rows = _in_rows(x, steps)
    grown = torch.empty(rows.shape, dtype=x.dtype, device=x.device)
    torch.mul(rows, _powers(release_rate, steps, 0, 1.0).to(x.dtype), out=grown)
    sums = grown * torch.expm1(release_rate).to(x.dtype).unsqueeze(-1)
    peaks = _running_peaks(grown, sums)
    releases = _scan_release_rows(peaks[-1].double(), sums[-1].double(), release_rate * steps, start.release)
    released = torch.maximum(peaks, releases[:, :-1].to(x.dtype), out=peaks).add_(sums)
    kept = (released * _powers(release_rate, steps, 1, -1.0).to(x.dtype)) if keep_released else None
    # The attack's inputs divided by its own powers, so that the one-pole filter is a running sum inside a row.
    scale = _powers(attack_rate - release_rate, steps, 1, 1.0) * -torch.expm1(-attack_rate).unsqueeze(-1)
    sums = _running_sums(released.mul_(scale.to(x.dtype)))
    attacks = _scan_attack_rows(sums[-1].double(), attack_rate * steps, start.attack)
    sums.add_(attacks[:, :-1].to(x.dtype)).mul_(_powers(attack_rate, steps, 1, -1.0).to(x.dtype))
    return Detected(
        sums.permute(1, 2, 0).reshape(batch, -1)[:, :frames],
        None if kept is None else kept.permute(1, 2, 0).reshape(batch, -1)[:, :frames],
        DetectorStates(releases, attacks),
        steps,
    )


def _running_peaks(grown: Tensor, sums: Tensor) -> Tensor:
    """Composes the rows' release maps step by step; turns `sums` into running sums in place, returns the peaks V."""
    peaks = torch.empty_like(grown)
    inputs, shares, outputs = grown.unbind(0), sums.unbind(0), peaks.unbind(0)
    outputs[0].copy_(inputs[0])
    lifted = torch.empty_like(inputs[0])
    for k in range(1, len(inputs)):
        torch.sub(inputs[k], shares[k - 1], out=lifted)
        torch.maximum(outputs[k - 1], lifted, out=outputs[k])
        shares[k].add_(shares[k - 1])
    return peaks


def _running_sums(values: Tensor) -> Tensor:
    """Sums along the first axis in place; faster than cumsum, which runs along rows one number at a time."""
    steps = values.unbind(0)
    for k in range(1, len(steps)):
        steps[k].add_(steps[k - 1])
    return values


def _reverse_scan(b: Tensor, factors: Tensor) -> Tensor:
    """Runs y[n] = b[n] + factors[n]·y[n+1] from the end; (batch, frames) both."""
    batch, frames = b.shape
    if frames <= ROW_STEPS:
        values = [b[:, -1]]
        for n in range(frames - 2, -1, -1):
            values.append(b[:, n] + factors[:, n] * values[-1])
        return torch.stack(values[::-1], -1)
    local = _in_rows(b, ROW_STEPS).clone(memory_format=torch.contiguous_format)
    reach = _in_rows(factors, ROW_STEPS).clone(memory_format=torch.contiguous_format)
    for k in range(ROW_STEPS - 2, -1, -1):
        local[k].addcmul_(reach[k], local[k + 1])
        reach[k].mul_(reach[k + 1])
    firsts = _reverse_scan(local[0].double(), reach[0].double())
    following = F.pad(firsts[:, 1:], (0, 1)).to(b.dtype)
    return local.addcmul_(reach, following.unsqueeze(0)).permute(1, 2, 0).reshape(batch, -1)[:, :frames]


class _SmoothPeaks(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, release_rate: Tensor, attack_rate: Tensor) -> Tensor:
        start = no_states(x.shape[0], x.device)
        found = detect(x, release_rate, attack_rate, start, keep_released=True)
        ctx.save_for_backward(x, release_rate, attack_rate, found.released, found.smoothed)
        return found.smoothed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, release_rate, attack_rate, released, smoothed = ctx.saved_tensors
        attack, release = (torch.exp(-rate).unsqueeze(-1) for rate in (attack_rate, release_rate))
        attack_x, release_x = attack.to(x.dtype), release.to(x.dtype)
        back = _reverse_scan(gradient, attack_x.expand_as(x))
        by_attack = (back * (F.pad(smoothed[:, :-1], (1, 0)) - released)).sum(-1, dtype=torch.float64)
        back = back * -torch.expm1(-attack_rate).to(x.dtype).unsqueeze(-1)
        before = F.pad(released[:, :-1], (1, 0))
        decays = (before > x).to(x.dtype) * release_x
        back = _reverse_scan(back, F.pad(decays[:, 1:], (0, 1)))
        by_release = (back * (decays > 0) * (before - x)).sum(-1, dtype=torch.float64)
        return back * (1.0 - decays), -by_release * release[:, 0], -by_attack * attack[:, 0]


def smooth_peaks(x: Tensor, release_rate: Tensor, attack_rate: Tensor) -> Tensor:
    """Smooths from the state 0; differentiable in all three arguments. Shapes as in `detect`."""
    smoothed: Tensor = _SmoothPeaks.apply(x, release_rate, attack_rate)  # type: ignore[no-untyped-call]
    return smoothed


__all__ = ["ROW_STEPS", "Detected", "DetectorStates", "detect", "no_states", "smooth_peaks", "step_rate"]
