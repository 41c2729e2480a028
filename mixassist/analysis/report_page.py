# SPDX-License-Identifier: Apache-2.0
"""The report as one page: everything inside it, nothing fetched, no script."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from html import escape
from operator import attrgetter
from typing import TYPE_CHECKING

from mixassist.analysis.drawing import time_text
from mixassist.analysis.explained import EXPLAINED
from mixassist.analysis.finished_music import bands_outside
from mixassist.domain.channel import Channel
from mixassist.domain.fader_law import FADER_FLOOR_DB
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.parameters import PARAMETERS, Group, Parameter, Scale, Value, keys_of
from mixassist.domain.track import Track

if TYPE_CHECKING:
    from mixassist.analysis.report import Findings, ReportData
    from mixassist.analysis.report_pictures import Picture

_VIEW_ROWS = (
    "integrated_lufs",
    "loudness_range_lu",
    "max_momentary_lufs",
    "max_short_term_lufs",
    "true_peak_dbtp",
    "sample_peak_dbfs",
    "rms_dbfs",
    "crest_factor_db",
    "stereo_width_db",
    "correlation",
    "mono_compatibility_lu",
    "bands_outside",
)
_COMPARISON_ROWS = (
    "loudness_difference_lu",
    "gain_db",
    "stft_total",
    "stft_sum",
    "stft_difference",
    "log_spectral_distance_db",
    "mean_absolute_error",
    "error_to_signal_ratio",
    "null_depth_db",
    "best_null.null_depth_db",
    "best_null.gain_db",
    "best_null.lag_frames",
)
_GROUP_WORDS = {
    Group.INPUT: "Input",
    Group.EQUALIZER: "Equaliser",
    Group.COMPRESSOR: "Compressor",
    Group.REVERB: "Reverb",
    Group.OUTPUT: "Output",
}

_CSS = """
:root { color-scheme: light; --ink: #1b1f24; --faint: #5c6670; --line: #dfe3e8; --tint: #f5f7f9; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 1180px; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .6rem; }
p, ul { max-width: 75ch; margin: .3rem 0; }
.facts, figcaption, .hint { color: var(--faint); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .28rem .7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
thead th { vertical-align: bottom; border-bottom: 2px solid var(--ink); }
tbody th, th.name { text-align: left; }
.numbers td.what { text-align: left; white-space: normal; color: var(--faint); min-width: 22rem; }
.channels { font-size: .84rem; }
.channels th.name { position: sticky; left: 0; background: #fff; border-right: 1px solid var(--line); }
.channels thead tr:first-child th { text-align: left; border-bottom: 0; color: var(--faint); }
.channels .first { border-left: 1px solid var(--line); }
.channels small, .numbers small { font-weight: 400; color: var(--faint); display: block; }
.channels td.still { color: #6b747d; }
.channels td.moved { font-weight: 600; }
.channels tr.silent th.name { color: #6b747d; }
figure { margin: 0 0 1.6rem; }
.effects thead th { white-space: normal; max-width: 9rem; }
details { margin: .4rem 0; } summary { cursor: pointer; font-weight: 600; padding: .2rem 0; overflow-wrap: anywhere; }
figure img { width: 100%; height: auto; display: block; }
@media print { body { max-width: none; padding: 0; } .channels { font-size: .5rem; } figure { break-inside: avoid; } }
"""


def page_html(data: ReportData, findings: Findings, pictures: Sequence[Picture]) -> str:
    """Returns the whole page. Every name is escaped; pictures are inside as data."""
    name = escape(data.session.name)
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{name} – mix report</title>",
        f"<style>{_CSS}</style></head><body>",
        f"<h1>{name}</h1>",
        f'<p class="facts">{escape(_facts(data))}</p>',
        _notes_html(data, findings),
        "<h2>The mix in numbers</h2>",
        _views_table(findings),
        _comparisons_html(findings),
        "<h2>Pictures</h2>",
        *(_figure_html(picture) for picture in pictures if not picture.is_of_channel),
        _effects_html(data, pictures),
        "<h2>Channels</h2>",
        '<p class="hint">Every control of every strip. Bold: moved away from neutral.</p>',
        _channels_table(data),
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _facts(data: ReportData) -> str:
    session, master = data.session, data.master
    target = "off" if master.loudness_target_lufs is None else f"{master.loudness_target_lufs:g} LUFS"
    count = len(session.tracks)
    facts = [
        f"{count} track{'' if count == 1 else 's'}",
        time_text(data.length_s),
        f"{session.sample_rate_hz / 1000:g} kHz",
        f"mixed by {data.method}" if data.method else "",
        f"master {master.gain_db:+.1f} dB (target {target}, ceiling {master.ceiling_dbtp:g} dBTP)",
    ]
    return " · ".join(fact for fact in facts if fact).replace("-", "−")


def _notes_html(data: ReportData, findings: Findings) -> str:
    notes = [*data.notes]
    for name, comparison in findings.comparisons.items():
        notes += [f"{name.replace('_', ' ').capitalize()}: {note}" for note in comparison.notes]
    if not notes:
        return ""
    return "<h2>Notes</h2>\n<ul>" + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>"


def _views_table(findings: Findings) -> str:
    columns = [(str(view), measures) for view, measures in findings.views.items()]

    def value(key: str, index: int) -> float:
        return bands_outside(columns[index][1]) if key == "bands_outside" else attrgetter(key)(columns[index][1])

    return _numbers_table([c[0] for c in columns], _VIEW_ROWS, value)


def _effects_html(data: ReportData, pictures: Sequence[Picture]) -> str:
    """Returns what each channel's effects do: a table of their numbers, and the pictures, folded when they are many."""
    if not data.portraits:
        return ""
    views = list(dict.fromkeys(view for portraits in data.portraits.values() for view in portraits))
    keys = ("reverberation_s", "early_decay_s", "thd_percent")
    heads = "".join(f"<th>{escape(EXPLAINED[k].label)}<small>{escape(v)}</small></th>" for k in keys for v in views)
    rows = []
    for name, portraits in data.portraits.items():
        found = {view: portrait.to_dict() for view, portrait in portraits.items()}
        cells = "".join(
            f'<td title="{escape(EXPLAINED[k].sentence)}">{escape(EXPLAINED[k].text(found.get(v, {}).get(k)))}</td>'
            for k in keys
            for v in views
        )
        rows.append(f'<tr><th scope="row" class="name">{escape(name)}</th>{cells}</tr>')
    words = "".join(
        f"<li>{escape(f'{EXPLAINED[k].label}: {EXPLAINED[k].sentence} Source: {EXPLAINED[k].source}.')}</li>"
        for k in keys
    )
    return (
        f'<h2>Effects</h2><ul class="hint">{words}</ul>'
        f'<div class="scroll"><table class="numbers effects"><thead><tr><th class="name"></th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        + "".join(
            f"<details><summary>{escape(picture.title)}</summary>{_figure_html(picture)}</details>"
            for picture in pictures
            if picture.is_of_channel
        )
    )


def _comparisons_html(findings: Findings) -> str:
    if not findings.comparisons:
        return ""
    names = [" and ".join(reversed(name.split("_against_"))) for name in findings.comparisons]
    found = list(findings.comparisons.values())
    words = "The first of each pair is the reference. Dry is compared at the loudness of wet, model as it is."
    hint = f'<p class="hint">{words}</p>'
    return f"<h2>Differences in numbers</h2>\n{hint}\n" + _numbers_table(
        names, _COMPARISON_ROWS, lambda key, i: attrgetter(key)(found[i])
    )


def _numbers_table(columns: Sequence[str], keys: Sequence[str], value: Callable[[str, int], float]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    rows = []
    for key in keys:
        entry = EXPLAINED[key]
        cells = "".join(f"<td>{escape(entry.text(value(key, i)))}</td>" for i in range(len(columns)))
        tip = escape(f"{entry.sentence} Source: {entry.source}.", quote=True)
        what = f'<td class="what">{escape(entry.sentence)}</td>'
        rows.append(f'<tr title="{tip}"><th scope="row">{escape(entry.label)}</th>{cells}{what}</tr>')
    return (
        f'<div class="scroll"><table class="numbers"><thead><tr><th class="name"></th>{head}<th></th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _figure_html(picture: Picture) -> str:
    kind, suffix = ("image/png", "png") if picture.is_dense else ("image/svg+xml", "svg")
    content = base64.b64encode(picture.files[suffix]).decode()
    alternative = escape(f"{picture.title}. {picture.caption}", quote=True)
    return (
        f'<figure><img alt="{alternative}" src="data:{kind};base64,{content}">'
        f"<figcaption>{escape(picture.caption)}</figcaption></figure>"
    )


def _channels_table(data: ReportData) -> str:
    groups = "".join(f'<th class="first" colspan="{len(keys_of(g))}">{_GROUP_WORDS[g]}</th>' for g in Group)
    heads = "".join(
        f"<th{_first_class(p)}>{escape(_short_label(p))}<small>{escape(_unit_words(p))}</small></th>"
        for p in PARAMETERS
    )
    rows = "".join(_channel_row(data, track) for track in data.session.tracks)
    return (
        '<div class="scroll"><table class="channels"><thead>'
        f'<tr><th class="name"></th><th colspan="2"></th>{groups}</tr>'
        f'<tr><th class="name">Track</th><th>Instrument</th><th>In the mix<small>LUFS</small></th>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _channel_row(data: ReportData, track: Track) -> str:
    channel = track.channel
    is_audible = data.session.is_audible(track)
    instrument = INSTRUMENT[channel.instrument].label if channel.instrument in INSTRUMENT else channel.instrument
    loudness = EXPLAINED["integrated_lufs"].text(data.loudness_by_track.get(track.id))
    cells = "".join(_control_cell(p, channel) for p in PARAMETERS)
    return (
        f'<tr{"" if is_audible else " class=silent"}><th scope="row" class="name">{escape(track.name)}'
        f"{'' if is_audible else ' (muted)'}</th><td>{escape(instrument) or '–'}</td>"
        f"<td>{escape(loudness.removesuffix(' LUFS'))}</td>{cells}</tr>"
    )


def _control_cell(parameter: Parameter, channel: Channel) -> str:
    value = channel.controls[parameter.key]
    classes = ["moved" if value != parameter.default else "still"]
    if parameter.key == keys_of(parameter.group)[0]:
        classes.append("first")
    return f'<td class="{" ".join(classes)}">{escape(value_text(parameter, value))}</td>'


def value_text(parameter: Parameter, value: Value) -> str:
    """Formats a control's value without its unit: decimals from the table, a closed fader as −∞."""
    if parameter.scale is Scale.SWITCH:
        return "inverted" if value else "normal"
    if parameter.scale is Scale.CHOICE:
        return str(value).replace("_", " ")
    number = float(value)
    if parameter.scale is Scale.FADER and number <= FADER_FLOOR_DB:
        return "−∞"
    text = f"{number:.{parameter.decimals}f}"
    return text.replace("-", "−") if float(text) != 0.0 else text.lstrip("-")


def _short_label(parameter: Parameter) -> str:
    words = parameter.label.removeprefix("Reverb ").replace("frequency", "freq.")
    return words[0].upper() + words[1:]


def _unit_words(parameter: Parameter) -> str:
    return {"reverb_decay": "share", "reverb_dry": "factor", "reverb_wet": "factor", "pan": "−1 left … 1 right"}.get(
        parameter.key, parameter.unit or "\u00a0"
    )


def _first_class(parameter: Parameter) -> str:
    return ' class="first"' if parameter.key == keys_of(parameter.group)[0] else ""
