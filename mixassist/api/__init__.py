# SPDX-License-Identifier: Apache-2.0
"""The use cases as plain functions with progress and cancel; the public Python API.

A script needs no more than this::

    from mixassist import api

    opened = api.open_source(["stems/"])
    suggestion = api.automix(opened.session, opened.stems)
    session = api.apply_suggestion(opened.session, suggestion)
    api.export_mix(session, opened.stems, "mix.wav")
"""

from mixassist.analysis.portraits import ChannelPortrait
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
from mixassist.api.faults import SessionFault, find_session_faults
from mixassist.api.honesty import Honesty, channel_honesty
from mixassist.api.inspecting import inspect
from mixassist.api.listening import Prepared, prepare_versions, verify_listening_log, write_listening_report
from mixassist.api.numbers import Numbers, numbers_of, range_sentence
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
from mixassist.api.portraits import channel_portrait
from mixassist.api.reasoning import Reason, reason_lines, why
from mixassist.api.reduction import channel_reduction_db
from mixassist.api.reporting import write_report
from mixassist.api.seeing import (
    Subject,
    identity_of,
    level_match_db,
    part_of,
    residual_of,
    residual_to_play,
    sound_of,
    waveform_of,
)
from mixassist.api.settings import available_views, default_view
from mixassist.api.testing import self_test
from mixassist.api.views import look_for_views
from mixassist.audio.importing import ImportNote

__all__ = [
    "DEFAULT_METHOD",
    "METHOD_NAMES",
    "ChannelPortrait",
    "Honesty",
    "ImportNote",
    "Imported",
    "MixReport",
    "Numbers",
    "Opened",
    "Prepared",
    "Reason",
    "SessionFault",
    "Subject",
    "Suggestion",
    "apply_suggestion",
    "automix",
    "available_views",
    "channel_honesty",
    "channel_portrait",
    "channel_reduction_db",
    "compare",
    "decode",
    "default_view",
    "demo_session_path",
    "evaluate",
    "export_mix",
    "export_parameters",
    "export_stems",
    "find_session_faults",
    "fitted_master",
    "identity_of",
    "import_tracks",
    "inspect",
    "level_match_db",
    "look_for_views",
    "numbers_of",
    "open_source",
    "part_of",
    "prepare_versions",
    "range_sentence",
    "reason_lines",
    "relink",
    "residual_of",
    "residual_to_play",
    "save",
    "self_test",
    "sound_of",
    "use_parameters",
    "verify_listening_log",
    "waveform_of",
    "why",
    "write_listening_report",
    "write_report",
]
