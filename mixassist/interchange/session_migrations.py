# SPDX-License-Identifier: Apache-2.0
"""How session files of earlier versions become files of the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mixassist.interchange.json_node import Node

_FILE_KEYS = ("path", "size_bytes", "sha256", "sample_rate_hz", "frames", "channel_count")


def _from_0(root: Node) -> dict[str, Any]:
    """Version 0, before the first release: files written inside each track, one master gain, no views or snapshots."""
    files: list[dict[str, Any]] = []
    places: dict[str, int] = {}
    tracks: list[dict[str, Any]] = []
    for track in root.get("tracks").items():
        source = []
        for side in track.get("source").items():
            file = {key: side.get(key).value for key in _FILE_KEYS}
            place = places.setdefault(repr(file), len(files))
            if place == len(files):
                files.append(file)
            source.append({"file": place, "channel": side.get("channel").value})
        kept = {key: node.value for key, node in track.object().items() if key != "source"}
        tracks.append({"locks": [], "group": "", "colour": "", "wide": False, **kept, "source": source})
    gain = root.find("master_gain_db")
    return {
        "format": root.get("format").value,
        "format_version": 1,
        "name": root.get("name").value,
        "sample_rate_hz": root.get("sample_rate_hz").value,
        "view": "wet",
        "method": "",
        "master": {
            "gain_db": 0.0 if gain is None else gain.value,
            "loudness_target_lufs": -14.0,
            "ceiling_dbtp": -1.0,
        },
        "files": files,
        "tracks": tracks,
        "snapshots": [],
    }


def _from_1(root: Node) -> dict[str, Any]:
    """Version 1: no listening tests."""
    return {"listening": [], **{key: node.value for key, node in root.object().items()}, "format_version": 2}


def _from_2(root: Node) -> dict[str, Any]:
    """Version 2: no amount, no snapshot to be in, no reference."""
    snapshots = [{key: node.value for key, node in item.object().items()} for item in root.get("snapshots").items()]
    return {
        "amount": 1.0,
        "slot": "Mine",
        "reference": None,
        **{key: node.value for key, node in root.object().items()},
        "snapshots": [{"amount": 1.0, **snapshot} for snapshot in snapshots],
        "format_version": 3,
    }


MIGRATIONS: Mapping[int, Callable[[Node], dict[str, Any]]] = MappingProxyType({0: _from_0, 1: _from_1, 2: _from_2})
"""By the version they start from; each yields the next version's layout, which is then checked like any other."""
