# SPDX-License-Identifier: Apache-2.0
"""Loaders of published multitracks on small made-up copies of their folders, and the split of songs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from mixassist.domain.errors import MixAssistError
from mixassist.domain.instruments import INSTRUMENT
from mixassist.training.datasets.enst_drums import enst_drums_songs
from mixassist.training.datasets.medleydb import medleydb_songs
from mixassist.training.datasets.mixing_secrets import mixing_secrets_songs
from mixassist.training.datasets.multitrack import (
    SIDES,
    MultitrackSong,
    group_key,
    read_song,
    side_of,
    song_frames,
    split,
)
from mixassist.training.datasets.musdb import musdb_songs
from mixassist.training.datasets.registry import DATASETS, songs_of

RATE_HZ = 44_100

MEDLEY_METADATA = """\
album: Some Album
artist: {artist}
excerpt: 'no'
has_bleed: '{bleed}'
mix_filename: {name}_MIX.wav
raw_dir: {name}_RAW
stem_dir: {name}_STEMS
stems:
  S01:
    component: ''
    filename: {name}_STEM_01.wav
    instrument: drum set
    raw:
      R01:
        filename: {name}_RAW_01_01.wav
        instrument: kick drum
      R02:
        filename: {name}_RAW_01_02.wav
        instrument: overheads
  S02:
    component: melody
    filename: {name}_STEM_02.wav
    instrument:
    - female singer
    - male singer
    raw:
      R01:
        filename: {name}_RAW_02_01.wav
        instrument: female singer
      R02:
        filename: {name}_RAW_02_02.wav
        instrument: female singer
title: Song
version: 1.1
"""


def sound(path: Path, frames: int = 2000, sides: int = 1, rate: int = RATE_HZ, value: float | None = None) -> Path:
    """Writes a small file: noise, or one value throughout."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lots = np.random.default_rng(abs(hash(path.name)) % 1000)
    samples = 0.1 * lots.standard_normal((frames, sides)) if value is None else np.full((frames, sides), value)
    soundfile.write(path, samples, rate, subtype="FLOAT" if path.suffix == ".wav" else None)
    return path


def medley_song(root: Path, artist: str, title: str, bleed: str = "no") -> Path:
    name = f"{artist.replace(' ', '')}_{title}"
    folder = root / name
    sound(folder / f"{name}_MIX.wav", 3000, 2)
    for number in ("01", "02"):
        sound(folder / f"{name}_STEMS" / f"{name}_STEM_{number}.wav", 3000, 2)
    for number in ("01_01", "01_02", "02_01"):
        sound(folder / f"{name}_RAW" / f"{name}_RAW_{number}.wav", 2500)
    (folder / f"{name}_METADATA.yaml").write_text(MEDLEY_METADATA.format(artist=artist, name=name, bleed=bleed))
    return folder


def summary(song: MultitrackSong) -> list[tuple[str, str, int]]:
    return [(stem.name, stem.instrument, len(stem.files)) for stem in song.stems]


def test_medleydb_raw_tracks_and_stems(tmp_path: Path) -> None:
    medley_song(tmp_path / "V1", "Music Delta", "Rock")
    medley_song(tmp_path / "V2", "Àrtist B", "Song", bleed="yes")
    songs = {song.name: song for song in medleydb_songs(tmp_path)}
    assert set(songs) == {"MusicDelta_Rock", "ÀrtistB_Song"}
    rock = songs["MusicDelta_Rock"]
    # The fourth raw track of the metadata was never published.
    assert [(instrument, count) for _, instrument, count in summary(rock)] == [
        ("kick", 1),
        ("overhead", 1),
        ("lead_vocal", 1),
    ]
    assert rock.group == "musicdelta" and songs["ÀrtistB_Song"].group == "artistb"
    assert rock.mix is not None and rock.mix.name == "MusicDelta_Rock_MIX.wav"
    stems = medleydb_songs(tmp_path, raw=False, with_bleed=False)
    assert [song.name for song in stems] == ["MusicDelta_Rock"]
    assert [instrument for _, instrument, _ in summary(stems[0])] == ["drum_kit", "lead_vocal"]


