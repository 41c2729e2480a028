# SPDX-License-Identifier: Apache-2.0
"""The use cases as plain functions with progress and cancel; the public Python API.

A script needs no more than this::

    from mixassist import api

    opened = api.open_source(["stems/"])
    suggestion = api.automix(opened.session, opened.stems)
    session = api.apply_suggestion(opened.session, suggestion)
    api.export_mix(session, opened.stems, "mix.wav")
"""

from mixassist.api.automixing import (
    DEFAULT_METHOD,
    METHOD_NAMES,
    Suggestion,
    apply_suggestion,
    automix,
    fitted_master,
)
from mixassist.api.comparing import compare
from mixassist.api.evaluating import evaluate
from mixassist.api.exporting import MixReport, export_mix, export_parameters, export_stems, use_parameters
from mixassist.api.inspecting import inspect
from mixassist.api.opening import (
    Imported,
    Opened,
    decode,
    demo_session_path,
    import_tracks,
    open_source,
    relink,
    save,
)
from mixassist.api.reporting import write_report
from mixassist.api.settings import available_views, default_view
from mixassist.api.testing import self_test

__all__ = [
    "DEFAULT_METHOD",
    "METHOD_NAMES",
    "Imported",
    "MixReport",
    "Opened",
    "Suggestion",
    "apply_suggestion",
    "automix",
    "available_views",
    "compare",
    "decode",
    "default_view",
    "demo_session_path",
    "evaluate",
    "export_mix",
    "export_parameters",
    "export_stems",
    "fitted_master",
    "import_tracks",
    "inspect",
    "open_source",
    "relink",
    "save",
    "self_test",
    "use_parameters",
    "write_report",
]
