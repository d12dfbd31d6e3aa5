"""A parsed prompt as JSON and as sentences; knows no studio."""

from __future__ import annotations

from typing import Any

from castmates.prompts.chunks import Chunk
from castmates.prompts.curves import Curve
from castmates.prompts.plan import Step
from castmates.prompts.tags import Mention
from castmates.studio.parse import Parsed


def as_data(parsed: Parsed) -> dict[str, Any]:
    """The answer as JSON: steps are counted from 1, both ends included."""
    return {
        "prompt": parsed.prompt,
        "negative_prompt": parsed.negative,
        "steps": [_step(step) for step in parsed.plan.steps],
        "negative": [_step(step) for step in parsed.plan.negative],
        "adapters": [_adapter(mention) for mention in parsed.plan.adapters],
        "embeddings": [
            {"name": one.name, "vectors": one.count, "file": str(one.path)}
            for one in parsed.inversions
        ],
        "emphasis": parsed.plan.emphasis,
        "problems": [
            {"level": p.level, "what": p.what, "fix": p.fix, "at": list(p.span) if p.span else None}
            for p in parsed.problems
        ],
    }


def as_words(parsed: Parsed) -> str:
    """The answer for people."""
    lines = []
    for step in parsed.plan.steps:
        lines.append(f"Steps {step.first} to {step.last}")
        for condition in step.conditions:
            weight = f"  (weight {condition.weight:g})" if len(step.conditions) > 1 else ""
            for chunk in condition.chunks:
                said = " ".join(
                    f"{piece.text!r}" + (f"×{piece.weight:g}" if piece.weight != 1 else "")
                    for piece in chunk
                )
                lines.append(f"  {said}{weight}")
    for mention in parsed.plan.adapters:
        lines.append(f"Adapter {mention.name}: text encoder {mention.te}, U-Net {mention.unet}")
    for one in parsed.inversions:
        lines.append(f"Embedding {one.name}: {one.count} tokens, from {one.path}")
    lines += [f"{p.level.capitalize()}: {p.what} {p.fix}".rstrip() for p in parsed.problems]
    return "\n".join(lines)


def _step(step: Step) -> dict[str, Any]:
    conditions = [
        {"weight": each.weight, "chunks": [_chunk(chunk) for chunk in each.chunks]}
        for each in step.conditions
    ]
    return {"from": step.first, "to": step.last, "conditions": conditions}


def _chunk(chunk: Chunk) -> list[list[Any]]:
    return [[piece.text, piece.weight] for piece in chunk]


def _adapter(mention: Mention) -> dict[str, Any]:
    """Numbers are the weights at the first call; `schedule` says how they go on, where they do."""
    schedule: dict[str, Any] | None = None
    if not mention.is_constant:
        schedule = {
            "te": _curve(mention.te),
            "unet": _curve(mention.unet),
            "units": _units(mention),
        }
        if mention.window.start is not None or mention.window.stop is not None:
            schedule["window"] = [mention.window.start, mention.window.stop]
            schedule["units"]["window"] = "fraction" if mention.window.fractions else "steps"
    return {
        "name": mention.name,
        "te": mention.te.first,
        "unet": mention.unet.first,
        "dyn": mention.dyn,
        "schedule": schedule,
        "at": list(mention.span),
    }


def _curve(curve: Curve) -> list[list[float]]:
    return [[point.at, point.weight] for point in curve.points]


def _units(mention: Mention) -> dict[str, str]:
    return {"te": mention.te.unit, "unet": mention.unet.unit}