def test_medleydb_metadata_apart_from_the_audio(tmp_path: Path) -> None:
    folder = medley_song(tmp_path / "Audio", "Liz Nelson", "Rainfall")
    (tmp_path / "Metadata").mkdir()
    (folder / "LizNelson_Rainfall_METADATA.yaml").rename(tmp_path / "Metadata" / "LizNelson_Rainfall_METADATA.yaml")
    for path in (folder / "LizNelson_Rainfall_RAW").iterdir():
        path.unlink()
    (song,) = medleydb_songs(tmp_path)
    assert [name for name, _, _ in summary(song)] == ["LizNelson_Rainfall_STEM_01", "LizNelson_Rainfall_STEM_02"]


def test_medleydb_bad_metadata_is_told(tmp_path: Path) -> None:
    path = medley_song(tmp_path, "A", "B") / "A_B_METADATA.yaml"
    path.write_text("stems: [unclosed")
    with pytest.raises(MixAssistError, match=r"A_B_METADATA\.yaml: cannot be read as YAML"):
        medleydb_songs(tmp_path)
    path.write_text("just words")
    with pytest.raises(MixAssistError, match="something else"):
        medleydb_songs(tmp_path)
    path.write_text("!!python/object/apply:os.system ['true']")
    with pytest.raises(MixAssistError, match="cannot be read as YAML"):
        medleydb_songs(tmp_path)


def test_enst_drums_takes_and_pieces(tmp_path: Path) -> None:
    takes = {1: "115_minus-one_salsa_sticks", 2: "121_minus-one_salsa_sticks", 3: "036_phrase_disco_simple_slow_sticks"}
    for drummer, take in takes.items():
        audio = tmp_path / "ENST-drums-public" / f"drummer_{drummer}" / "audio"
        for microphone in ("kick", "snare", "hi-hat", "tom_1", "tom_2", "overhead_L", "overhead_R"):
            sound(audio / microphone / f"{take}.wav")
        for place in ("wet_mix", "dry_mix", "accompaniment") if drummer < 3 else ("dry_mix",):
            sound(audio / place / f"{take}.wav", sides=2)
    songs = enst_drums_songs(tmp_path)
    assert [song.name for song in songs] == [f"drummer_{n}/{take}" for n, take in takes.items()]
    assert summary(songs[0]) == [
        ("hi-hat", "hihat", 1),
        ("kick", "kick", 1),
        ("overhead", "overhead", 2),
        ("snare", "snare", 1),
        ("tom_1", "tom", 1),
        ("tom_2", "tom", 1),
    ]
    assert songs[0].group == songs[1].group != songs[2].group
    assert songs[0].mix is not None and songs[0].mix.parent.name == "wet_mix" and songs[2].mix is None
    loud = enst_drums_songs(tmp_path, mix="dry_mix", accompaniment=True)
    assert loud[0].stems[-1].name == "accompaniment" and loud[2].stems[-1].name == "tom_2"
    assert loud[2].mix is not None and loud[2].mix.parent.name == "dry_mix"


