# SPDX-License-Identifier: Apache-2.0
"""The command line: the same work as the window, without one.

Progress goes to standard error, results to standard output. Exit 0 = done, 1 = the self-test missed or a log is not
what it should be, 2 = the user can mend it (one line `error: …`), 130 = interrupted by Ctrl-C, 143 = ended by a signal.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mixassist.cli_options import COMMANDS, build_parser
from mixassist.domain.channel import View
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    _tame_streams(is_program=argv is None)
    interrupt = _Interrupt()
    try:
        with interrupt.caught():
            return _run(words, interrupt.cancel)
    except MixAssistError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read the results has read enough; what Python flushes at its end has to go somewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {_of_system(error)}", file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print("interrupted: nothing half-written was left", file=sys.stderr)
        return 128 + interrupt.signal


def _run(words: Sequence[str], cancel: CancelToken) -> int:
    if not words or (words[0] not in COMMANDS and not words[0].startswith("-")):
        return _open_window(words)
    options = build_parser().parse_args(words)
    if options.command is None:
        raise MixAssistError("there is no command", remedy="See `mixassist --help`")
    return _WORK[options.command](options, cancel)


def _tame_streams(is_program: bool) -> None:
    """Lets any terminal show any file name; a program's own warnings are nothing its user can act on."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if is_program and not sys.warnoptions:
        warnings.simplefilter("ignore")


def _of_system(error: OSError) -> MixAssistError:
    """Puts what the system refused into a sentence: a full disk, a folder without permission."""
    from mixassist.audio.atomic import writing_error

    return writing_error(os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else "", error)


class _Interrupt:
    """Turns the first Ctrl-C into a cancel at the next chunk, the second into an interrupt at once."""

    def __init__(self) -> None:
        self.cancel = CancelToken()
        self.signal = int(signal.SIGINT)

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Handles the signals inside the block."""
        try:
            previous = {s: signal.signal(s, self._handle) for s in (signal.SIGINT, signal.SIGTERM)}
        except ValueError:  # not the main thread: a program that calls us handles its own signals
            yield
            return
        try:
            yield
        finally:
            for number, old in previous.items():
                signal.signal(number, old)

    def _handle(self, number: int, frame: object) -> None:
        self.signal = number
        if self.cancel.is_cancelled:
            raise KeyboardInterrupt
        self.cancel.cancel()


@contextmanager
def _progress(quiet: bool, log: bool = False) -> Iterator[Progress]:
    """Yields a progress callback: a bar where standard error is a terminal, lines where `log` asks, else nothing."""
    if quiet or not sys.stderr.isatty():
        yield _Log() if log else no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda fraction, what: bar.update(task, completed=fraction, description=what)


class _Log:
    """Progress as lines, one for every full percent, where standard error is a file or a pipe."""

    def __init__(self) -> None:
        self._told = -1

    def __call__(self, fraction: float, what: str) -> None:
        percent = int(100 * fraction)
        if percent > self._told:
            self._told = percent
            print(f"{percent:3d} % {what}", file=sys.stderr, flush=True)


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


def _view(options: argparse.Namespace) -> View | None:
    return None if options.view is None else View(options.view)


def _mix(options: argparse.Namespace, cancel: CancelToken) -> int:
    target_lufs(options.target_lufs, None)
    from mixassist.api.mixing import MixOptions, mix

    request = MixOptions(
        sources=tuple(options.source),
        output=options.output,
        method=options.method,
        view=_view(options),
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
    with _progress(options.json) as progress:
        outcome = mix(request, progress=progress, cancel=cancel)
    _print(options, outcome.to_dict(), outcome.lines())
    return 0


def _render(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api.mixing import render

    with _progress(options.json) as progress:
        report = render(
            options.source,
            options.output,
            _view(options),
            bit_depth=options.bit_depth,
            device=options.device,
            skip_unreadable=options.skip_unreadable,
            progress=progress,
            cancel=cancel,
        )
    lines = [f"{report.path}: {report.view}", f"  {report.sentence}"]
    _print(options, report.to_dict(), [*lines, *(f"  left out: {error}" for error in report.unreadable)])
    return 0


def _inspect(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api import inspect
    from mixassist.api.inspecting import inspection_lines

    with _progress(options.json) as progress:
        found = inspect(options.source, skip_unreadable=options.skip_unreadable, progress=progress, cancel=cancel)
    _print(options, found, inspection_lines(found))
    return 0


def _compare(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api import compare
    from mixassist.api.comparing import comparison_lines

    with _progress(options.json) as progress:
        found = compare(options.a, options.b, progress=progress, cancel=cancel)
    _print(options, found, comparison_lines(found))
    return 0


def _train(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api.training import TrainRequest, train

    words = {k: v for k, v in vars(options).items() if k in TrainRequest.__dataclass_fields__}
    words |= {name: tuple(getattr(options, name) or ()) for name in ("without", "groups")}
    with _progress(False, log=True) as progress:
        print(train(TrainRequest(**words), progress=progress, cancel=cancel))
    return 0


def _evaluate(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api import evaluate

    with _progress(options.json, log=True) as progress:
        table, text = evaluate(
            options.what,
            data=options.data,
            weights=options.weights,
            count=options.count,
            methods=options.method,
            views=options.view,
            four_stems=options.four_stems,
            seed=options.seed,
            progress=progress,
            cancel=cancel,
        )
    _print(options, table, [text.rstrip()])
    return 0


def _self_test(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api import self_test
    from mixassist.api.testing import self_test_lines

    with _progress(options.json) as progress:
        outcome = self_test(update=options.update, progress=progress, cancel=cancel)
    _print(options, outcome, self_test_lines(outcome))
    return 0 if outcome["passed"] else 1


def _listening(options: argparse.Namespace, cancel: CancelToken) -> int:
    from mixassist.api import listening

    if options.what == "verify":
        found = listening.verify_listening_log(options.log)
        _print(options, found.to_dict(), found.text_lines())
        return 0 if found.is_intact else 1
    page, findings = listening.write_listening_report(options.folder, options.output)
    _print(options, {**findings, "page": str(page)}, listening.report_lines(page, findings))
    return 0


def _open_window(sources: Sequence[str]) -> int:
    """Opens the window, on sources if there are any.

    Raises:
        MixAssistError: a source is neither there nor a command, or there is no display.
    """
    from mixassist.display import require_display

    for source in sources:
        if not os.path.lexists(source):
            raise MixAssistError(
                "there is no such file, folder or command", subject=source, remedy="See `mixassist --help`"
            )
    with require_display():
        from mixassist.gui.app import run

    return run(list(sources) or None)


def _print(options: argparse.Namespace, values: Any, lines: Sequence[str]) -> None:
    if options.json:
        print(json.dumps(values, indent=2, allow_nan=False))
    else:
        print("\n".join(lines))
    sys.stdout.flush()  # a reader who has gone is noticed here, not at the end of the program


_WORK: dict[str, Callable[[argparse.Namespace, CancelToken], int]] = {
    "mix": _mix,
    "render": _render,
    "inspect": _inspect,
    "compare": _compare,
    "train": _train,
    "evaluate": _evaluate,
    "self-test": _self_test,
    "listening": _listening,
}


if __name__ == "__main__":
    sys.exit(main())
