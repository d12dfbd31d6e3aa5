"""Load the parts of SD 1.x from one file, completely or not at all; runs none of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from castmates.core.errors import BadInput
from castmates.families import ldm
from castmates.families.attention import Attention
from castmates.families.parts import BROKEN, broken, ready
from castmates.families.quiet import quiet
from castmates.families.sd15 import sizes
from castmates.families.sd15.load import Parts
from castmates.families.single_file import Shapes, shapes_of, tensors_of
from castmates.families.vocabulary import vocabulary_for
from castmates.files.reading import read_utf8

Naming = Callable[[str], str]


def load_file(path: Path, device: torch.device, dtype: torch.dtype) -> Parts:
    """All parts of a file that `checkpoint.lacks` finds nothing to say of.

    Raises:
        BadInput: weights are missing, of other shapes or no numbers; or there is no vocabulary.
    """
    shapes = shapes_of(path)
    words = vocabulary_for(path, sizes.text_config(shapes)["vocab_size"])
    unet = filled(path, shapes, *_unet(shapes, path), dtype)
    unet.set_attn_processor(Attention())
    text = filled(path, shapes, *_text(shapes, path), dtype)
    # The VAE of SD 1.x overflows in half precision on some pictures.
    vae = filled(path, shapes, *vae_of(shapes, path), torch.float32)
    return Parts(
        unet=ready(unet, device, channels_last=True),
        text_encoder=ready(text, device),
        vae=ready(vae, device, channels_last=True),
        tokenizer=_tokenizer(words),
    )


def vae_of(shapes: Shapes, path: Path, under: str = ldm.VAE) -> tuple[nn.Module, Naming]:
    """An empty VAE of the sizes in a file, and what the file calls its tensors."""
    levels = sizes.vae_levels(shapes, under)
    vae = built(path, lambda: AutoencoderKL(**sizes.vae_config(shapes, under)))
    return vae, lambda name: under + ldm.vae_name(name, levels)


def _unet(shapes: Shapes, path: Path) -> tuple[nn.Module, Naming]:
    config: dict[str, Any] = {}

    def made() -> nn.Module:
        config.update(sizes.unet_config(shapes))
        found: nn.Module = UNet2DConditionModel(**config)
        return found

    unet, layers = built(path, made), sizes.unet_layers(shapes)

    def attends(level: int) -> bool:
        return bool(config["up_block_types"][level].startswith("CrossAttn"))

    return unet, lambda name: ldm.UNET + ldm.unet_name(name, layers, attends)


def _text(shapes: Shapes, path: Path) -> tuple[nn.Module, Naming]:
    under = sizes.text_under(shapes)
    text = built(path, lambda: CLIPTextModel(CLIPTextConfig(**sizes.text_config(shapes))))
    return text, lambda name: under + ldm.text_name(name)


def built(path: Path, make: Callable[[], nn.Module]) -> Any:
    """A network without weights, by sizes that the file's names and shapes tell."""
    try:
        with quiet(), torch.device("meta"):
            return make()
    except (*BROKEN, IndexError, StopIteration, ZeroDivisionError) as error:
        raise broken(path, f"its tensors make no network of SD 1.x ({error})") from error


def filled(path: Path, shapes: Shapes, network: Any, called: Naming, dtype: torch.dtype) -> Any:
    """The network with the file's weights, looked at by the header before any is read.

    What the file has as a 1x1 convolution serves a linear layer.

    Args:
        called: a tensor's name in the network -> in the file.

    Raises:
        BadInput: weights are missing, of other shapes, or no numbers.
    """
    wanted = {called(name): (name, held.shape) for name, held in network.state_dict().items()}
    found = {name: shapes.get(name) for name in wanted}
    wrong = [
        f"{name} is {list(has) if has else 'missing'}, wanted {list(wanted[name][1])}"
        for name, has in found.items()
        if has is None or _plain(has) != _plain(tuple(wanted[name][1]))
    ]
    if wrong:
        raise broken(path, f"{len(wrong)} weights are missing or of other shapes ({wrong[0]})")
    state: dict[str, Tensor] = {}
    for name, tensor in tensors_of(path, wanted):
        own, shape = wanted[name]
        if not tensor.is_floating_point() or not bool(torch.isfinite(tensor).all()):
            raise broken(path, f"{name} holds numbers that are none (NaN or infinite)")
        state[own] = tensor.to(dtype).reshape(shape).clone()
    network.load_state_dict(state, assign=True)
    for module in network.modules():
        places = getattr(module, "position_ids", None)
        if isinstance(places, Tensor) and places.is_meta:
            module.position_ids = torch.arange(places.shape[-1]).expand(places.shape)
    return network


def _plain(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape without the 1x1 of a convolution that is a linear layer's."""
    return shape[:2] if shape[2:] == (1, 1) else shape


def _tokenizer(folder: Path) -> Any:
    try:
        with quiet():
            if (folder / "tokenizer_config.json").is_file():
                return CLIPTokenizer.from_pretrained(str(folder), local_files_only=True)
            lines = read_utf8(folder / "merges.txt").splitlines()
            pairs = [tuple(line.split()) for line in lines if line and line[0] != "#"]
            words = json.loads(read_utf8(folder / "vocab.json"))
            return CLIPTokenizer(vocab=words, merges=pairs, model_max_length=77)
    except (*BROKEN, BadInput) as error:
        raise broken(folder, str(error)) from error