def test_mixing_secrets_tracks_pairs_and_mixes(tmp_path: Path) -> None:
    one = tmp_path / "AngelsInAmplifiers_ImAlright_Full"
    for name in ("01_Kick", "02_SnareUp", "10_LeadVox", "03_Overheads L", "03_Overheads R", "04_Mix Bus Room"):
        sound(one / f"{name}.wav")
    sound(one / "._01_Kick.wav")
    two = tmp_path / "Band_Other_Full"
    for name in ("01_Bass", "02_ElecGtr R", "Band_Other_Mix"):
        sound(two / f"{name}.wav", sides=2 if "Mix" in name else 1)
    sound(tmp_path / "AngelsInAmplifiers_ImAlright_FullPreview.mp3", 5000, 2)
    songs = {song.name: song for song in mixing_secrets_songs(tmp_path)}
    assert set(songs) == {"AngelsInAmplifiers_ImAlright", "Band_Other"}
    found = summary(songs["AngelsInAmplifiers_ImAlright"])
    assert found[:4] == [
        ("01_Kick", "kick", 1),
        ("02_SnareUp", "snare", 1),
        ("03_Overheads L", "overhead", 2),
        ("04_Mix Bus Room", "room", 1),
    ]
    assert found[4] == ("10_LeadVox", "lead_vocal", 1)
    assert songs["AngelsInAmplifiers_ImAlright"].mix == tmp_path / "AngelsInAmplifiers_ImAlright_FullPreview.mp3"
    assert songs["Band_Other"].mix == two / "Band_Other_Mix.wav"
    assert summary(songs["Band_Other"])[1] == ("02_ElecGtr R", "electric_guitar", 1)
    assert songs["Band_Other"].group == "band"
    assert [song.name for song in mixing_secrets_songs(two)] == ["Band_Other"]


def test_musdb_songs_and_its_own_test_side(tmp_path: Path) -> None:
    for side, title in (("train", "Music Delta - 80s Rock"), ("train", "Other - A"), ("test", "Music Delta - Disco")):
        for name in ("mixture", "vocals", "drums", "bass", "other"):
            sound(tmp_path / side / title / f"{name}.wav", sides=2)
    songs = {song.name: song for song in musdb_songs(tmp_path)}
    assert len(songs) == 3
    rock = songs["Music Delta - 80s Rock"]
    assert summary(rock) == [
        ("vocals", "lead_vocal", 1),
        ("drums", "drum_kit", 1),
        ("bass", "bass", 1),
        ("other", "other", 1),
    ]
    assert rock.official_side == "" and songs["Music Delta - Disco"].official_side == "test"
    # An artist of the test side takes the songs of the train side along.
    assert rock in split(songs.values())["test"]


def test_a_stretch_is_read_in_one_shape(tmp_path: Path) -> None:
    folder = tmp_path / "A_B_Full"
    sound(folder / "01_Kick.wav", 1000, value=0.5)
    sound(folder / "02_OH L.wav", 2000, value=0.25)
    sound(folder / "02_OH R.wav", 1500, value=-0.25)
    sound(folder / "mix.wav", 2000, value=0.125)
    (song,) = mixing_secrets_songs(tmp_path)
    assert song_frames(song) == 2000
    audio = read_song(song, 900, 700)
    assert [stem.shape for stem in audio.stems] == [(700, 1), (700, 2)]
    assert audio.mix is not None and audio.mix.shape == (700, 2)
    kick, overheads = audio.stems
    assert kick[:100].min() == 0.5 and not kick[100:].any()
    assert overheads[:600, 1].max() == -0.25 and not overheads[600:, 1].any() and overheads[:, 0].min() == 0.25
    assert read_song(song).stems[0].shape == (2000, 1)
    assert read_song(song, 5000, 10).stems[0].shape == (10, 1)


def test_song_folders_with_and_without_a_mix(tmp_path: Path) -> None:
    for name in ("Lithium-1", "Lithium-2"):
        sound(tmp_path / "level" / name / "vox.wav")
        sound(tmp_path / "level" / name / "bass.wav")
    for name in ("rock-1", "rock-2"):
        sound(tmp_path / "given" / name / "stems" / "a.flac")
        sound(tmp_path / "given" / name / "mix.flac", sides=2)
    (tmp_path / "given" / "rock-1" / "truth.json").write_text(
        '{"song": "Hey", "channels": [{"name": "a", "instrument": "brass"}]}'
    )
    level = songs_of("folders", tmp_path / "level")
    assert [song.group for song in level] == ["lithium", "lithium"] and level[0].mix is None
    given_mix = songs_of("folders", tmp_path / "given")
    assert [song.group for song in given_mix] == ["hey", "rock2"]
    assert summary(given_mix[0]) == [("a", "brass", 1)]
    assert given_mix[0].mix == tmp_path / "given" / "rock-1" / "mix.flac"


