# SPDX-License-Identifier: Apache-2.0
"""What pictures are made of: views, channels, snapshots, visible parts, differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist import api
from mixassist.analysis.sounds import ArraySound, Sound
from mixassist.api.opening import Opened
from mixassist.domain.channel import View
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken
from mixassist.rendering.mixdown import mix_blocks

RATE = 44_100
SECONDS = 6.0


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Three stems, each processed in another way."""
    folder = tmp_path / "stems"
    folder.mkdir()
    rng = np.random.default_rng(3)
    time_s = np.arange(round(SECONDS * RATE)) / RATE
    for name, hz in (("Kick", 60.0), ("Keys", 330.0), ("Vox", 440.0)):
        beats = np.exp(-6.0 * (time_s * 2.0 % 1.0))
        audio = 0.2 * np.sin(2 * np.pi * hz * time_s) * beats + 0.01 * rng.standard_normal(len(time_s))
        soundfile.write(folder / f"{name}.wav", audio, RATE, subtype="FLOAT")
    opened = api.open_source([folder])
    session = opened.session
    for name, controls in (
        ("Kick", {"threshold_db": -30.0, "ratio": 4.0, "fader_db": -3.0}),
        ("Keys", {"mid_gain_db": 6.0, "pan": -0.5}),
        ("Vox", {"reverb_wet": 0.3, "low_shelf_gain_db": -6.0}),
    ):
        track = session.track_named(name)
        session = session.with_track(track.with_channel(track.channel.with_controls(dict(controls))))
    yield replace(opened, session=session)
    opened.stems.close()


def samples(sound: Sound, start_s: float = 0.0, seconds: float = SECONDS) -> np.ndarray:
    return sound.read(round(start_s * RATE), round(seconds * RATE))


def test_the_mix_is_what_would_be_written(opened: Opened, tmp_path: Path) -> None:
    sound = api.sound_of(opened.session, opened.stems, api.Subject(View.WET))
    api.export_mix(replace(opened.session, view=View.WET), opened.stems, tmp_path / "mix.wav", bit_depth=32)
    written, _ = soundfile.read(tmp_path / "mix.wav", dtype="float32")
    assert sound.frames == len(written)
    assert np.array_equal(sound.read(0, sound.frames), written)


def test_channels_add_up_to_the_mix_though_they_are_muted(opened: Opened) -> None:
    session = opened.session
    whole = samples(api.sound_of(session, opened.stems, api.Subject(View.WET)))
    muted = session.with_channels(lambda t: replace(t.channel, mute=True))
    parts = [samples(api.sound_of(muted, opened.stems, api.Subject(View.WET, t.id))) for t in session.tracks]
    assert np.abs(sum(parts) - whole).max() < 1e-6
    assert all(part.any() for part in parts)


def test_a_name_stands_for_the_samples(opened: Opened) -> None:
    session, stems = opened.session, opened.stems
    stems.decode([stems.stem(t.source, RATE) for t in session.tracks])
    vox = session.track_named("Vox")
    changed = session.with_track(vox.with_channel(vox.channel.with_controls({"reverb_wet": 0.4})))
    kept = changed.taken_snapshot("A")
    name = api.identity_of(session, stems, api.Subject(View.WET))
    assert name == api.sound_of(session, stems, api.Subject(View.WET)).identity
    assert name != api.identity_of(session, stems, api.Subject(View.DRY))
    assert name != api.identity_of(changed, stems, api.Subject(View.WET))
    assert api.identity_of(session, stems, api.Subject(View.DRY)) == api.identity_of(
        changed, stems, api.Subject(View.DRY)
    )
    kick = session.track_named("Kick").id
    assert api.identity_of(session, stems, api.Subject(View.WET, kick)) == api.identity_of(
        changed, stems, api.Subject(View.WET, kick)
    )
    back = replace(session, snapshots=kept.snapshots)
    assert api.identity_of(back, stems, api.Subject(View.WET, snapshot="A")) == api.identity_of(
        changed, stems, api.Subject(View.WET)
    )
    with pytest.raises(MixAssistError, match="snapshot"):
        api.sound_of(session, stems, api.Subject(View.WET, snapshot="B"))


def test_the_visible_part_is_there_without_the_rest(opened: Opened) -> None:
    subject = api.Subject(View.WET)
    part = api.part_of(opened.session, opened.stems, subject, 2.0, 3.0)
    exact = api.sound_of(opened.session, opened.stems, subject)
    error = samples(part, 2.0, 1.0) - samples(exact, 2.0, 1.0)
    assert np.abs(error).max() < 1e-4
    assert not samples(part, 5.0, 0.5).any()
    assert part.identity != exact.identity
    # Now that the renders are kept, the part is exact and has the same name.
    again = api.part_of(opened.session, opened.stems, subject, 2.0, 3.0)
    assert again.identity == exact.identity
    assert np.array_equal(samples(again, 2.0, 1.0), samples(exact, 2.0, 1.0))


def test_what_remains_can_be_seen_and_played(opened: Opened) -> None:
    wet, dry = (api.sound_of(opened.session, opened.stems, api.Subject(view)) for view in (View.WET, View.DRY))
    gain_db = api.level_match_db(wet, dry)
    assert gain_db != 0.0
    residual = api.residual_of(wet, dry, gain_db)
    played = np.concatenate([block.copy() for block in mix_blocks(api.residual_to_play(wet, dry, gain_db))])
    assert np.abs(residual.read(0, residual.frames) - played).max() < 1e-6
    assert played.any()
    assert not api.residual_of(wet, wet).read(0, wet.frames).any()


def test_levels_are_matched_by_loudness() -> None:
    noise = (0.1 * np.random.default_rng(0).standard_normal((3 * RATE, 2))).astype(np.float32)
    a, b = ArraySound(noise, RATE), ArraySound(np.float32(0.25) * noise, RATE)
    assert api.level_match_db(a, b) == pytest.approx(20 * np.log10(4.0), abs=1e-3)
    silence = ArraySound(np.zeros((RATE, 2)), RATE)
    assert api.level_match_db(a, silence) == 0.0 and api.level_match_db(silence, silence) == 0.0
    noise[5] = np.nan
    assert np.isfinite(api.level_match_db(ArraySound(noise, RATE), b))


def test_a_waveform_of_a_mix_at_any_zoom(opened: Opened) -> None:
    sound = api.sound_of(opened.session, opened.stems, api.Subject(View.WET))
    pyramid = api.waveform_of(sound)
    pyramid.extend(sound.frames)
    audio = sound.read(0, sound.frames)
    low, high = pyramid.window(0, sound.frames, 100)
    assert low.min() == audio.min() and high.max() == audio.max()
    low, high = pyramid.window(1000, 1064, 64)
    assert np.array_equal(low, audio[1000:1064]) and np.array_equal(high, low)


def test_work_can_be_cancelled(opened: Opened) -> None:
    token, sound = CancelToken(), ArraySound(np.ones((100, 1)), RATE)
    token.cancel()
    for call in (
        lambda: api.sound_of(opened.session, opened.stems, api.Subject(View.WET), cancel=token),
        lambda: api.part_of(opened.session, opened.stems, api.Subject(View.WET), 0.0, 1.0, cancel=token),
        lambda: api.level_match_db(sound, sound, cancel=token),
    ):  # fmt: skip
        with pytest.raises(Cancelled):
            call()
