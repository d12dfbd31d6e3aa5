"""What an adapter file says of itself, from its header and alphas; loads no tensor and no torch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from castmates.adapters.alphas import alphas_in
from castmates.adapters.keys.dialects import Dialect, dialect_of, family_of, foreign_kind
from castmates.core.types import Value
from castmates.files.tensors import Header, read_header, tensor_hash
from castmates.files.trouble import in_words

N = TypeVar("N", int, float)

EMPTY_HASH = "e3b0c44298fc"
"""How the SHA-256 of nothing begins; some trainers wrote it into every file."""

# The tensor whose first dimension is the rank, in every dialect.
_ranked = re.compile(
    r"(\.lora_down\.weight|\.lora_A(\.\w+)?\.weight|lora(_linear_layer)?\.down(\.\w+)?\.weight"
    r"|\.hada_w1_b|\.lokr_w[12]_b|:down)$"
)
_others = re.compile(
    r"(\.lora_(down|up|mid|A|B)(\.\w+)?\.weight|lora(_linear_layer)?\.(down|up)(\.\w+)?\.weight"
    r"|\.(hada|lokr)_\w+|\.alpha|\.dora_scale|:(up|down)"
    r"|\.(oft_\w+|[ab][12]\.weight|bm\.weight|on_input|weight|diff|diff_b|w_norm|b_norm|rescale)"
    r"|\.lora_magnitude_vector(\.\w+)*)$"
)


class AdapterCard(Value):
    """An adapter file at a glance; None or empty where the file does not say.

    Attributes:
        dialect: kohya, lycoris, peft, diffusers, cloneofsimo.
        kind: lora, locon, loha, lokr, or what castmates cannot read (dora, oft, …).
        family: sd15, sd2, sdxl, sd3, flux.
        rank, alpha: of most layers; conv_rank, conv_alpha: of convolutions wider than 1x1.
        modules: how many layers it changes; unet_layers, text_layers: of them.
        base: the name of the base model it was trained on.
        version: kohya's word for the base's family (`sd_v1`).
        sha256: of the whole file; web sites call its first 10 digits AutoV2.
        tensors_sha256: of the tensors alone, which an edited header leaves; its first 12 digits are
            AutoV3, the hash in infotexts.
        metadata: all texts of the header.
        problems: what deserves a look.
    """

    name: str
    dialect: str = ""
    kind: str
    family: str = ""
    rank: int | None = None
    alpha: float | None = None
    conv_rank: int | None = None
    conv_alpha: float | None = None
    modules: int = 0
    unet_layers: int = 0
    text_layers: int = 0
    base: str = ""
    version: str = ""
    epoch: int | None = None
    steps: int | None = None
    trigger: str = ""
    dtypes: tuple[str, ...] = ()
    sha256: str
    autov2: str
    autov3: str
    tensors_sha256: str
    problems: tuple[str, ...] = ()
    metadata: dict[str, str] = Field(default_factory=dict)


def describe(path: Path) -> AdapterCard:
    """Look into an adapter file.

    Raises:
        Missing: there is no such file.
        BadInput: it is not a whole safetensors file.
    """
    path = Path(path)
    header = read_header(path)
    told, digest, file = header.metadata, tensor_hash(path), _file_hash(path)
    dialect, kind, family = (f(header.shapes) for f in (dialect_of, foreign_kind, family_of))
    plain, wide = _ranks(header)
    layers = _layers(header)
    text = sum(1 for layer in layers if layer.startswith(("lora_te", "text_")))
    alphas = alphas_in(path)
    return AdapterCard(
        name=path.stem,
        dialect=dialect.name if dialect else "",
        kind=kind.name if kind else ("locon" if wide else "lora"),
        family=family.name if family else "",
        rank=_commonest(plain.values()),
        alpha=_alpha(told, alphas, plain),
        conv_rank=_commonest(wide.values()),
        conv_alpha=_commonest(alphas[n] for n in wide if n in alphas),
        modules=len(layers),
        unet_layers=len(layers) - text,
        text_layers=text,
        base=_said(told.get("ss_sd_model_name")),
        version=_said(told.get("ss_base_model_version")),
        epoch=_count(told.get("ss_epoch")),
        steps=_count(told.get("ss_steps")),
        trigger=_said(told.get("modelspec.trigger_phrase")),
        dtypes=tuple(sorted(set(header.dtypes.values()))),
        sha256=file,
        autov2=file[:10],
        autov3=digest[:12],
        tensors_sha256=digest,
        problems=(
            *notes_on(told.get("sshs_model_hash"), digest),
            *_problems(header, dialect, kind, family, plain),
        ),
        metadata=told,
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


def _problems(
    header: Header,
    dialect: Dialect | None,
    kind: Dialect | None,
    family: Dialect | None,
    ranks: dict[str, int],
) -> Iterator[str]:
    if dialect is None:
        yield "Its keys are in no dialect that castmates knows."
    if kind is not None and not kind.reads:
        yield f"It is {kind.words}, which castmates cannot draw with."
    elif dialect is not None and family is None:
        yield "Its names do not say which base it is for."
    strange = [key for key in header.shapes if not _others.search(key)]
    if strange and dialect is not None:
        some = ", ".join(strange[:3])
        yield f"{len(strange)} keys are no adapter's, and other programs may refuse it: {some}."
    stated = _count(header.metadata.get("ss_network_dim"))
    if stated is not None and ranks and stated not in ranks.values():
        yield f"Its header states rank {stated}; its tensors have {_commonest(ranks.values())}."


def _file_hash(path: Path) -> str:
    summed = sha256()
    with in_words(path, "read"), path.open("rb") as stream:
        while block := stream.read(1 << 20):
            summed.update(block)
    return summed.hexdigest()


def _ranks(header: Header) -> tuple[dict[str, int], dict[str, int]]:
    """Layer -> rank: linear layers and 1x1 convolutions, wider ones."""
    plain: dict[str, int] = {}
    wide: dict[str, int] = {}
    for key, shape in header.shapes.items():
        if (found := _ranked.search(key)) and shape:
            layer = key[: found.start()]
            (wide if max(shape[2:], default=1) > 1 else plain)[layer] = shape[0]
    return plain, wide


def _layers(header: Header) -> list[str]:
    """The layers that the file changes, by their keys without the part."""
    found = (key[: m.start()] for key in header.shapes if (m := _others.search(key)))
    return list(dict.fromkeys(found))


def _commonest(values: Iterable[N]) -> N | None:
    counted = Counter(values)
    return counted.most_common(1)[0][0] if counted else None


def _alpha(told: dict[str, str], alphas: dict[str, float], plain: dict[str, int]) -> float | None:
    """What the tensors say; without them the header."""
    measured = _commonest(alphas[layer] for layer in plain if layer in alphas)
    return measured if measured is not None else _number(told.get("ss_network_alpha"))


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
