# SPDX-License-Identifier: Apache-2.0
"""Human mixes in this console's terms: buses separated, equalisers fitted, compressors and reverbs translated."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mixassist.domain.parameters import PARAMETER, Group, keys_of
from mixassist.dsp.equalizer import equalizer_response
from mixassist.evaluation.agreed_levels import agreed_levels
from mixassist.evaluation.mix_decisions import MixedTrack
from mixassist.training.multitracks.console_fit import FIT_FREQUENCIES_HZ, equalizer_controls, response_db
from mixassist.training.multitracks.console_terms import compressor_controls, reverb_choice
from mixassist.training.multitracks.decisions import Decisions, wanted_level_lu, whole_kit
from mixassist.training.multitracks.human_mixes import HumanChannel, HumanMix


def track(mix: str, name: str, instrument: str, level: float) -> MixedTrack:
    return MixedTrack("song", mix, instrument, level, 1.0, (0.0,), False, {"gain": 0.0}, name)


def test_a_bus_that_is_not_in_the_data_is_taken_off() -> None:
    takes = {"Kick": ("kick", -10.0), "Snare": ("snare", -12.0), "Tom": ("tom", -18.0), "OH": ("overhead", -15.0)}
    takes |= {"Vox": ("lead_vocal", -6.0), "Gtr": ("electric_guitar", -9.0), "Gtr 2": ("electric_guitar", -11.0)}
    takes |= {"Bass": ("bass", -8.0), "Keys": ("keys", -14.0), "Shaker": ("percussion", -20.0)}
    drums = {"kick", "snare", "tom", "overhead"}
    tracks = []
    for mix, bus in (("A", 0.0), ("B", 0.0), ("C", 9.0)):  # C's faders stand 9 dB up, against a bus that is down
        tracks += [track(mix, n, i, lu + (bus if i in drums else 0.0)) for n, (i, lu) in takes.items()]
    levels, agreed = agreed_levels(tracks)
    third = [i for i, t in enumerate(tracks) if t.mix == "C"]
    first = [i for i, t in enumerate(tracks) if t.mix == "A"]
    assert levels[third] - levels[third].mean() == pytest.approx(levels[first] - levels[first].mean(), abs=0.01)
    assert agreed[third] == pytest.approx(agreed[first])


def test_one_engineers_taste_is_kept() -> None:
    names = ["Kick", "Snare", "Vox", "Gtr", "Bass"]
    kinds = ["kick", "snare", "lead_vocal", "electric_guitar", "bass"]
    tracks = [track(m, n, k, -10.0) for m in "ABC" for n, k in zip(names, kinds, strict=True)]
    tracks[1] = track("A", "Snare", "snare", -6.0)
    levels, _ = agreed_levels(tracks)
    assert levels[1] - levels[0] == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("band", "at_hz", "gain_db"),
    [
        ({"type": "NOTCH", "value": {"freq": 1000.0, "gain": 6.0, "q": 1.0}}, 1000.0, 6.0),
        ({"type": "LS", "value": {"freq": 400.0, "gain": -5.0}}, 30.0, -5.0),
        ({"type": "HS", "value": {"freq": 3000.0, "gain": 4.0}}, 18_000.0, 4.0),
        ({"type": "HP", "value": {"freq": 100.0, "gain": 12.0}}, 100.0, -3.01),
        ({"type": "LP", "value": {"freq": 8000.0, "gain": 24.0}}, 8000.0, -3.01),
    ],
)
def test_bands_of_other_desks_do_what_they_say(band: dict[str, object], at_hz: float, gain_db: float) -> None:
    response = response_db([band])
    assert np.interp(np.log(at_hz), np.log(FIT_FREQUENCIES_HZ), response) == pytest.approx(gain_db, abs=0.25)


def test_this_consoles_bands_come_near_to_another_desks() -> None:
    chain = [
        {"type": "LS", "value": {"freq": 100.0, "gain": -6.0}},
        {"type": "NOTCH", "value": {"freq": 2500.0, "gain": 4.0, "q": 0.9}},
    ]
    wanted = response_db(chain)
    (found,) = equalizer_controls([wanted])
    assert set(found) == set(keys_of(Group.EQUALIZER))
    tensors = {k: torch.tensor([float(v)], dtype=torch.float64) for k, v in found.items()}
    response = 20.0 * torch.log10(equalizer_response(tensors, torch.from_numpy(FIT_FREQUENCIES_HZ), 96_000).abs())
    assert float((response[0] - torch.from_numpy(wanted)).abs().max()) < 1.0


def test_broken_bands_do_nothing() -> None:
    odd = [{"type": "HP"}, {"type": "NOTCH", "value": {"freq": None, "gain": 3}}, {"value": {"freq": 0, "gain": 3}}]
    assert np.all(response_db(odd) == 0.0)  # type: ignore[arg-type]


def test_a_threshold_moves_with_the_take() -> None:
    parameters = {"compression": [{"gain": 3}, {"ratio": "4:1", "thresh": -20.0, "attack": 10, "release": 80}]}
    found = compressor_controls(parameters, raw_lufs=-30.0)
    assert found == {"threshold_db": -13.0, "ratio": 4.0, "attack_ms": 10.0, "release_ms": 80.0}
    assert compressor_controls({"compression": [{"ratio": "1:1", "thresh": -20}]}, -23.0) == {}
    assert compressor_controls({}, -23.0) == {}


def test_reverbs_get_a_type_and_a_level_below_the_dry_sound() -> None:
    hall = {"reverb": [{"type": "HALL", "gain": -12.0, "send": "True"}]}
    assert reverb_choice(hall) == ("hall", -17.0)
    louder = reverb_choice({"reverb": [{"type": "PLATE", "gain": 6.0, "send": "True"}]})
    assert louder is not None and louder[0] == "plate" and -17.0 < louder[1] <= -11.0
    assert reverb_choice({"reverb": [{"type": "N/A", "gain": 0}]}) is None


def channel(instrument: str, level: float, **more: object) -> HumanChannel:
    words = {"raw_lufs": -23.0, "agreed_lu": level, "pan": 0.0, "is_stereo": False, "settings": {}, "reverb": None}
    return HumanChannel(instrument=instrument, level_lu=level, **{**words, **more})  # type: ignore[arg-type]


def test_one_mixs_channels_are_handed_out_by_instrument() -> None:
    mix = HumanMix("song", "A", 1.0, (channel("kick", -3.0), channel("bass", 1.0), channel("lead_vocal", 5.0)))
    other = HumanMix("song 2", "B", 0.0, (channel("snare", -7.0), channel("keys", 2.0)))
    found = Decisions([mix, other]).channels_for(
        ["bass", "kick", "lead_vocal", "snare", "strings"], np.random.default_rng(0)
    )
    assert [c.level_lu for c in found[:4]] == [1.0, -3.0, 5.0, -7.0]
    assert found[4].instrument == "strings" and found[4].level_lu == pytest.approx(2.0, abs=1.0)


def test_neighbours_in_a_session_stay_together() -> None:
    """A take and its double were panned against each other: two stems get two channels that stand side by side."""
    guitars = [channel("electric_guitar", float(n), pan=-1.0 if n % 2 else 1.0) for n in range(8)]
    decisions = Decisions([HumanMix("song", "A", 1.0, (channel("kick", -3.0), *guitars))])
    starts = set()
    for seed in range(20):
        one, other = decisions.channels_for(["electric_guitar"] * 2, np.random.default_rng(seed))
        assert other.level_lu == one.level_lu + 1.0 and other.pan == -one.pan
        starts.add(one.level_lu)
    assert len(starts) > 3
    every = decisions.channels_for(["electric_guitar"] * 9, np.random.default_rng(0))
    assert [c.level_lu for c in every[:8]] == list(range(8)), "all of them in order; a ninth is drawn again"


def test_songs_kept_apart_are_never_drawn() -> None:
    mixes = [HumanMix("a", "A", 1.0, (channel("kick", 0.0),)), HumanMix("b", "B", 1.0, (channel("kick", 9.0),))]
    drawn = Decisions(mixes, without=["b"])
    lots = np.random.default_rng(1)
    assert all(drawn.draw_mix(lots).song == "a" for _ in range(20))
    assert [c.level_lu for c in drawn.channels_for(["kick"] * 5, lots)] == [0.0] * 5


def test_a_whole_kit_is_the_sum_of_its_channels() -> None:
    kit = whole_kit(HumanMix("s", "A", 1.0, (channel("kick", 0.0), channel("snare", 0.0), channel("bass", 9.0))))
    assert kit is not None and kit.is_stereo
    assert kit.level_lu == pytest.approx(3.01, abs=0.01)
    assert whole_kit(HumanMix("s", "A", 1.0, (channel("bass", 0.0),))) is None


def test_levels_stand_between_the_engineers_and_the_agreed() -> None:
    assert wanted_level_lu(channel("kick", 4.0, agreed_lu=0.0)) == 2.0
    assert wanted_level_lu(channel("kick", -60.0, agreed_lu=-60.0)) == -20.0


def test_fits_stay_inside_the_table() -> None:
    steep = response_db([{"type": "HP", "value": {"freq": 900.0, "gain": 48.0}}])
    (found,) = equalizer_controls([steep])
    for key, value in found.items():
        assert PARAMETER[key].minimum <= float(value) <= PARAMETER[key].maximum
