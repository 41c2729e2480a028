# SPDX-License-Identifier: Apache-2.0
"""The 26 values of a channel as one immutable, checked value."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixassist.domain.channel import Channel, Stages
from mixassist.domain.controls import NEUTRAL, Controls, with_amount
from mixassist.domain.errors import ControlError
from mixassist.domain.parameters import KEYS, PARAMETERS, Group, Value, keys_of

any_controls = st.fixed_dictionaries(
    {p.key: st.floats(0, 1).map(p.denormalised) for p in PARAMETERS},
).map(Controls)


def test_defaults_and_order_are_the_tables() -> None:
    assert dict(Controls()) == {p.key: p.default for p in PARAMETERS}
    assert tuple(Controls()) == KEYS
    assert len(Controls()) == 26
    assert Controls() == NEUTRAL


def test_some_values_set_the_rest_default() -> None:
    controls = Controls({"pan": -1, "reverb_type": "hall", "polarity_inverted": True})
    assert (controls["pan"], controls["reverb_type"], controls["polarity_inverted"]) == (-1.0, "hall", True)
    assert controls["fader_db"] == 0.0
    assert controls.number("polarity_inverted") == 1.0
    assert repr(controls) == "Controls({'polarity_inverted': True, 'reverb_type': 'hall', 'pan': -1.0})"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pan": 1.01}, "pan: 1.01 is not a value of pan; expected -1 … 1"),
        ({"fader_db": float("nan")}, "fader_db: nan is not a value"),
        ({"volume": 1}, "volume: there is no such control"),
        ({"reverb_type": "cave"}, "reverb_type: 'cave'"),
        ({"polarity_inverted": 1}, "polarity_inverted: 1 is not a value"),
    ],
)
def test_what_the_table_does_not_allow_is_refused_by_name(values: dict[str, object], words: str) -> None:
    with pytest.raises(ControlError) as made:
        Controls(values)
    with pytest.raises(ControlError) as replaced:
        NEUTRAL.replaced(values)
    assert str(made.value).startswith(words)
    assert str(replaced.value) == str(made.value)


def test_it_cannot_be_changed() -> None:
    controls = Controls()
    with pytest.raises(TypeError):
        controls["pan"] = 1.0  # type: ignore[index]
    with pytest.raises(AttributeError):
        controls.pan = 1.0  # type: ignore[attr-defined]
    source = {"pan": 0.5}
    built = Controls(source)
    source["pan"] = -0.5
    assert built["pan"] == 0.5


def test_an_unknown_key_of_a_mapping_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Controls()["volume"]
    assert "volume" not in Controls()
    assert Controls() != dict(Controls())


@given(any_controls)
def test_equal_values_are_equal_and_hash_alike(controls: Controls) -> None:
    twin = Controls(dict(controls))
    assert twin == controls
    assert hash(twin) == hash(controls)
    assert copy.deepcopy(controls) == controls


def test_pickled_into_a_process_with_other_string_hashes_it_still_is_a_key() -> None:
    code = (
        "import pickle, sys; from mixassist.domain.controls import Controls\n"
        "c = pickle.load(sys.stdin.buffer); sys.exit(0 if Controls({'pan': 0.25}) in {c} else 1)"
    )
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            input=pickle.dumps(Controls({"pan": 0.25})),
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=False,
        )
        assert run.returncode == 0


@given(any_controls, any_controls, st.sets(st.sampled_from(KEYS)))
def test_taking_keys_over_takes_these_and_no_others(mine: Controls, other: Controls, keys: set[str]) -> None:
    taken = mine.taken_from(other, keys)
    assert all(taken[key] == (other if key in keys else mine)[key] for key in KEYS)
    assert set(taken.moved_from(mine)) <= keys


def test_moved_from_names_what_moved_in_table_order() -> None:
    moved = NEUTRAL.replaced({"pan": 0.1, "polarity_inverted": True, "reverb_type": "plate"})
    assert moved.moved_from(NEUTRAL) == ("polarity_inverted", "reverb_type", "pan")
    assert NEUTRAL.moved_from(NEUTRAL) == ()


@given(any_controls, any_controls)
def test_amount_zero_is_neutral_and_one_is_the_prediction_exactly(neutral: Controls, prediction: Controls) -> None:
    assert with_amount(neutral, prediction, 1.0) == prediction
    assert with_amount(neutral, prediction, 0.0) == neutral


@given(any_controls, any_controls, st.floats(0, 1.5), st.floats(0, 1.5))
def test_amount_stays_in_range_and_moves_away_from_neutral(a: Controls, b: Controls, x: float, y: float) -> None:
    near, far = (with_amount(a, b, amount) for amount in sorted((x, y)))
    for p in PARAMETERS:
        if p.is_continuous:
            start = p.normalised(a[p.key])
            assert abs(p.normalised(near[p.key]) - start) <= abs(p.normalised(far[p.key]) - start) + 1e-4


def test_amount_moves_on_the_normalised_travel_and_clips_and_switches_at_half() -> None:
    prediction = Controls({"pan": 0.8, "mid_freq_hz": 4000.0, "polarity_inverted": True, "reverb_type": "hall"})
    half = with_amount(NEUTRAL, prediction, 0.5)
    assert half["pan"] == pytest.approx(0.4)
    assert half["mid_freq_hz"] == pytest.approx(2000.0)
    assert (half["polarity_inverted"], half["reverb_type"]) == (True, "hall")
    below = with_amount(NEUTRAL, prediction, 0.49)
    assert (below["polarity_inverted"], below["reverb_type"]) == (False, "small_room")
    beyond = with_amount(NEUTRAL, prediction, 1.5)
    assert (beyond["pan"], beyond["mid_freq_hz"]) == (1.0, 6000.0)


def test_a_prediction_is_kept_beside_the_values_and_locks_hold() -> None:
    channel = Channel(Controls({"pan": 0.3, "fader_db": -4.0}), locks=frozenset({"pan"}))
    predicted = channel.predicted(Controls({"pan": -1.0, "fader_db": -9.0}))
    assert (predicted.controls["pan"], predicted.controls["fader_db"]) == (0.3, -9.0)
    assert predicted.prediction == Controls({"pan": -1.0, "fader_db": -9.0})
    moved = predicted.with_controls({"fader_db": 1.0})
    assert moved.prediction == predicted.prediction
    assert channel.prediction is None


def test_locks_name_controls_of_the_table() -> None:
    with pytest.raises(ControlError, match="volume"):
        Channel(locks=frozenset({"volume"}))
    equalizer = Channel(locks=frozenset(keys_of(Group.EQUALIZER)))
    assert equalizer.group_is_locked(Group.EQUALIZER)
    assert not equalizer.group_is_locked(Group.REVERB)
    assert Channel().stages == Stages(True, True, True)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # drawing is slow on a busy machine
@given(st.dictionaries(st.sampled_from(KEYS), st.none() | st.booleans() | st.integers() | st.floats() | st.text()))
def test_whatever_is_accepted_is_inside_the_table(values: dict[str, Value]) -> None:
    try:
        controls = Controls(values)
    except ControlError:
        return
    for p in PARAMETERS:
        assert p.checked(controls[p.key]) == controls[p.key]
