# SPDX-License-Identifier: Apache-2.0
"""The command line: the same work as the window, without one.

Progress goes to standard error, results to standard output. Exit 0 = done, 2 = the user can mend it (one line
`error: …`), 130 = interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from mixassist import __version__
from mixassist.domain.channel import View
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken, no_progress

COMMANDS = ("mix", "render", "inspect", "compare", "train", "evaluate", "self-test")
METHODS_IN_HELP = "controller|rules|equal-loudness|random|mono"


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, as all errors are."""

    def error(self, message: str) -> NoReturn:
        raise MixAssistError(message, remedy=f"See `{self.prog} --help`")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    cancel = CancelToken()
    try:
        with _interruptible(cancel):
            if words and words[0] in COMMANDS or words and words[0].startswith("-"):
                options = build_parser().parse_args(words)
                return int(options.run(options, cancel) or 0)
            return _open_window(words)
    except MixAssistError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print("interrupted: nothing half-written was left", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


@contextmanager
def _interruptible(cancel: CancelToken):  # type: ignore[no-untyped-def]
    """Turns the first Ctrl-C into a cancel at the next chunk, the second into an interrupt."""

    def handler(number: int, frame: object) -> None:
        if cancel.is_cancelled:
            raise KeyboardInterrupt
        cancel.cancel()

    try:
        previous = {s: signal.signal(s, handler) for s in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread: a program that calls us handles its own signals
        yield
        return
    try:
        yield
    finally:
        for number, old in previous.items():
            signal.signal(number, old)


@contextmanager
def _progress(quiet: bool):  # type: ignore[no-untyped-def]
    """Yields a progress callback that draws a bar on standard error, or nothing when that is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda fraction, what: bar.update(task, completed=fraction, description=what)


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of every command."""
    parser = _Parser(
        prog="mixassist",
        description="A mixing assistant. Without a command it opens the window: mixassist [SESSION|FOLDER|FILES]",
    )
    parser.add_argument("--version", action="version", version=f"mixassist {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_mix(commands.add_parser("mix", help="import, predict, render, write"))
    _add_render(commands.add_parser("render", help="write a session as it stands"))
    _add_inspect(commands.add_parser("inspect", help="what was found in stems or a session"))
    _add_compare(commands.add_parser("compare", help="level-matched differences of two files"))
    _add_evaluate(commands.add_parser("evaluate", help="measure the tables of the README again"))
    test = commands.add_parser("self-test", help="load the demo session, predict, render, compare")
    test.add_argument("--json", action="store_true", help="print a JSON object")
    test.add_argument("--update", action="store_true", help="store the measures of this version (for developers)")
    test.set_defaults(run=_self_test)
    return parser


def _add_mix(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="+", metavar="SOURCE", help="files, a folder of stems, or a session")
    parser.add_argument("-o", "--output", required=True, metavar="MIX.wav", help="WAV, FLAC, Ogg or MP3")
    parser.add_argument("--method", default=None, help=METHODS_IN_HELP)
    parser.add_argument("--view", choices=[v.value for v in View], default=None)
    parser.add_argument("--params-out", metavar="P.json", help="write the channel parameters (.json or .csv)")
    parser.add_argument("--params", metavar="P.json", help="use these channel parameters and predict nothing")
    parser.add_argument("--stems-out", metavar="DIR", help="write the processed stems")
    parser.add_argument("--report", metavar="DIR", help="write metrics.json and pictures")
    parser.add_argument("--target-lufs", metavar="-14|off", default=None, help="loudness target of the master")
    parser.add_argument("--bit-depth", type=int, choices=(16, 24, 32), default=None, help="32 is float")
    parser.add_argument("--seed", type=int, default=0)
    _add_shared(parser)
    parser.set_defaults(run=_mix)


def _add_render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs=1, metavar="SESSION")
    parser.add_argument("-o", "--output", required=True, metavar="OUT.wav")
    parser.add_argument("--view", choices=[v.value for v in View], default=None)
    parser.add_argument("--bit-depth", type=int, choices=(16, 24, 32), default=None, help="32 is float")
    _add_shared(parser)
    parser.set_defaults(run=_render)


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="+", metavar="SOURCE")
    _add_shared(parser, device=False)
    parser.set_defaults(run=_inspect)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("a", metavar="A.wav")
    parser.add_argument("b", metavar="B.wav")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_compare)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="NETWORK|mix")
    parser.add_argument("--data", metavar="DIR", default=None, help="folder of the data (default: ../shared/data)")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_evaluate)


