"""Small plots to test with."""

from __future__ import annotations

from castmates.judging.plots.plot import SEAT, Arm, Axis, Opens, Plot, Worded


def plot(*axes: tuple[str, tuple[str, ...]], **changes: object) -> Plot:
    """A plot of Pip along these axes: epochs 1 and 6, words with a place for the adapter."""
    prompts = dict(axes).get("prompt", ())
    words = [Worded(at=(p,), words=f"{p} {SEAT}") for p in prompts]
    values: dict[str, object] = {
        "character": "pip",
        "axes": tuple(Axis(kind=kind, values=some) for kind, some in axes),
        "fixed": () if "seed" in dict(axes) else (Axis(kind="seed", values=("3",)),),
        "words": tuple(words) or (Worded(words=f"pip, hat {SEAT}", negative="dark"),),
        "arms": tuple(
            Arm(name=f"pip-{e:06d}", file=f"pip-{e:06d}.safetensors", digest=f"d{e}", epoch=e,
                character="pip", strength=0.9)
            for e in (1, 6)
        ),
        "bases": (Opens(name="storybook", fingerprint="f"),),
    }  # fmt: skip
    return Plot.model_validate({**values, **changes})
