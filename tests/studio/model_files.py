"""Small model files as other programs write them: the right names and widths, few numbers."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

UNET = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
FLUX = "model.diffusion_model.double_blocks.0.img_mod.lin.bias"
LAYER = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"


def checkpoint(path: Path, width: int = 768, seed: int = 0, **metadata: str) -> Path:
    """SD 1.x by its width of 768, SD 2 by 1024; more than 1 MiB, so that it has an AutoV1."""
    noise = np.random.default_rng(seed).standard_normal(500_000).astype(np.float32)
    tensors = {
        UNET: np.zeros((2, width), np.float16),
        "first_stage_model.decoder.conv_in.weight": np.zeros((2, 4, 3, 3), np.float16),
        "noise": noise,
    }
    return saved(path, tensors, metadata)


def flux(path: Path, guided: bool = True) -> Path:
    tensors = {FLUX: np.zeros(18432, np.float16)}
    if guided:
        tensors["model.diffusion_model.guidance_in.in_layer.weight"] = np.zeros((2, 2), np.float16)
    return saved(path, tensors, {})


def lora(path: Path, seed: int = 0, width: int = 768, **metadata: str) -> Path:
    rng = np.random.default_rng(seed)
    tensors = {
        f"{LAYER}.lora_down.weight": rng.standard_normal((2, width)).astype(np.float32),
        f"{LAYER}.lora_up.weight": np.zeros((4, 2), np.float32),
        "lora_te_text_model_encoder_layers_0_mlp_fc1.alpha": np.array(2, np.float32),
    }
    return saved(path, tensors, {key.replace("__", "."): text for key, text in metadata.items()})


def embedding(path: Path) -> Path:
    return saved(path, {"emb_params": np.zeros((2, 768), np.float32)}, {})


def pickle(path: Path) -> Path:
    """A zip as torch writes it, with a pickle inside that nobody may open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"cos\nsystem\n(S'false'\ntR.")
        archive.writestr("archive/data/0", b"0" * 100)
    return path


def diffusers(path: Path, class_name: str, width: int) -> Path:
    """A folder of a pipeline, with a network that tells its family."""
    (path / "unet").mkdir(parents=True)
    (path / "model_index.json").write_text(json.dumps({"_class_name": class_name}))
    key = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight"
    saved(path / "unet" / "w.safetensors", {key: np.zeros((2, width), np.float16)}, {})
    return path


def saved(path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata)
    return path