def _add_shared(parser: argparse.ArgumentParser, device: bool = True) -> None:
    if device:
        parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.add_argument("--skip-unreadable", action="store_true", help="leave files out that cannot be read")


def target_lufs(text: str | None, present: float | None) -> float | None:
    """Reads `--target-lufs`: a number of LUFS, `off`, or nothing for what the session has."""
    if text is None:
        return present
    if text.strip().lower() == "off":
        return None
    try:
        value = float(text.replace("−", "-"))
    except ValueError:
        value = 1.0
    if not -70.0 <= value <= 0.0:
        raise MixAssistError(f"{text!r} is not a loudness", subject="--target-lufs", remedy="Use -70 … 0 or off")
    return value


def _mix(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api.mixing import MixOptions, mix

    request = MixOptions(
        sources=tuple(options.source),
        output=options.output,
        method=options.method,
        view=None if options.view is None else View(options.view),
        target_lufs=lambda present: target_lufs(options.target_lufs, present),
        parameters_in=options.params,
        parameters_out=options.params_out,
        stems_out=options.stems_out,
        report=options.report,
        bit_depth=options.bit_depth,
        device=options.device,
        seed=options.seed,
        skip_unreadable=options.skip_unreadable,
    )
    target_lufs(options.target_lufs, None)
    with _progress(options.json) as progress:
        outcome = mix(request, progress=progress, cancel=cancel)
    _print(options, outcome.to_dict(), outcome.lines())
    return 0


def _render(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api.mixing import render

    with _progress(options.json) as progress:
        outcome = render(
            options.source[0],
            options.output,
            None if options.view is None else View(options.view),
            bit_depth=options.bit_depth,
            device=options.device,
            progress=progress,
            cancel=cancel,
        )
    _print(options, outcome.to_dict(), [f"{outcome.path}: {outcome.view}, {outcome.sentence}"])
    return 0


def _inspect(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api import inspect

    with _progress(options.json) as progress:
        found = inspect(options.source, skip_unreadable=options.skip_unreadable, progress=progress, cancel=cancel)
    lines = [f"{found['session']}: {len(found['tracks'])} tracks, {found['sample_rate_hz']} Hz, {found['seconds']} s"]
    for track in found["tracks"]:
        loudness = "silent" if track["integrated_lufs"] is None else f"{track['integrated_lufs']:6.1f} LUFS"
        lines.append(
            f"  {track['name']:<28} {'stereo' if track['channels'] == 2 else 'mono  '} {track['seconds']:8.1f} s "
            f"{loudness:>12}  {track['instrument']}"
        )
        lines.extend(f"      {fault}" for fault in track["faults"])
    lines.extend(f"  note: {note}" for note in found["notes"])
    lines.extend(f"  left out: {error}" for error in found["unreadable"])
    _print(options, found, lines)
    return 0


def _compare(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api import compare

    with _progress(options.json) as progress:
        outcome = compare(options.a, options.b, progress=progress, cancel=cancel)
    lines = [f"{name:<44} {_figure(value)}" for name, value in _flat(outcome)]
    _print(options, outcome, lines)
    return 0


def _evaluate(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api import evaluate

    with _progress(options.json) as progress:
        table, text = evaluate(options.what, data=options.data, progress=progress, cancel=cancel)
    _print(options, table, [text])
    return 0


def _self_test(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api import self_test

    with _progress(options.json) as progress:
        outcome = self_test(update=options.update, progress=progress, cancel=cancel)
    _print(options, outcome, [f"{name:<44} {_figure(value)}" for name, value in _flat(outcome)])
    return 0 if outcome["passed"] else 1


def _open_window(sources: Sequence[str]) -> int:
    """Opens the window, on sources if there are any."""
    from mixassist.gui.app import run

    return run(list(sources) or None)


def _print(options: argparse.Namespace, values: Any, lines: Sequence[str]) -> None:
    if options.json:
        print(json.dumps(values, indent=2, allow_nan=False))
    else:
        print("\n".join(lines))


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            rows.extend(_flat(value, f"{prefix}{key}."))
        else:
            rows.append((f"{prefix}{key}", value))
    return rows


def _figure(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "–" if value is None else str(value)



if __name__ == "__main__":
    sys.exit(main())
