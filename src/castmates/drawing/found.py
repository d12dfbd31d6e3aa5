"""Find in a picture's bytes how it was made, whoever made it; draws nothing and opens no file.

A1111 and Forge write `parameters` into PNGs and EXIF's UserComment into JPEG, WebP and AVIF.
ComfyUI writes its graph, NovelAI a `Comment` of JSON; we write `castmates` beside `parameters`.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from typing import Any, Literal

from PIL import Image

from castmates.core.errors import BadInput
from castmates.core.types import Value
from castmates.drawing import parameters
from castmates.drawing.comfy import parameters_of_graph
from castmates.drawing.infotext import OURS, PARAMETERS
from castmates.drawing.parameters import Parameters

COMMENT, USER_COMMENT = "Comment", "UserComment"
_EXIF, _USER_COMMENT = 0x8769, 0x9286
_MOST = 4_000_000
"""Bytes of a text; larger ones are no infotext."""

Source = Literal["castmates", "a1111", "comfyui", "novelai"]


class Seen(Value):
    """How a picture says that it was made.

    Attributes:
        source: whose way of writing it is; Forge, SD.Next and Civitai write A1111's.
        parameters: in A1111's terms.
        unread: what is there and cannot be honoured, a sentence each.
    """

    source: Source
    parameters: Parameters
    unread: tuple[str, ...] = ()


def texts_of(data: bytes) -> dict[str, str]:
    """The texts in a PNG, JPEG, WebP, AVIF or GIF, by key; {} when there are none.

    Raises:
        BadInput: not a picture.
    """
    try:
        # A picture with odd notes is read for what it has.
        with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as picture:
            warnings.simplefilter("ignore")
            if picture.format == "PNG":
                picture.load()  # texts may stand behind the pixels
            found = {
                str(k): _said(v) for k, v in picture.info.items() if isinstance(v, str | bytes)
            }
            raw = picture.getexif().get_ifd(_EXIF).get(_USER_COMMENT)
    except (OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError) as error:
        raise BadInput("These bytes are not a picture that can be read.", "Give a PNG.") from error
    kept = {k: v for k, v in found.items() if v and k in _keys(picture.format)}
    comment = user_comment(raw) if isinstance(raw, bytes) else str(raw or "")
    return kept | ({USER_COMMENT: comment} if comment else {})


def user_comment(raw: bytes) -> str:
    """EXIF's UserComment: eight bytes that name the code, then text (JEITA CP-3451, 4.6.5).

    "UNICODE" is UTF-16, big-endian as A1111 writes it or little-endian as others do.
    """
    if len(raw) > _MOST:
        return ""
    code, body = raw[:8], raw[8:]
    if code.startswith(b"UNICODE"):
        # Of Latin text one byte of two is zero, and says which end comes first.
        little = body[1::2].count(0) > body[::2].count(0)
        return body.decode("utf-16-le" if little else "utf-16-be", errors="replace").strip(
            "\0\ufeff"
        )
    if code.startswith(b"ASCII") or code == bytes(8):
        return body.decode("utf-8", errors="replace").strip("\0")
    return raw.decode("utf-8", errors="replace").strip("\0")


def seen(texts: Mapping[str, str]) -> Seen:
    """What the texts of a picture say.

    A1111's order: EXIF's comment counts before the PNG's text. Our own JSON is for
    `infotext.shot_of`; the same shot stands in `parameters`.

    Raises:
        BadInput: none of them says how the picture was made.
    """
    said = texts.get(USER_COMMENT) or texts.get(PARAMETERS)
    if said and not said.lstrip().startswith("{"):
        source: Source = "castmates" if OURS in texts else "a1111"
        return Seen(source=source, parameters=parameters.read(said))
    for graph in (texts.get("prompt", ""), said or ""):
        read = parameters_of_graph(graph)
        if read is not None:
            return Seen(source="comfyui", parameters=read[0], unread=read[1])
    own = _novelai(texts.get(COMMENT, ""))
    if own is not None:
        return Seen(source="novelai", parameters=own)
    raise BadInput(
        "This picture does not say how it was made.",
        "Take one that castmates, A1111, Forge or ComfyUI wrote, not a copy saved by a site.",
    )


def _keys(kind: str | None) -> tuple[str, ...]:
    own = (PARAMETERS, OURS, "prompt", "workflow", COMMENT, "Software", "Description")
    return own if kind == "PNG" else (PARAMETERS, "comment")


def _said(value: str | bytes) -> str:
    if len(value) > _MOST:
        return ""
    return value if isinstance(value, str) else value.decode("utf-8", errors="replace").strip("\0")


def _novelai(text: str) -> Parameters | None:
    """NovelAI's JSON; its `{x}` are brackets of 1.05 and stay as they are."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("prompt"), str):
        return None
    names = {"steps": "Steps", "sampler": "Sampler", "scale": "CFG scale", "seed": "Seed"}
    fields = {ours: str(data[key]) for key, ours in names.items() if key in data}
    if "width" in data and "height" in data:
        fields["Size"] = f"{data['width']}x{data['height']}"
    return Parameters(prompt=data["prompt"], negative=str(data.get("uc") or ""), fields=fields)
