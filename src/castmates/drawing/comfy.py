"""Read what a ComfyUI graph draws, as far as it is a plain one; runs no graph.

The graph is {"id": {"class_type": …, "inputs": {name: value or ["id", output]}}}. The first sampler
node is followed back to its texts, its latents and its chain of adapters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from castmates.drawing.parameters import Parameters
from castmates.prompts.tags import quoted

_FARTHEST = 100
"""Nodes that are followed in a row; a graph with a ring has no end."""

Node = Mapping[str, Any]

_SAMPLERS = {
    "euler": "Euler",
    "euler_ancestral": "Euler a",
    "heun": "Heun",
    "dpm_2": "DPM2",
    "dpm_2_ancestral": "DPM2 a",
    "dpmpp_2s_ancestral": "DPM++ 2S a",
    "dpmpp_sde": "DPM++ SDE",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_3m_sde": "DPM++ 3M SDE",
    "ddim": "DDIM",
    "uni_pc": "UniPC",
    "lcm": "LCM",
    "lms": "LMS",
}
_SCHEDULES = {
    "karras": "Karras",
    "exponential": "Exponential",
    "sgm_uniform": "SGM Uniform",
    "simple": "Simple",
    "normal": "Normal",
    "ddim_uniform": "DDIM",
    "beta": "Beta",
}


def parameters_of_graph(text: str) -> tuple[Parameters, tuple[str, ...]] | None:
    """A graph in A1111's terms, and what of it is not read; None: the text is no graph."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    graph = {str(key): node for key, node in data.items() if _is_node(node)}
    samplers = [node for node in graph.values() if "KSampler" in node["class_type"]]
    if not samplers:
        return None
    first = samplers[0]
    positive, negative = (_text(graph, first, side) for side in ("positive", "negative"))
    tags, model = _model(graph, first)
    fields = {**_fields(graph, first), **({"Model": model} if model else {})}
    unread = []
    if len(samplers) > 1:
        unread.append(f"The graph has {len(samplers)} samplers; the first is read.")
    if positive is None:
        unread.append("The words come from nodes that are not read.")
    if (share := first["inputs"].get("denoise", 1)) != 1:
        unread.append(f"Its sampler begins with a picture (denoise {share}); here, with noise.")
    prompt = " ".join(part for part in (positive or "", *tags) if part)
    return Parameters(prompt=prompt, negative=negative or "", fields=fields), tuple(unread)


def _is_node(node: object) -> bool:
    return (
        isinstance(node, dict)
        and isinstance(node.get("class_type"), str)
        and isinstance(node.get("inputs"), dict)
    )


def _behind(graph: Mapping[str, Node], node: Node, name: str) -> Node | None:
    """The node that an input comes from."""
    link = node["inputs"].get(name)
    return graph.get(str(link[0])) if isinstance(link, list) and link else None


def _text(graph: Mapping[str, Node], node: Node, side: str) -> str | None:
    """The words that reach a side of a sampler, through nodes that pass conditions on."""
    at = _behind(graph, node, side)
    for _ in range(_FARTHEST):
        if at is None:
            return None
        for name in ("text", "text_g", "string", "value"):
            said = at["inputs"].get(name)
            if isinstance(said, str):
                return said
        at = next(
            (
                found
                for name in ("text", side, "conditioning", "conditioning_1", "text_g", "string")
                if (found := _behind(graph, at, name)) is not None
            ),
            None,
        )
    return None


def _model(graph: Mapping[str, Node], node: Node) -> tuple[list[str], str]:
    """Adapters as tags, in the order in which they act, and the checkpoint's name."""
    tags: list[str] = []
    at = _behind(graph, node, "model")
    for _ in range(_FARTHEST):
        if at is None:
            break
        inputs = at["inputs"]
        if isinstance(inputs.get("ckpt_name"), str):
            return tags[::-1], _stem(inputs["ckpt_name"])
        if isinstance(inputs.get("lora_name"), str):
            unet = inputs.get("strength_model", 1.0)
            te = inputs.get("strength_clip", 0.0)
            weights = f"{unet}" if te == unet else f"{te}:{unet}"
            tags.append(f"<lora:{quoted(_stem(inputs['lora_name']))}:{weights}>")
        at = _behind(graph, at, "model")
    return tags[::-1], ""


def _fields(graph: Mapping[str, Node], node: Node) -> dict[str, str]:
    inputs = node["inputs"]
    sampler, schedule = inputs.get("sampler_name"), inputs.get("scheduler")
    fields = {
        "Steps": inputs.get("steps"),
        "Sampler": _SAMPLERS.get(sampler, sampler) if isinstance(sampler, str) else None,
        "Schedule type": _SCHEDULES.get(schedule, schedule) if isinstance(schedule, str) else None,
        "CFG scale": inputs.get("cfg"),
        "Seed": inputs.get("seed", inputs.get("noise_seed")),
    }
    latents = _behind(graph, node, "latent_image")
    if latents is not None and {"width", "height"} <= latents["inputs"].keys():
        fields["Size"] = f"{latents['inputs']['width']}x{latents['inputs']['height']}"
    return {key: str(v) for key, v in fields.items() if isinstance(v, str | int | float)}


def _stem(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).stem
