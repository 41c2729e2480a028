# SPDX-License-Identifier: Apache-2.0
"""The table of controls against the design's own table, and the travel of every control."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixassist.domain.errors import ControlError
from mixassist.domain.parameters import (
    BANDS,
    KEYS,
    PARAMETER,
    PARAMETERS,
    REVERB_TYPES,
    SHELF_Q,
    Group,
    Parameter,
    Scale,
    keys_of,
    parameter,
)

# The design's table, written out once more and independently: key, unit, minimum, maximum, default, scale.
DESIGN = [
    ("input_gain_db", "dB", -24, 24, 0, "linear"),
    ("polarity_inverted", "", 0, 1, False, "switch"),
    ("low_shelf_gain_db", "dB", -24, 24, 0, "linear"),
    ("low_shelf_freq_hz", "Hz", 20, 1000, 80, "log"),
    ("low_mid_gain_db", "dB", -24, 24, 0, "linear"),
    ("low_mid_freq_hz", "Hz", 200, 5000, 400, "log"),
    ("low_mid_q", "", 0.1, 10, 0.7, "log"),
    ("mid_gain_db", "dB", -24, 24, 0, "linear"),
    ("mid_freq_hz", "Hz", 500, 6000, 1000, "log"),
    ("mid_q", "", 0.1, 10, 0.7, "log"),
    ("high_mid_gain_db", "dB", -24, 24, 0, "linear"),
    ("high_mid_freq_hz", "Hz", 2000, 10000, 5000, "log"),
    ("high_mid_q", "", 0.1, 10, 0.7, "log"),
    ("high_shelf_gain_db", "dB", -24, 24, 0, "linear"),
    ("high_shelf_freq_hz", "Hz", 8000, 20000, 10000, "log"),
    ("threshold_db", "dB", -60, 0, 0, "linear"),
    ("attack_ms", "ms", 0.03, 30, 2, "log"),
    ("release_ms", "ms", 50, 3000, 50, "log"),
    ("ratio", ":1", 1, 10, 2, "log"),
    ("makeup_gain_db", "dB", -12, 12, 0, "linear"),
    ("reverb_type", "", 0, 4, "small_room", "choice"),
    ("reverb_decay", "", 0.1, 1, 1, "linear"),
    ("reverb_dry", "", 0, 1, 1, "linear"),
    ("reverb_wet", "", 0, 1, 0, "linear"),
    ("fader_db", "dB", -60, 12, 0, "fader"),
    ("pan", "", -1, 1, 0, "linear"),
]
CONTINUOUS = [p for p in PARAMETERS if p.is_continuous]
by_key = pytest.mark.parametrize("p", PARAMETERS, ids=KEYS)
by_continuous = pytest.mark.parametrize("p", CONTINUOUS, ids=[p.key for p in CONTINUOUS])


def test_the_table_is_the_designs_table_in_its_order() -> None:
    built = [(p.key, p.unit, p.minimum, p.maximum, p.default, p.scale.value) for p in PARAMETERS]
    assert built == DESIGN
    assert len(PARAMETERS) == 26
    assert KEYS == tuple(PARAMETER) == tuple(row[0] for row in DESIGN)


def test_groups_are_contiguous_and_sum_up_to_the_conditioning_of_the_network() -> None:
    sizes = {group: len(keys_of(group)) for group in Group}
    expected = {"input": 2, "equalizer": 13, "compressor": 5, "reverb": 4, "output": 2}
    assert {group.value: size for group, size in sizes.items()} == expected
    assert sum((keys_of(group) for group in Group), ()) == KEYS
    assert sizes[Group.REVERB] - 1 + len(REVERB_TYPES) == 8


def test_bands_name_existing_controls() -> None:
    for band in BANDS:
        assert f"{band}_gain_db" in KEYS
        assert f"{band}_freq_hz" in KEYS
        assert (f"{band}_q" in KEYS) is not band.endswith("shelf")
    assert SHELF_Q == 0.707


@by_key
def test_every_control_has_words_and_a_default_of_its_own_type(p: Parameter) -> None:
    assert p.label
    assert p.tooltip.endswith(".")
    assert p.checked(p.default) == p.default
    assert p.step > 0
    assert 0 <= p.normalised(p.default) <= 1


def test_labels_are_unique_and_the_reverb_types_are_the_designs() -> None:
    assert len({p.label for p in PARAMETERS}) == 26
    assert parameter("reverb_type").choices == ("small_room", "medium_room", "large_room", "hall", "plate")


@by_continuous
def test_ends_of_the_travel_are_the_ends_of_the_range_exactly(p: Parameter) -> None:
    assert (p.normalised(p.minimum), p.normalised(p.maximum)) == (0.0, 1.0)
    assert (p.denormalised(0.0), p.denormalised(1.0)) == (p.minimum, p.maximum)
    assert (p.denormalised(-5.0), p.denormalised(7.0)) == (p.minimum, p.maximum)


@by_continuous
@given(place=st.floats(0, 1))
def test_a_place_survives_the_way_to_a_value_and_back(p: Parameter, place: float) -> None:
    assert p.normalised(p.denormalised(place)) == pytest.approx(place, abs=3e-5 if p.key == "fader_db" else 1e-12)


@by_continuous
@given(data=st.data())
def test_a_value_survives_the_way_to_a_place_and_back(p: Parameter, data: st.DataObject) -> None:
    value = data.draw(st.floats(p.minimum, p.maximum))
    assert p.denormalised(p.normalised(value)) == pytest.approx(value, rel=1e-9, abs=1e-2 if value < -59.9 else 2e-4)


@by_continuous
@given(first=st.floats(0, 1), second=st.floats(0, 1))
def test_the_travel_rises(p: Parameter, first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert p.denormalised(low) <= p.denormalised(high)  # type: ignore[operator]


def test_log_travel_has_the_geometric_mean_in_its_middle() -> None:
    for p in PARAMETERS:
        if p.scale is Scale.LOG:
            assert p.denormalised(0.5) == pytest.approx(math.sqrt(p.minimum * p.maximum))
        if p.scale is Scale.LINEAR:
            assert p.denormalised(0.5) == pytest.approx((p.minimum + p.maximum) / 2)


def test_discrete_controls_have_places_too() -> None:
    polarity, reverb = parameter("polarity_inverted"), parameter("reverb_type")
    assert [polarity.normalised(v) for v in (False, True)] == [0.0, 1.0]
    assert [polarity.denormalised(x) for x in (0, 0.49, 0.5, 1)] == [False, False, True, True]
    for choice in REVERB_TYPES:
        assert reverb.denormalised(reverb.normalised(choice)) == choice


@by_continuous
@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 1e300, 10**400, -(10**400), "1", None, True, [], b"1"]
)
def test_a_continuous_control_refuses_what_is_no_number_in_its_range(p: Parameter, value: object) -> None:
    with pytest.raises(ControlError, match=p.key) as caught:
        p.checked(value)
    assert "expected" in str(caught.value)
    assert len(str(caught.value)) < 200


@by_continuous
def test_just_outside_is_refused_and_clipped_comes_back_inside(p: Parameter) -> None:
    for end, towards in ((p.minimum, -math.inf), (p.maximum, math.inf)):
        outside = math.nextafter(end, towards)
        with pytest.raises(ControlError, match=r" … "):
            p.checked(outside)
        assert p.clipped(outside) == end
        assert p.checked(end) == end


@pytest.mark.parametrize("value", [0, 1, 1.0, "on", None])
def test_a_switch_takes_only_booleans(value: object) -> None:
    with pytest.raises(ControlError, match="true or false"):
        parameter("polarity_inverted").checked(value)


@pytest.mark.parametrize("value", ["cathedral", 0, None, True, "Hall", ["hall"]])
def test_a_choice_takes_only_its_names(value: object) -> None:
    with pytest.raises(ControlError, match="one of small_room"):
        parameter("reverb_type").checked(value)


def test_integers_become_floats() -> None:
    assert type(parameter("pan").checked(1)) is float


@by_continuous
def test_steps_move_and_stop_at_the_ends(p: Parameter) -> None:
    middle = p.denormalised(0.5)
    assert isinstance(middle, float)
    assert p.stepped(middle, 1) > middle > p.stepped(middle, -1)
    assert p.stepped(p.stepped(middle, 0.25), -0.25) == pytest.approx(middle)
    assert (p.stepped(p.maximum, 5), p.stepped(p.minimum, -5)) == (p.maximum, p.minimum)


def test_an_unknown_key_is_an_error_with_the_key() -> None:
    with pytest.raises(ControlError, match="volume: there is no such control"):
        parameter("volume")
    with pytest.raises(ControlError) as caught:
        parameter("x" * 10_000)
    assert len(str(caught.value)) < 200
