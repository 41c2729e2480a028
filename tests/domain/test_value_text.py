# SPDX-License-Identifier: Apache-2.0
"""Values as people read and type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixassist.domain.errors import ControlError, MixAssistError
from mixassist.domain.parameters import KEYS, PARAMETERS, Parameter, Value, parameter
from mixassist.domain.value_text import format_value, nearest_value, parse_value, range_text

by_key = pytest.mark.parametrize("p", PARAMETERS, ids=KEYS)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("fader_db", -3.0, "−3.0 dB"),
        ("fader_db", 0.0, "0.0 dB"),
        ("fader_db", 12.0, "12.0 dB"),
        ("fader_db", -0.01, "0.0 dB"),
        ("fader_db", -60.0, "−∞ dB"),
        ("fader_db", -59.97, "−∞ dB"),
        ("threshold_db", -60.0, "−60.0 dB"),
        ("mid_freq_hz", 2000.0, "2.00 kHz"),
        ("mid_freq_hz", 999.4, "999 Hz"),
        ("mid_freq_hz", 999.6, "1.00 kHz"),
        ("low_shelf_freq_hz", 80.0, "80 Hz"),
        ("attack_ms", 30.0, "30 ms"),
        ("attack_ms", 0.03, "0.03 ms"),
        ("attack_ms", 2.0, "2.0 ms"),
        ("release_ms", 1200.0, "1200 ms"),
        ("ratio", 4.0, "4.00:1"),
        ("mid_q", 0.7, "0.70"),
        ("pan", -0.3, "L30"),
        ("pan", 0.0, "C"),
        ("pan", 0.004, "C"),
        ("pan", 1.0, "R100"),
        ("reverb_wet", 0.5, "50 %"),
        ("reverb_type", "small_room", "Small room"),
        ("polarity_inverted", True, "on"),
        ("polarity_inverted", False, "off"),
    ],
)
def test_format(key: str, value: Value, text: str) -> None:
    assert format_value(parameter(key), value) == text


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("fader_db", "-3", -3.0),
        ("fader_db", " − 3,5 dB ", -3.5),
        ("fader_db", "+6DB", 6.0),
        ("fader_db", "-3 db", -3.0),
        ("fader_db", "–2.", -2.0),
        ("fader_db", ".5", 0.5),
        ("fader_db", "-inf", -60.0),
        ("fader_db", "−∞", -60.0),
        ("fader_db", "-Inf dB", -60.0),
        ("fader_db", "-90", -60.0),
        ("mid_freq_hz", "2k", 2000.0),
        ("mid_freq_hz", "2.5 kHz", 2500.0),
        ("mid_freq_hz", "2,5k", 2500.0),
        ("mid_freq_hz", "700\u202fHz", 700.0),
        ("attack_ms", "30ms", 30.0),
        ("attack_ms", "500 µs", 0.5),
        ("release_ms", "1.2 s", 1200.0),
        ("release_ms", "1,2s", 1200.0),
        ("ratio", "4:1", 4.0),
        ("ratio", "4", 4.0),
        ("ratio", "2.5 : 1", 2.5),
        ("mid_q", "0,7", 0.7),
        ("pan", "L30", -0.3),
        ("pan", "l 30 %", -0.3),
        ("pan", "R 5", 0.05),
        ("pan", "30R", 0.3),
        ("pan", "right", 1.0),
        ("pan", "Left 20", -0.2),
        ("pan", "L", -1.0),
        ("pan", "c", 0.0),
        ("pan", "Centre", 0.0),
        ("pan", "-30", -0.3),
        ("pan", "30%", 0.3),
        ("pan", "0.5", 0.5),
        ("pan", "-1.0", -1.0),
        ("pan", "0", 0.0),
        ("reverb_wet", "50%", 0.5),
        ("reverb_wet", "50", 0.5),
        ("reverb_wet", "0.25", 0.25),
        ("reverb_wet", "0.5%", 0.005),
        ("reverb_decay", "100 %", 1.0),
        ("reverb_type", "Hall", "hall"),
        ("reverb_type", "large-room", "large_room"),
        ("reverb_type", "med", "medium_room"),
        ("polarity_inverted", "ON", True),
        ("polarity_inverted", "normal", False),
    ],
)
def test_parse(key: str, text: str, value: Value) -> None:
    assert parse_value(parameter(key), text) == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("fader_db", ""), ("fader_db", "loud"), ("fader_db", "13"), ("fader_db", "inf"), ("fader_db", "nan"),
        ("fader_db", "--3"), ("fader_db", "-3 Hz"), ("fader_db", "1,234.5"), ("fader_db", "1e1"), ("fader_db", "٣"),
        ("threshold_db", "-inf"), ("threshold_db", "-61"), ("mid_freq_hz", "2 dB"), ("mid_freq_hz", "2kk"),
        ("mid_freq_hz", "-700"), ("attack_ms", "1 s"), ("release_ms", "0"), ("ratio", "4:2"), ("ratio", "0.5"),
        ("pan", "L101"), ("pan", "L-30"), ("pan", "L30R"), ("pan", "up"), ("pan", "200"), ("pan", "L30x"),
        ("reverb_wet", "101%"), ("reverb_wet", "-1"), ("reverb_wet", "5 dB"), ("reverb_type", "room"),
        ("reverb_type", "_"), ("polarity_inverted", "maybe"), ("pan", "9" * 5000),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_a_sentence(key: str, text: str) -> None:
    with pytest.raises(ControlError) as caught:
        parse_value(parameter(key), text)
    line = str(caught.value)
    assert line.startswith(f"{key}: ")
    assert "is not a value of" in line
    assert len(line) < 250


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("fader_db", "99", 12.0), ("fader_db", "-99", -60.0), ("fader_db", "-3", -3.0),
        ("mid_freq_hz", "50 kHz", 6000.0),
        ("attack_ms", "1 s", 30.0), ("ratio", "0.5", 1.0), ("pan", "L130", -1.0), ("reverb_wet", "101%", 1.0),
        ("polarity_inverted", "on", True),
    ],
)  # fmt: skip
def test_a_number_beyond_the_range_is_its_end_where_somebody_types(key: str, text: str, value: Value) -> None:
    assert nearest_value(parameter(key), text) == value


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("fader_db", "abc", 'Fader, −60 … 12 dB: "abc" is no value; type a value such as -3 dB'),
        ("mid_freq_hz", "2kk", 'Mid frequency, 500 Hz … 6.00 kHz: "2kk" is no value; type a value such as 250'),
        ("pan", "up", 'Pan, L100 … R100: "up" is no value; type a place such as L30, C or R100'),
        ("reverb_type", "room", 'Reverb type: "room" is no value; type one of Small room, '),
        ("ratio", " ", "Ratio, 1 … 10:1: type a value such as 4:1"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_told_in_a_person_s_words(key: str, text: str, told: str) -> None:
    with pytest.raises(MixAssistError) as caught:
        nearest_value(parameter(key), text)
    assert str(caught.value).startswith(told)


@by_key
def test_a_range_is_written_without_the_key(p: Parameter) -> None:
    if p.is_continuous:
        assert " … " in range_text(p)
        assert "_" not in range_text(p)


@by_key
@given(place=st.floats(0, 1))
def test_what_is_shown_can_be_typed_and_shows_the_same(p: Parameter, place: float) -> None:
    text = format_value(p, p.denormalised(place))
    assert format_value(p, parse_value(p, text)) == text


@by_key
@given(place=st.floats(0, 1))
def test_what_is_typed_from_the_display_is_the_value_to_its_decimals(p: Parameter, place: float) -> None:
    value = p.denormalised(place)
    typed = parse_value(p, format_value(p, value))
    if isinstance(value, float) and isinstance(typed, float):
        assert typed == pytest.approx(
            value, abs=0.501 if p.unit == "Hz" else 0.0501, rel=0.051 if p.unit == "ms" else 0.006
        )
    else:
        assert typed == value


@by_key
@given(text=st.text(max_size=80))
def test_any_text_is_a_value_or_a_control_error(p: Parameter, text: str) -> None:
    try:
        value = parse_value(p, text)
    except ControlError:
        return
    assert p.checked(value) == value
