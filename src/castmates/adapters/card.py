"""What an adapter file says of itself, from its header alone; loads no tensor and no torch."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from castmates.adapters.keys.dialects import family_of, foreign_kind
from castmates.core.types import Value
from castmates.files.tensors import Header, read_header, tensor_hash

EMPTY_HASH = "e3b0c44298fc"
"""How the SHA-256 of nothing begins; some trainers wrote it into every file."""


class AdapterCard(Value):
    """An adapter file at a glance; None or empty where the file does not say.

    Attributes:
        kind: lora, locon, or what castmates cannot read yet (loha, lokr, dora, peft, …).
        family: sd15, sd2, sdxl, sd3, flux.
        base: the name of the base model it was trained on.
        version: kohya's word for the base's family (`sd_v1`).
        unet_layers, text_layers: how many layers it changes.
        hash: SHA-256 of the tensors (AutoV3); web pages and infotexts use its first 12 digits.
        notes: what deserves a look.
    """

    name: str
    kind: str
    family: str = ""
    rank: int | None = None
    alpha: float | None = None
    conv_rank: int | None = None
    conv_alpha: float | None = None
    base: str = ""
    version: str = ""
    epoch: int | None = None
    steps: int | None = None
    trigger: str = ""
    unet_layers: int = 0
    text_layers: int = 0
    dtypes: tuple[str, ...] = ()
    hash: str
    notes: tuple[str, ...] = ()


def describe(path: Path) -> AdapterCard:
    """Look into an adapter file.

    Raises:
        Missing: there is no such file.
        BadInput: it is not a whole safetensors file.
    """
    path = Path(path)
    header = read_header(path)
    told, digest = header.metadata, tensor_hash(path)
    foreign, family = foreign_kind(header.shapes), family_of(header.shapes)
    plain, wide = _ranks(header)
    return AdapterCard(
        name=path.stem,
        kind=foreign.name if foreign else ("locon" if wide else "lora"),
        family=family.name if family else "",
        rank=_commonest(plain),
        alpha=_number(told.get("ss_network_alpha")),
        conv_rank=_commonest(wide),
        conv_alpha=_number(_network_args(told).get("conv_alpha")),
        base=_said(told.get("ss_sd_model_name")),
        version=_said(told.get("ss_base_model_version")),
        epoch=_count(told.get("ss_epoch")),
        steps=_count(told.get("ss_steps")),
        trigger=_said(told.get("modelspec.trigger_phrase")),
        unet_layers=_layers(header, "lora_unet_"),
        text_layers=_layers(header, "lora_te"),
        dtypes=tuple(sorted(set(header.dtypes.values()))),
        hash=digest,
        notes=notes_on(told.get("sshs_model_hash"), digest),
    )


def notes_on(stated: str | None, digest: str) -> tuple[str, ...]:
    """What is wrong with a stated hash; programs trust it, and confuse adapters when it is."""
    if stated is None or stated == digest:
        return ()
    if stated.startswith(EMPTY_HASH):
        return ("Its header states the hash of an empty file; many other files state the same.",)
    if stated.removeprefix("0x") == digest:
        return ("Its header states its hash with '0x' before it, which web sites do not find.",)
    return (f"Its header states the hash {stated[:12]}, but its tensors have {digest[:12]}.",)


def _ranks(header: Header) -> tuple[Counter[int], Counter[int]]:
    """How often each rank occurs: in linear layers and 1x1 convolutions, in wider ones."""
    plain: Counter[int] = Counter()
    wide: Counter[int] = Counter()
    for key, shape in header.shapes.items():
        if key.endswith(".lora_down.weight") and shape:
            (wide if max(shape[2:], default=1) > 1 else plain)[shape[0]] += 1
    return plain, wide


def _layers(header: Header, prefix: str) -> int:
    keys = (key for key in header.shapes if key.startswith(prefix))
    return len({key.split(".", 1)[0] for key in keys})


def _commonest(ranks: Counter[int]) -> int | None:
    return ranks.most_common(1)[0][0] if ranks else None


def _network_args(told: dict[str, str]) -> dict[str, str]:
    try:
        args = json.loads(told.get("ss_network_args", ""))
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in args.items()} if isinstance(args, dict) else {}


def _said(text: str | None) -> str:
    return "" if text in (None, "None") else str(text)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e15 else None


def _count(text: str | None) -> int | None:
    number = _number(text)
    return None if number is None else int(number)
