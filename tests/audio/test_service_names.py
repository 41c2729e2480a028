# SPDX-License-Identifier: Apache-2.0
"""Clicks, guides and rough mixes are told from music by their names."""

from __future__ import annotations

import pytest

from mixassist.audio.instruments import guess_instrument
from mixassist.audio.service_names import Service, service_of


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("00_Click", Service.CUE),
        ("Click Track", Service.CUE),
        ("Klick", Service.CUE),
        ("51_Talkback", Service.CUE),
        ("Talk Back Mic", Service.CUE),
        ("TB", Service.CUE),
        ("Count In", Service.CUE),
        ("Métronome", Service.CUE),
        ("50_Guide Vox", Service.GUIDE),
        ("Scratch Gtr", Service.GUIDE),
        ("Rough Mix", Service.MIX),
        ("RoughMix_03", Service.MIX),
        ("Stereo Out", Service.MIX),
        ("Mixdown", Service.MIX),
        ("Ref Mix", Service.MIX),
        ("Kick Click", None),
        ("Stick Click", None),
        ("Snare Bounce", None),
        ("Scratch", None),
        ("DJ Scratches", None),
        ("Lead Vox", None),
        ("Mix Bus Drums", None),
        ("Other", None),
        ("no_vocals", None),
        ("Audio 12", None),
    ],
)
def test_names_tell_what_a_track_is_there_for(name: str, service: Service | None) -> None:
    assert service_of(name) is service


@pytest.mark.parametrize("name", ["Vox Verb", "Snare Verb", "Vox Delay", "Gtr Echo", "Lead Vocal Throw"])
def test_returns_are_effects_whatever_feeds_them(name: str) -> None:
    assert guess_instrument(name).instrument == "effects"


def test_an_effect_named_first_is_a_word_about_the_instrument() -> None:
    assert guess_instrument("Reverb Gtr").instrument == "electric_guitar"
    assert guess_instrument("Delay Vox").instrument == "lead_vocal"
