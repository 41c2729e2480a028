# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.rendering.cache import RenderCache

KIB_FRAMES = 128  # 128 stereo frames of float32 are 1,024 bytes


def _ramp(frames: int, sides: int, offset: float = 0.0) -> np.ndarray:
    return (np.arange(frames * sides, dtype=np.float32) + np.float32(offset)).reshape(frames, sides)


def _put(cache: RenderCache, key: str, frames: int = KIB_FRAMES, offset: float = 0.0) -> np.ndarray:
    with cache.create(key, frames, 2) as file:
        file.write(0, _ramp(frames, 2, offset))
        return file.finish()


def _age(cache: RenderCache, key: str, seconds: float) -> None:
    path = cache.directory / f"{key}.f32"
    os.utime(path, (path.stat().st_mtime - seconds,) * 2)


@pytest.mark.parametrize("sides", [1, 2])
def test_what_was_written_in_any_order_is_found_again(cache: RenderCache, sides: int):
    wanted = _ramp(1000, sides)
    with cache.create("a", 1000, sides) as file:
        file.write(600, wanted[600:])
        assert np.array_equal(file.samples[600:], wanted[600:])
        assert not file.samples[:600].any()
        assert cache.find("a", 1000, sides) is None
        file.write(0, wanted[:600])
        finished = file.finish()
    found = cache.find("a", 1000, sides)
    assert np.array_equal(finished, wanted)
    assert found is not None
    assert np.array_equal(found, wanted)
    assert not found.flags.writeable


def test_an_empty_render_is_a_render(cache: RenderCache):
    with cache.create("none", 0, 2) as file:
        assert file.finish().shape == (0, 2)
    found = cache.find("none", 0, 2)
    assert found is not None
    assert found.shape == (0, 2)


def test_an_unfinished_file_goes(cache: RenderCache):
    with pytest.raises(KeyboardInterrupt), cache.create("a", 10, 2) as file:
        file.write(0, _ramp(5, 2))
        raise KeyboardInterrupt
    with cache.create("b", 10, 2):
        pass
    assert list(cache.directory.iterdir()) == []


def test_a_file_of_another_size_or_with_a_hole_is_not_taken(cache: RenderCache):
    _put(cache, "a", 1000)
    assert cache.find("a", 999, 2) is None
    with (cache.directory / "hole.f32").open("wb") as file:
        file.truncate(8000)
    assert cache.find("hole", 1000, 2) is None


@pytest.mark.parametrize(("start", "shape"), [(-1, (5, 2)), (6, (5, 2)), (0, (5, 1))])
def test_what_does_not_fit_is_refused(cache: RenderCache, start: int, shape: tuple[int, int]):
    with cache.create("a", 10, 2) as file, pytest.raises(ValueError, match="does not fit"):
        file.write(start, np.zeros(shape, np.float32))


def test_the_least_recently_used_goes_first(cache: RenderCache):
    cache.limit_bytes = 3 * 1024
    for index, key in enumerate("abc"):
        _put(cache, key)
        _age(cache, key, 100 - index)
    assert cache.find("a", KIB_FRAMES, 2) is not None
    _put(cache, "d")
    assert {p.stem for p in cache.directory.iterdir()} == {"a", "c", "d"}
    assert cache.size_bytes() == cache.limit_bytes


def test_what_is_in_use_is_never_evicted(cache: RenderCache):
    held = _put(cache, "a")
    _age(cache, "a", 100)
    view = held[10:]
    del held
    cache.limit_bytes = 1024
    _put(cache, "b")
    assert cache.find("a", KIB_FRAMES, 2) is not None
    del view
    _put(cache, "c")
    assert {p.stem for p in cache.directory.iterdir()} == {"c"}


def test_what_another_process_uses_is_never_evicted(cache: RenderCache):
    _put(cache, "a")
    _age(cache, "a", 100)
    script = (
        "import sys; from pathlib import Path; from mixassist.rendering.cache import RenderCache\n"
        "held = RenderCache(Path(sys.argv[1])).find('a', 128, 2)\n"
        "print(held.sum(), flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(cache.directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        cache.limit_bytes = 0
        cache.make_room(0)
        assert (cache.directory / "a.f32").exists()
        other.communicate("")
    cache.make_room(0)
    assert not (cache.directory / "a.f32").exists()


def test_leftovers_of_a_crash_are_removed_but_nobodys_present_work(cache: RenderCache):
    old, young = cache.directory / "x.1.partial", cache.directory / "y.2.partial"
    old.write_bytes(b"1234")
    young.write_bytes(b"1234")
    os.utime(old, (1, 1))
    with cache.create("z", 10, 2) as file:
        [present] = list(cache.directory.glob("z.*.partial"))
        os.utime(present, (1, 1))
        cache.make_room(0)
        assert present.exists()
        file.finish()
    assert not old.exists()
    assert young.exists()


def test_two_processes_may_write_the_same_render(cache: RenderCache):
    other = RenderCache(cache.directory)
    with cache.create("a", 10, 2) as one, other.create("a", 10, 2) as two:
        one.write(0, _ramp(10, 2))
        two.write(0, _ramp(10, 2))
        first, second = one.finish(), two.finish()
    assert np.array_equal(first, second)
    assert [p.name for p in cache.directory.iterdir()] == ["a.f32"]


def test_a_full_disk_is_told_with_a_remedy(cache: RenderCache, monkeypatch: pytest.MonkeyPatch):
    def full(descriptor: int, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(MixAssistError, match=r"disk is full.*Free some space"), cache.create("a", 10, 2) as file:
        monkeypatch.setattr(os, "write", full)
        file.write(0, _ramp(10, 2))
    assert list(cache.directory.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MixAssistError, match="MIXASSIST_CACHE_DIR"):
        RenderCache(tmp_path / "file" / "renders")
