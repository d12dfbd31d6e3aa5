"""`castmates models`: models that you have already, found where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, JsonOption, StudioOption

if TYPE_CHECKING:
    from castmates.files.studio import Studio
    from castmates.studio.model_card import ModelCard
    from castmates.studio.model_index import Model, Models
    from castmates.studio.model_verbs import Added

KindOption = Annotated[
    str, typer.Option("--kind", help="Only these: checkpoint, lora, vae, embedding, upscaler, …")
]

app = typer.Typer(
    help="Models that you have already (A1111, Forge, ComfyUI, diffusers), found where they lie.",
    no_args_is_help=True,
)


@app.callback()
def _root() -> None:
    """Models that you have already (A1111, Forge, ComfyUI, diffusers), found where they lie."""


@app.command("add")
def add(
    path: Annotated[Path, typer.Argument(help="A folder with models, or one model file.")],
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Let the studio know a folder of models. Nothing is copied, nothing is written there.

    Example: castmates models add ~/ComfyUI --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.model_verbs import add as add_folder

    pass_through(
        lambda tell: add_folder(Studio.open(studio), path, tell),
        as_json=as_json,
        words=_added,
        data=lambda added: added.model_dump(mode="json"),
    )


@app.command("list")
def list_(
    studio: StudioOption = HERE,
    kind: KindOption = "",
    family: Annotated[
        str, typer.Option("--family", help="Only for these bases: sd15, sd2, sdxl, sd3, flux.")
    ] = "",
    with_hash: Annotated[
        bool, typer.Option("--hash", help="Sum the hashes too; large files take a while, once.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the models in the folders that the studio knows, by their headers alone.

    Example: castmates models list --kind lora --family sd15 --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.model_terms import terms_of
    from castmates.studio.model_verbs import listed

    pass_through(
        lambda tell: listed(
            Studio.open(studio), kind=kind, family=family, with_hash=with_hash, tell=tell
        ),
        as_json=as_json,
        words=_listed,
        data=lambda models: {
            "models": [
                {**each.model_dump(mode="json"), "terms": terms_of(each).model_dump(mode="json")}
                for each in models
            ],
            "unread": models.unread,
        },
    )


@app.command("show")
def show(
    what: Annotated[str, typer.Argument(help="A model's name, its hash, or its file.")],
    studio: StudioOption = HERE,
    kind: KindOption = "",
    with_hash: Annotated[
        bool, typer.Option("--hash/--no-hash", help="Sum its hashes (once; then remembered).")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Say what one model is: kind, family, hashes, trigger words, licence, "may I sell it".

    Example: castmates models show 6ce0161689 --studio my-studio
    """
    from castmates.studio.model_verbs import show as show_one

    pass_through(
        lambda tell: show_one(_studio(studio), what, kind=kind, with_hash=with_hash, tell=tell),
        as_json=as_json,
        words=_card,
        data=lambda card: card.model_dump(mode="json"),
    )


@app.command("use")
def use(
    what: Annotated[str, typer.Argument(help="A base's name, its hash, or its folder.")],
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Make a base the studio's own, for whatever names no other; its terms are shown.

    Example: castmates models use ~/models/stable-diffusion-v1-5 --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.model_verbs import use as use_base

    pass_through(
        lambda tell: use_base(Studio.open(studio), what, tell),
        as_json=as_json,
        words=lambda card: f"The studio's base is now {card.model.name}.\n\n{_card(card)}",
        data=lambda card: card.model_dump(mode="json"),
    )


def _studio(path: Path) -> Studio | None:
    """The folder one stands in may be no studio: a file is shown without one."""
    from castmates.files.studio import Studio

    return None if path == HERE and not (path / "studio.toml").is_file() else Studio.open(path)


def _added(added: Added) -> str:
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(added.kinds.items()))
    first = f"{added.path} is {'known now' if added.is_new else 'known already'}; "
    return first + (f"it has {counts}." if counts else "there are no models in it yet.")


def _listed(models: Models) -> str:
    from castmates.studio.model_terms import terms_of

    if not len(models):
        return "There are no such models in the folders known here."
    heads = ("name", "kind", "for", "size", "pictures may be sold", "where")
    rows = [
        (each.name, each.kind, _for(each), _size(each), terms_of(each).sale, each.path)
        for each in models
    ]
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads) - 1)]
    lines = [
        "  ".join([*(cell.ljust(wide) for cell, wide in zip(row, widths, strict=False)), row[-1]])
        for row in (heads, *rows)
    ]
    return "\n".join(lines)


def _card(card: ModelCard) -> str:
    """A line each for what is known; what is not is left out, but for the licence."""
    model, terms, advice = card.model, card.terms, card.advice
    licence = terms.licence or "not known"
    by = {"itself": " (as it states itself)", "its family": " (of its family)"}
    settings = {key: value for key, value in advice if value is not None}
    lines = {
        "name": model.name,
        "is": ", ".join(dict.fromkeys(word for word in (model.kind, model.variant) if word)),
        "for": _for(model) or "not known",
        "traits": ", ".join(model.traits),
        "size": _size(model),
        "where": model.path,
        "trigger words": "; ".join(card.model.triggers),
        "common tags": ", ".join(f"{tag} ({number})" for tag, number in model.tags),
        "trained on": model.base,
        "licence": licence + by.get(terms.told_by, ""),
        "sell pictures": terms.sale,
        "": terms.words,
        "source": terms.source,
        "draw with": ", ".join(f"{key} {value}" for key, value in settings.items()),
        "note": card.note,
        "AutoV1": model.hashes.autov1,
        "AutoV2": model.hashes.autov2,
        "AutoV3": model.hashes.autov3,
        "SHA-256": model.hashes.sha256,
        "fingerprint": model.hashes.fingerprint,
        "castmates": card.draws,
        "mind": " ".join(model.problems),
    }
    return "\n".join(f"{key:<14} {value}" for key, value in lines.items() if value)


def _for(model: Model) -> str:
    return " or ".join(model.families)


def _size(model: Model) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if model.bytes >= size:
            return f"{model.bytes / size:.1f} {unit}"
    return f"{model.bytes} B"
