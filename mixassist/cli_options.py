# SPDX-License-Identifier: Apache-2.0
"""What can be said on the command line: commands, options, help. Imports nothing heavy, so that help comes at once."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from mixassist import __version__
from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError

COMMANDS = ("mix", "render", "inspect", "compare", "train", "evaluate", "self-test", "listening")

_MAIN_EXAMPLES = """\
examples:
  mixassist mix stems/ -o mix.wav                 mix a folder of stems
  mixassist mix song.mixassist -o mix.wav         mix a saved session anew
  mixassist render song.mixassist -o mix.wav      write a session just as it stands
  mixassist inspect stems/                        rates, loudness, instruments, faults
  mixassist compare mine.wav theirs.wav           how far two mixes are apart
  mixassist stems/                                open the window on a folder

`mixassist COMMAND --help` tells a command's options."""

_MIX_EXAMPLES = """\
examples:
  mixassist mix stems/ -o mix.wav --report report/
  mixassist mix kick.wav vox.wav gtr.flac -o demo.mp3 --target-lufs off
  mixassist mix stems/ -o mix.wav --params-out mix.json    keep every fader and knob ...
  mixassist mix stems/ -o mix.wav --params mix.json        ... and make the very same mix again

The mix gets one static gain, never a limiter: it ends at the loudness target or at a true peak of -1 dBTP, whichever
comes first, and the result says which. The same command with --device cpu writes the same bytes."""


_LISTENING_EXAMPLES = """\
examples:
  mixassist listening verify abx-20260102-030405-1a2b3c4d.jsonl
  mixassist listening report listening/

verify: exit status 0 = the log is complete and unchanged and its order was fixed before the answers; 1 = it is not."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, as all errors are."""

    def __init__(self, **words: object) -> None:
        super().__init__(formatter_class=_Help, allow_abbrev=False, **words)  # type: ignore[arg-type]

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[argparse.Namespace, list[str]]:  # type: ignore[override]
        """Parses; what is left over is refused here, by the parser of the command that it was said to."""
        known, left = super().parse_known_args(args, namespace)
        options = [word for word in left if word.startswith("-")]
        if options:
            self.error(f"there is no option {options[0]}")
        if left:
            self.error(f"nothing is to be done with {left[0]!r}")
        return known, left

    def error(self, message: str) -> NoReturn:
        raise MixAssistError(message, remedy=f"See `{self.prog} --help`")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Keeps the examples as they are laid out, and room for long options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=118)


def build_parser() -> Parser:
    """Returns the parser of every command; `command` in what it parses says which one it was."""
    parser = Parser(
        prog="mixassist",
        usage="mixassist [SESSION|FOLDER|FILE...]\n       mixassist COMMAND ...",
        description="A mixing assistant: it suggests gain, pan, EQ, compression and reverb for every stem.\n"
        "Without a command it opens the window.",
        epilog=_MAIN_EXAMPLES,
    )
    parser.add_argument("--version", action="version", version=f"mixassist {__version__}")
    # argparse measures this metavar, but not the indent of what stands below it: hence the blanks.
    commands = parser.add_subparsers(dest="command", metavar="COMMAND    ", title="commands", prog="mixassist")

    def command(name: str, words: str, epilog: str | None = None) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words[:1].upper() + words[1:] + ".", epilog=epilog)

    _add_mix(command("mix", "import stems, suggest a mix, render it and write it", _MIX_EXAMPLES))
    _add_render(command("render", "write a session just as it stands"))
    _add_inspect(command("inspect", "show what was found in stems or a session, and what is wrong with them"))
    _add_compare(command("compare", "measure how far two audio files are apart once they are equally loud"))
    _add_train(command("train", "train a network (for developers)"))
    _add_evaluate(command("evaluate", "measure the tables of the README again (for developers)"))
    _add_self_test(command("self-test", "mix the demo session and compare it with stored measures"))
    _add_listening(command("listening", "check and report on blind listening tests", _LISTENING_EXAMPLES))
    return parser


def _add_mix(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="+", metavar="SOURCE", help="audio files, a folder of stems, or a session")
    _add_output(parser, "MIX.wav")
    how = parser.add_argument_group("how it is mixed")
    how.add_argument("--method", metavar="NAME", help="controller (the default), rules, equal-loudness, random or mono")
    _add_view(how)
    how.add_argument("--target-lufs", metavar="-14|off", help="loudness to aim at (default: -14, or the session's own)")
    how.add_argument(
        "--params",
        metavar="P.json",
        help="take the channels' controls from this table (.json or .csv), suggest nothing",
    )
    how.add_argument("--seed", type=int, default=0, metavar="N", help="other numbers give other mixes (default: 0)")
    also = parser.add_argument_group("what else is written")
    also.add_argument("--params-out", metavar="P.json", help="every channel's 26 controls (.json, or .csv with units)")
    also.add_argument("--stems-out", metavar="DIR", help="the processed stems; their sum is the mix")
    also.add_argument("--report", metavar="DIR", help="metrics.json, pictures and a page to look at")
    _add_shared(parser)


