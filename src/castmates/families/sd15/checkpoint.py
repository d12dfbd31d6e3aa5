"""What a single file says of the SD 1.x base in it, and what it lacks to be one; loads no weights.

What no tensor says stands beside the file: in `name.yaml`, as A1111 reads it, or in `name.toml`
(`families.facts.Stated`).
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from castmates.families.facts import Facts, Prediction, stated, with_stated
from castmates.families.folder import RESCALE_AT_ZERO_SNR
from castmates.families.ldm import UNET, VAE
from castmates.families.sd15.sizes import text_under, vae_levels
from castmates.families.single_file import Shapes, digest_of, metadata_of, shapes_of
from castmates.files.reading import read_utf8

_V = re.compile(r"^\s*parameterization\s*:\s*['\"]?v['\"]?\s*(#.*)?$", re.MULTILINE)
_SIDE, _SCALE = 64, 0.18215
"""SD 1.x's: sides of the latents it was trained on, and what they are multiplied by."""


def lacks(path: Path) -> list[str]:
    """What is missing of an SD 1.x base in one file, in words; empty: nothing.

    Raises:
        BadInput: the file is broken, or a pickle with more than tensors in it.
    """
    shapes = shapes_of(path)
    other = _other(shapes)
    if other:
        return [other]
    found = []
    if f"{UNET}input_blocks.0.0.weight" not in shapes:
        found.append(f"a U-Net ({UNET}input_blocks…)")
    if f"{VAE}decoder.conv_in.weight" not in shapes or not vae_levels(shapes):
        found.append(f"a VAE ({VAE}…)")
    if not text_under(shapes):
        found.append("a text encoder (cond_stage_model.transformer…)")
    return found


def facts(path: Path) -> Facts:
    """The facts of a base in one file: what stands beside it, else what it says itself.

    Raises:
        BadInput: the file or what stands beside it is broken.
    """
    shapes, said = shapes_of(path), metadata_of(path)
    shrink = 2 ** (vae_levels(shapes) - 1)
    words = f"{text_under(shapes)}embeddings.position_embedding.weight"
    layer = said.get("modelspec.encoder_layer", "")
    found = Facts(
        family="sd15",
        native_size=_SIDE * shrink,
        size_multiple=shrink,
        prediction=_beside(path) or _inside(shapes, said),
        guidance_rescale=RESCALE_AT_ZERO_SNR if "ztsnr" in shapes else 0.0,
        max_tokens=shapes[words][0],
        latent_scale=_SCALE,
        clip_skip=int(layer) if layer in ("1", "2", "3", "4") else 1,
    )
    return with_stated(found, stated(path))


def scheduler(path: Path) -> dict[str, Any]:
    """The noise schedule as a diffusers configuration. Errors as in `lacks`."""
    return {"rescale_betas_zero_snr": "ztsnr" in shapes_of(path)}


def fingerprint(path: Path) -> str:
    """64 hex digits: the file's SHA-256, so that the first ten are A1111's "Model hash".

    Where something beside the file says otherwise than the file what the network predicts, the
    last half sums that too.
    """
    digest = digest_of(path)
    own = _inside(shapes_of(path), metadata_of(path))
    prediction = facts(path).prediction
    if prediction == own:
        return digest
    return digest[:32] + sha256(f"{digest} {prediction}".encode()).hexdigest()[:32]


def _beside(path: Path) -> Prediction | None:
    """What A1111's configuration beside the file says."""
    config = path.with_suffix(".yaml")
    return "v_prediction" if config.is_file() and _V.search(read_utf8(config)) else None


def _inside(shapes: Shapes, said: dict[str, str]) -> Prediction:
    is_v = "v_pred" in shapes or said.get("modelspec.prediction_type") == "v"
    return "v_prediction" if is_v else "epsilon"


def _other(shapes: Shapes) -> str:
    """What another kind of model this file is; "": none that is known."""
    wide = any(name.startswith(f"{UNET}label_emb.") for name in shapes)
    if wide or any(name.startswith("conditioner.embedders.") for name in shapes):
        return "a U-Net of Stable Diffusion 1.x (this one is SDXL's)"
    linear = (
        len(shape) == 2
        for name, shape in shapes.items()
        if name.startswith(UNET) and name.endswith(".proj_in.weight")
    )
    if any(name.startswith("cond_stage_model.model.") for name in shapes) or any(linear):
        return "a U-Net of Stable Diffusion 1.x (this one is of version 2)"
    first = shapes.get(f"{UNET}input_blocks.0.0.weight", (0, 4))
    last = shapes.get(f"{UNET}out.2.weight", (first[1],))
    if len(first) > 1 and first[1] != last[0]:
        return "a U-Net for drawing (this one is for inpainting)"
    return ""
