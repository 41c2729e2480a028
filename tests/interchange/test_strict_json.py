# SPDX-License-Identifier: Apache-2.0
"""Hostile JSON: one sentence naming the file, quickly, without a crash."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Session
from mixassist.interchange.parameters_file import read_parameters
from mixassist.interchange.session_file import load_session, save_session
from mixassist.interchange.strict_json import MAX_BYTES, parse_json

LOADERS = pytest.mark.parametrize("load", [load_session, read_parameters])
Load = Callable[[Path], object]


def _refused(load: Load, path: Path) -> str:
    with pytest.raises(MixAssistError) as caught:
        load(path)
    line = str(caught.value)
    assert str(path)[:20] in line
    assert len(line.splitlines()) == 1
    assert len(line) < 600
    return line


@LOADERS
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\x00\xff\xfe binary", "not text in UTF-8"),
        (b"RIFF....WAVE", "line 1, column 1 is no valid JSON"),
        (b'{"format": ', "no valid JSON"),
        (b'{\n"format": "mix', "line 2, column 11 is no valid JSON (unterminated string)"),
        (b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested deeper"),
        (b'{"format": NaN}', "NaN"),
        (b'{"format": Infinity}', "Infinity"),
        (b'{"format": -Infinity}', "-Infinity"),
        (b'{"format": 1E+400}', "out of any range"),
        (b'{"format": 1e999}', "out of any range"),
        (b'{"format": 1' + b"0" * 100_000 + b"}", "out of any range"),
        (b'{"format": 0.' + b"1" * 100_000 + b"}", "out of any range"),
        (b'{"format": 1, "format": 2}', '"format" twice'),
        (b"[" + b"{}," * 1_000_001 + b"{}]", "1,000,000 lists and objects"),
        (b'"' + b'\\"' * 2_000_000, "no valid JSON"),
        (b'{"format": "mixassist-nonsense"}', "is not a MixAssist"),
        (b"[]", "is not a MixAssist"),
        (b"null", "is not a MixAssist"),
        (b'"mixassist-session"', "is not a MixAssist"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_text(tmp_path: Path, load: Load, data: bytes, words: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    assert words in _refused(load, path)


def test_depth_does_no_harm_to_a_thread_with_a_small_stack(tmp_path: Path) -> None:
    path = tmp_path / "deep.mixassist"
    path.write_bytes(b'{"format":"mixassist-session","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    caught: list[BaseException] = []

    def work() -> None:
        try:
            load_session(path)
        except BaseException as error:
            caught.append(error)

    old = threading.stack_size(128 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(old)
    assert [type(error) for error in caught] == [MixAssistError]


@LOADERS
def test_a_huge_file_is_refused_by_its_size_before_it_is_read(tmp_path: Path, load: Load) -> None:
    path = tmp_path / "huge.mixassist"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 1000)  # sparse: 64 GB on paper
    assert "bytes long" in _refused(load, path)


@LOADERS
@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "device", "long", "NUL", "surrogate", "loop", "below"])
def test_what_is_no_file(tmp_path: Path, load: Load, kind: str) -> None:
    path: Path = tmp_path / "it"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "long":
        path = tmp_path / ("x" * 5000)
    elif kind == "surrogate":
        path = tmp_path / "\ud800"
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "below":
        path.write_text("{}")
        path = path / "it"
    if kind == "NUL":
        with pytest.raises(MixAssistError, match="not the name of a file"):
            load(Path("a\0b"))
        return
    with pytest.raises(MixAssistError) as caught:
        load(path)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_may_not_be_read() -> None:
    # Root may read everything: the look is taken by somebody who may not.
    code = (
        "import os, sys; from mixassist.interchange.strict_json import read_json\n"
        "os.getuid() == 0 and os.setuid(65534)\n"
        "try: read_json(sys.argv[1])\n"
        "except Exception as e: print(type(e).__name__, e)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "mine.mixassist")
        path.write_text("{}")
        path.chmod(0)
        run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert run.stdout.startswith(f"MixAssistError {path}: cannot be read: permission denied"), run.stderr


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": "[\\"["}', "x") == {"a": '[\\"['.replace("\\", "")}


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(value=any_json)
def test_ordinary_json_is_read_as_the_standard_library_reads_it(value: Any) -> None:
    data = json.dumps(value).encode()
    try:
        assert parse_json(data, "x") == json.loads(data)
    except MixAssistError as error:
        assert "out of any range" in str(error)


@given(data=st.binary(max_size=200) | st.text(alphabet='[]{}",:\\1eE-.NaInfity tru', max_size=60).map(str.encode))
def test_any_bytes_are_json_or_one_sentence(data: bytes) -> None:
    try:
        parse_json(data, "x")
    except MixAssistError as error:
        assert len(str(error).splitlines()) == 1


# --- a sound session with one thing in it replaced ------------------------------------------------------------------


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [place for key, item in inner for place in _places(item, (*path, key))]


def _put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _put(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_session_it_loads_or_is_one_sentence(
    session: Session, home: Path, data: st.DataObject
) -> None:
    path = home / "fuzzed.mixassist"
    save_session(session, path)
    document = json.loads(path.read_text("utf-8"))
    place = data.draw(st.sampled_from(_places(document)))
    odd = st.sampled_from([None, True, -1, 0, 1e90, 10**24, "", "\ud800", "/dev/zero", "a\0b", [], {}, [[]], {"a": {}}])
    path.write_text(json.dumps(_put(document, place, data.draw(odd | any_json))), "utf-8")
    try:
        loaded = load_session(path)
    except MixAssistError as error:
        assert len(str(error).splitlines()) == 1
        assert "fuzzed.mixassist" in str(error)
        return
    save_session(loaded.session, path)
    assert load_session(path).session == loaded.session


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("tracks", 0, "controls", "pan"), 1.5, 'track "Kick"/controls pan: 1.5 is not a value of pan'),
        (("tracks", 0, "controls", "reverb_type"), "cave", "reverb_type: 'cave'"),
        (("tracks", 0, "controls"), {"volume": 1}, "volume: there is no such control"),
        (("tracks", 3, "prediction", "fader_db"), 12.01, 'track "Vocals"/prediction fader_db: 12.01'),
        (("snapshots", 0, "channels", "a", "controls", "ratio"), 0.5, "snapshots/1/channels/a/controls ratio: 0.5"),
        (("tracks", 1, "id"), "a", 'the id "a" of another track'),
        (("tracks", 0, "locks"), ["volume"], "volume, which is no control"),
        (("tracks", 0, "source"), [], "0 sides"),
        (("tracks", 1, "source", 0, "channel"), 4, "is 4; expected 0 … 3"),
        (("tracks", 1, "source", 0, "file"), 99, "is 99; expected 0 … 4"),
        (("tracks", 0, "start_frames"), -1, "expected 0 …"),
        (("files", 0, "path"), "a\0b", "is not the path of a file"),
        (("files", 0, "path"), "z" * 200_000, "is not the path of a file"),
        (("files", 0, "sha256"), "ZZ", "SHA-256"),
        (("files", 0, "sample_rate_hz"), 0, "expected 1 …"),
        (("sample_rate_hz",), 11_025, "expected one of 44100"),
        (("master", "gain_db"), "0", "must be a number, not text"),
        (("view",), "telepathic", "expected one of dry, wet, model"),
        (("name",), "\ud800", "lone surrogates"),
        (("tracks",), {}, "must be a list, not an object"),
    ],
)
def test_errors_name_the_place_and_what_belongs_there(
    session: Session, home: Path, place: tuple[Any, ...], value: Any, words: str
) -> None:
    path = home / "s.mixassist"
    save_session(session, path)
    path.write_text(json.dumps(_put(json.loads(path.read_text("utf-8")), place, value)), "utf-8")
    assert words in _refused(load_session, path)
