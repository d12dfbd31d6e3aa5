"""Read a VAE that stands by itself: a file or folder, in either layout; knows no U-Net."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL

from castmates.core.errors import Missing
from castmates.families import ldm
from castmates.families.fingerprint import fingerprint
from castmates.families.parts import broken, load_network, ready
from castmates.families.sd15 import sizes
from castmates.families.sd15.load_file import built, filled, vae_of
from castmates.families.single_file import Shapes, digest_of, shapes_of

_UNDER = (ldm.VAE, "", "vae.")
_OLD = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
"""What diffusers called the attention's layers until 2023."""


def load_vae(path: Path, device: torch.device) -> tuple[Any, str]:
    """The VAE, frozen, in float32, and its hash: of a file its SHA-256.

    Args:
        path: `.safetensors`, `.ckpt` or `.pt` with the names of the latent-diffusion code (with or
            without `first_stage_model.`; a whole checkpoint, too) or diffusers'; or a folder with
            its config.json, or a model's folder with `vae/` in it.

    Raises:
        Missing: there is no such file or folder.
        BadInput: it is broken, or no VAE.
    """
    if path.is_dir():
        folder = path / "vae" if (path / "vae").is_dir() else path
        read = load_network(AutoencoderKL, folder.parent, folder.name, torch.float32)
        digest = fingerprint(folder.parent, (folder.name,))
    elif path.is_file():
        read, digest = _from_file(path), digest_of(path)
    else:
        raise Missing(f"There is no VAE '{path}'.", "Check the path.")
    return ready(read, device, channels_last=True), digest


def _from_file(path: Path) -> Any:
    shapes = shapes_of(path)
    for under in _UNDER:
        if f"{under}encoder.down.0.block.0.conv1.weight" in shapes:
            made, called = vae_of(shapes, path, under)
            return filled(path, shapes, made, called, torch.float32)
        if f"{under}encoder.down_blocks.0.resnets.0.conv1.weight" in shapes:
            return _in_diffusers_names(path, shapes, under)
    raise broken(path, "it holds no VAE (no encoder.down.0.… nor encoder.down_blocks.0.…)")


def _in_diffusers_names(path: Path, shapes: Shapes, under: str) -> Any:
    first = f"{under}encoder.down_blocks"
    levels = sum(f"{first}.{i}.resnets.0.conv1.weight" in shapes for i in range(9))
    own = {name.removeprefix(under): shape for name, shape in shapes.items()}
    renamed = {ldm.vae_name(name, levels): shape for name, shape in own.items()}
    made = built(path, lambda: AutoencoderKL(**sizes.vae_config(renamed, "")))
    is_old = "encoder.mid_block.attentions.0.query.weight" in own

    def called(name: str) -> str:
        for ours, theirs in _OLD.items() if is_old and ".attentions." in name else ():
            name = name.replace(ours, theirs)
        return under + name

    return filled(path, shapes, made, called, torch.float32)
