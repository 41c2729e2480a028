# SPDX-License-Identifier: Apache-2.0
"""Mixes the demo session as a user would and stores it beside its stems, with the measures of the self-test.

Run as a part of `make demo`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mixassist import api

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"
NAME = "demo.mixassist"


def main() -> None:
    """Writes resources/demo/demo.mixassist and resources/self-test.json."""
    (FOLDER / NAME).unlink(missing_ok=True)
    opened = api.open_source([FOLDER])
    session = replace(opened.session, name="Demo").taken_snapshot("Start")
    session = api.apply_suggestion(session, api.automix(session, opened.stems))
    api.save(session.taken_snapshot("Predicted"), FOLDER / NAME)
    print(FOLDER / NAME)
    outcome = api.self_test(update=True)
    print("self-test:", "passed" if outcome["passed"] else outcome["missed"])


if __name__ == "__main__":
    main()
