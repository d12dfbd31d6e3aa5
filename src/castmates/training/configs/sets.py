"""`--set key=value`: settings changed by name, in our words or in kohya's; reads no files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from castmates.core.errors import BadInput, Misfits
from castmates.core.near import did_you_mean
from castmates.training.configs import kinds
from castmates.training.configs.keys import keys_of
from castmates.training.configs.neutral import Samples, TrainingSettings, places

KOHYA = "sgn"
"""Whose keys are known here besides castmates' own."""


def parted(texts: Iterable[str]) -> dict[str, str]:
    """`["rank=8", "length=10 epochs"]` -> {"rank": "8", "length": "10 epochs"}.

    Raises:
        BadInput: a text without `=`; all of them at once.
    """
    found, misfits = {}, Misfits()
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark or not name.strip():
            misfits.add(BadInput(f"--set '{text}' has no '='.", "Write it so: --set rank=8"))
        found[name.strip()] = value.strip()
    misfits.raise_if_any()
    return found


def ours(changes: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Those in castmates' words (as `section.setting`), and those in kohya's.

    A name that both have is castmates' own.

    Raises:
        BadInput: a name that neither has; the nearest is offered. All of them at once.
    """
    known, theirs = places(), keys_of(KOHYA)
    full = {f"{section}.{name}" for name, section in known.items()}
    mine: dict[str, str] = {}
    kohya: dict[str, str] = {}
    misfits = Misfits()
    for name, value in changes.items():
        if name in full:
            mine[name] = value
        elif name in known:
            mine[f"{known[name]}.{name}"] = value
        elif name in theirs:
            kohya[name] = value
        else:
            near = did_you_mean(name, [*known, *theirs])
            misfits.add(BadInput(f"There is no setting '{name}'.", near))
    misfits.raise_if_any()
    return mine, kohya


def changed(settings: TrainingSettings, changes: Mapping[str, str]) -> TrainingSettings:
    """The settings with some replaced; text is read in the setting's own kind.

    kohya's names serve where the key is one setting by itself (`network_dropout`); those that hang
    together with others (`network_dim`, `learning_rate`) must go into the reading of a file
    (`reading.read`), and are refused here with castmates' word.

    Raises:
        BadInput: unknown names or values that do not fit; all of them at once.
    """
    mine, kohya = ours(changes)
    misfits = Misfits()
    for name, value in kohya.items():
        key = keys_of(KOHYA)[name]
        if key.role != "sets":
            near = did_you_mean(_words.get(name, name), places())
            misfits.add(BadInput(f"'{name}' is no setting by itself here.", near))
            continue
        try:
            mine[key.becomes] = kinds.typed(key.kind, value)
        except ValueError as error:
            misfits.add(BadInput(f"--set {name}={value} does not fit: {error}."))
    misfits.raise_if_any()
    tables: dict[str, Any] = settings.model_dump(mode="json")
    for place, text in mine.items():
        section, _, name = place.partition(".")
        tables[section][name] = _value(name, text)
    try:
        return TrainingSettings.model_validate(tables)
    except ValidationError as error:
        for problem in error.errors():
            place = ".".join(str(part) for part in problem["loc"][:2])
            said = problem["msg"].removeprefix("Value error, ")
            misfits.add(BadInput(f"--set {place}={problem.get('input')} does not fit: {said}."))
        misfits.raise_if_any()
        raise


def of_samples(changes: Mapping[str, str]) -> tuple[dict[str, str], Samples]:
    """The changes that are about the recipe, and what the others say of samples.

    Samples decide nothing of an adapter, so that a recipe does not hold them.

    Raises:
        BadInput: a value that does not fit.
    """
    own = {n: v for n, v in changes.items() if n.rpartition(".")[2] in Samples.model_fields}
    wanted = changed(TrainingSettings(), own).samples if own else Samples()
    return {name: value for name, value in changes.items() if name not in own}, wanted


def of_recipe(changes: Mapping[str, str]) -> dict[str, object]:
    """The same for a recipe of ours: the setting's name alone, and values of its kind.

    Raises:
        BadInput: a name that is kohya's; castmates' word is offered. All of them at once.
    """
    found: dict[str, object] = {}
    misfits = Misfits()
    for place, text in changes.items():
        name = place.rpartition(".")[2]
        if name in _words:
            misfits.add(BadInput(f"'{name}' is kohya's.", f"Here it is '{_words[name]}'."))
        found["optimizer_args" if name == "arguments" else name] = _value(name, text)
    misfits.raise_if_any()
    return found


_words = {
    "network_dim": "rank",
    "network_alpha": "alpha",
    "learning_rate": "unet_rate",
    "unet_lr": "unet_rate",
    "text_encoder_lr": "text_rate",
    "max_train_epochs": "length",
    "max_train_steps": "length",
    "save_every_n_epochs": "save_every",
    "lr_warmup_steps": "warmup",
    "optimizer_type": "optimizer",
    "lr_scheduler": "schedule",
    "enable_bucket": "buckets",
    "min_bucket_reso": "bucket_smallest",
    "max_bucket_reso": "bucket_largest",
    "bucket_reso_steps": "bucket_step",
    "flip_aug": "flip",
    "color_aug": "colour",
    "shuffle_caption": "shuffle",
    "caption_dropout_rate": "caption_dropout",
    "caption_tag_dropout_rate": "tag_dropout",
    "max_token_length": "max_tokens",
    "masked_loss": "masked",
    "prior_loss_weight": "prior_weight",
}
LISTS = (
    "betas",
    "merged_first",
    "merged_strengths",
    "block_ranks",
    "block_alphas",
    "conv_block_ranks",
    "conv_block_alphas",
)
"""Settings whose value is a list, parted at commas."""


def _value(name: str, text: object) -> object:
    """Lists are parted at commas, arguments and rates at spaces, and `none` is nothing."""
    if not isinstance(text, str):
        return text
    if text.lower() == "none":
        return None
    if name in LISTS:
        return kinds.listed(text)
    if name == "block_rates":
        return text.split()
    if name in ("arguments", "optimizer_args"):
        return {key: _literal(value) for key, value in _arguments(text).items()}
    return text


def _arguments(text: str) -> dict[str, str]:
    try:
        return kinds.arguments(text)
    except ValueError as error:
        raise BadInput(
            f"optimizer_args={text}: {error}.",
            "Write them as name=value, with a space between: "
            "--set 'optimizer_args=weight_decay=0.01 eps=1e-8'.",
        ) from error


def _literal(text: str) -> object:
    try:
        found = kinds.literal(text)
    except ValueError:
        return text
    return found if isinstance(found, bool | int | float | str) else text