def _add_render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SESSION", help="a session that was saved (NAME.mixassist)")
    _add_output(parser, "OUT.wav")
    _add_view(parser)
    _add_shared(parser)


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="+", metavar="SOURCE", help="audio files, a folder of stems, or a session")
    _add_shared(parser, device=False)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("a", metavar="A.wav", help="the reference")
    parser.add_argument("b", metavar="B.wav", help="what is compared with it")
    _add_json(parser)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="NETWORK", help="transformation, data, encoder, controller or direct-mixer")
    parser.add_argument("--network", metavar="NAME", help="staged (default), tcn-10, tcn-20, tcn-30, signaltrain")
    parser.add_argument("--folder", metavar="DIR", help="where the run is kept (default: runs/NAME)")
    parser.add_argument("--data", metavar="DIR", help="folder of the recordings (default: ../shared/data)")
    parser.add_argument("--multitracks", metavar="DIR", help="what `train data` made (default: runs/multitracks)")
    parser.add_argument("--loss", default="l1", help="l1, l1+stft or log-cosh (default: l1)")
    parser.add_argument("--steps", type=int, metavar="N", help="steps; of the audio lesson, of the regression")
    parser.add_argument("--audio-only", action="store_true", help="teach the staged network as the others are taught")
    parser.add_argument("--batch", type=int, metavar="N", help="patches or songs a step")
    parser.add_argument("--seconds", type=float, help="length of a patch")
    parser.add_argument("--learning-rate", type=float, help="at its highest")
    parser.add_argument("--kind", choices=("basic", "full"), help="controller: gain and pan, or all controls (default)")
    parser.add_argument("--context", choices=("mean", "attention"), help="controller: how stems hear each other")
    parser.add_argument("--members", type=int, metavar="N", help="controller: networks whose predictions are joined")
    parser.add_argument("--audio-steps", type=int, metavar="N", help="controller: steps through a console, 0 for none")
    parser.add_argument("--audio-songs", type=int, metavar="N", help="controller: songs to mix in these steps")
    parser.add_argument("--encoder", metavar="FILE", help="controller: what `train encoder` made, or VGGish's weights")
    parser.add_argument("--through", choices=("wet", "model"), help="controller: the console trained through")
    parser.add_argument("--preset", default="default", help="controller: default, or paper for the paper's settings")
    parser.add_argument("--groups", nargs="+", metavar="GROUP", help="controller: what it is trusted with (everything)")
    parser.add_argument(
        "--dataset", metavar="NAME", help="multitracks that you have: medleydb, musdb18, mixing-secrets …"
    )
    parser.add_argument("--dataset-folder", metavar="DIR", help="controller: where they are")
    parser.add_argument("--without", action="append", metavar="SONG", help="controller: a song to keep for measuring")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of weights and draws (default: 0)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="cpu", help="default: cpu")
    parser.add_argument("--threads", type=int, metavar="N", help="processor threads to use")
    parser.add_argument("--mixed-precision", action="store_true", help="bfloat16 where it is safe")
    parser.add_argument("--resume", action="store_true", help="go on where the folder's run stopped")
    parser.set_defaults(json=False)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        metavar="NETWORK|mix",
        help="mix: the methods against the artists' own mixes; transformation: the networks against the console",
    )
    parser.add_argument("--data", metavar="DIR", help="folder of recordings or of songs (default: ../shared/data)")
    parser.add_argument("--weights", nargs="+", default=(), metavar="FILE", help="further networks to measure")
    parser.add_argument("--count", type=int, metavar="N", help="examples a part, for the networks (default: 48)")
    parser.add_argument("--method", nargs="+", default=(), metavar="NAME", help="mix: the methods to measure (all)")
    views = [view.value for view in View]
    parser.add_argument("--view", nargs="+", default=(), choices=views, help="mix: rendered through what (all)")
    four = "mix: songs as voices, drums, bass and the rest: finished sums (default) or raw mono ones"
    parser.add_argument("--four-stems", nargs="?", const="finished", default="", choices=("finished", "raw"), help=four)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="mix: of what draws lots (default: 0)")
    _add_json(parser)


def _add_self_test(parser: argparse.ArgumentParser) -> None:
    _add_json(parser)
    parser.add_argument("--update", action="store_true", help="store the measures of this version (for developers)")


def _add_listening(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(
        dest="what", metavar="WHAT", required=True, prog=f"{parser.prog}", help="verify or report"
    )
    verify = what.add_parser("verify", help="is a log complete and unchanged, and was its order fixed beforehand?")
    verify.add_argument("log", metavar="LOG", help="the log of one test (.jsonl)")
    _add_json(verify)
    report = what.add_parser("report", help="join all logs of a folder into one page with plots")
    report.add_argument("folder", metavar="DIR", help="a folder of logs; folders in it are read too")
    report.add_argument("-o", "--output", metavar="PAGE.html", help="default: listening-report.html in the folder")
    _add_json(report)


def _add_output(parser: argparse.ArgumentParser, metavar: str) -> None:
    parser.add_argument(
        "-o", "--output", required=True, metavar=metavar, help="what to write: .wav, .flac, .ogg, .mp3, .aiff ..."
    )
    parser.add_argument(
        "--bit-depth", type=int, choices=(16, 24, 32), help="16 (dithered), 24 (the default) or 32 (float)"
    )


def _add_view(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--view",
        choices=[v.value for v in View],
        help="dry: faders and pan only; wet: the console's own processing; model (the default): the network",
    )


def _add_shared(parser: argparse.ArgumentParser, device: bool = True) -> None:
    if device:
        parser.add_argument(
            "--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="where to compute (default: auto)"
        )
    _add_json(parser)
    parser.add_argument("--skip-unreadable", action="store_true", help="leave out files that cannot be read, go on")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