def test_songs_of_the_same_artist_meet_in_every_data_set(tmp_path: Path) -> None:
    medley_song(tmp_path / "medley", "Music Delta", "80sRock")
    for name in ("mixture", "vocals"):
        sound(tmp_path / "musdb" / "train" / "Music Delta - 80s Rock" / f"{name}.wav", sides=2)
    sound(tmp_path / "secrets" / "MusicDelta_Hendrix_Full" / "01_Kick.wav")
    sound(tmp_path / "secrets" / "MusicDelta_Hendrix_Full" / "02_Bass.wav")
    songs = [
        *songs_of("medleydb", tmp_path / "medley"),
        *songs_of("musdb18", tmp_path / "musdb"),
        *songs_of("mixing-secrets", tmp_path / "secrets"),
    ]
    assert len(songs) == 3 and {song.group for song in songs} == {"musicdelta"}
    assert sorted(map(len, split(songs).values())) == [0, 0, 3]
    assert all(stem.instrument in INSTRUMENT for song in songs for stem in song.stems)


def made_songs(groups: Iterable[str]) -> list[MultitrackSong]:
    return [MultitrackSong("d", f"{n}", group, (), None, RATE_HZ) for n, group in enumerate(groups)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abcdé ", max_size=2), max_size=30), st.integers(0, 5))
def test_no_group_is_ever_on_two_sides(groups: list[str], seed: int) -> None:
    songs = made_songs(groups)
    if songs:
        songs[0] = replace(songs[0], official_side="test")
    sides = split(songs, seed)
    assert sorted(s.name for side in sides.values() for s in side) == sorted(s.name for s in songs)
    for one, other in ((a, b) for a in SIDES for b in SIDES if a != b):
        assert not {s.group for s in sides[one]} & {s.group for s in sides[other]}
    if songs:
        assert songs[0] in sides["test"]


def test_the_split_is_stable_and_keeps_its_shares() -> None:
    groups = [f"artist{n}" for n in range(4000)]
    sides = [side_of(group) for group in groups]
    shares = [sides.count(side) / len(sides) for side in SIDES]
    np.testing.assert_allclose(shares, (0.8, 0.1, 0.1), atol=0.02)
    # Written down once: a side may not change from one version or machine to the next.
    assert [side_of(g) for g in ("a", "b", "h", "musicdelta")] == ["validation", "train", "test", "train"]
    assert side_of("musicdelta", seed=3, shares=(0.0, 0.0, 1.0)) == "test"


def test_names_become_keys() -> None:
    assert group_key("Música  Delta!") == group_key("musicaDELTA") == "musicadelta"
    assert group_key("!!!") == "!!!"


def test_bad_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="no such data set"):
        songs_of("slakh", tmp_path)
    for name in DATASETS:
        with pytest.raises(MixAssistError, match=r"holds no (songs|folders)"):
            songs_of(name, tmp_path)
        with pytest.raises(MixAssistError, match="no such folder"):
            songs_of(name, tmp_path / "nowhere")
    sound(tmp_path / "A_B_Full" / "01_Kick.wav")
    sound(tmp_path / "A_B_Full" / "02_Bass.wav", rate=48_000)
    with pytest.raises(MixAssistError, match="unlike sample rates"):
        songs_of("mixing-secrets", tmp_path)
    (tmp_path / "A_B_Full" / "02_Bass.wav").write_text("no audio")
    with pytest.raises(MixAssistError, match="cannot be read"):
        songs_of("mixing-secrets", tmp_path)
