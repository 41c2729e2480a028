# SPDX-License-Identifier: Apache-2.0
"""Either encoder hears stems: MixAssist's own, and the original VGGish from a file of its weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mixassist.domain.errors import MixAssistError
from mixassist.networks.encoder import StemEncoder
from mixassist.networks.encoders import VggishEncoder, build_encoder, read_encoder
from mixassist.networks.log_mel import patch_samples
from mixassist.networks.vggish import VGGish

SIZES = {"widths": (2, 3, 4, 5), "hidden": 6}


def vggish(seed: int = 0) -> VGGish:
    torch.manual_seed(seed)
    return VGGish(**SIZES).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_vggish_hears_stems_as_it_hears_audio(ending: str, tmp_path: Path) -> None:
    original, path = vggish(), tmp_path / f"vggish.{ending}"
    if ending == "pth":
        torch.save(original.state_dict(), path)
    else:
        save_file(original.state_dict(), path)
    encoder = read_encoder(path)
    assert isinstance(encoder, VggishEncoder)
    cuts = 0.1 * torch.randn(3, 2, patch_samples(44_100), generator=torch.Generator().manual_seed(1))
    patches = encoder.patches(cuts, 44_100, 6.0)
    assert patches.shape == (3, 64, 96)
    with torch.no_grad():
        found = encoder(patches)
        for cut, embedding in zip(cuts, found, strict=True):
            torch.testing.assert_close(embedding, original.embed(cut * 10.0 ** (6.0 / 20.0), 44_100))
    assert torch.equal(encoder.instrument_logits(found), torch.zeros(3, 24))


def test_an_encoder_is_built_again_from_its_options() -> None:
    for encoder in (StemEncoder(width=4), VggishEncoder(**SIZES)):  # type: ignore[arg-type]
        again = build_encoder(encoder.options)
        assert type(again) is type(encoder)
        again.load_state_dict(encoder.state_dict())


def test_other_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="no encoder"):
        read_encoder(tmp_path / "none.pt")
    for name, content in {"text.pt": b"hello", "empty.pth": b"", "text.safetensors": b"hello"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(MixAssistError, match=r"not an encoder|not a readable weights file"):
            read_encoder(tmp_path / name)
    torch.save({"features.0.weight": torch.zeros(2, 1, 3, 3)}, tmp_path / "part.pth")
    with pytest.raises(MixAssistError, match="not VGGish"):
        read_encoder(tmp_path / "part.pth")
