"""What the imprint says: names, models, licences, may it be sold, made with AI; sets nothing."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from castmates.books.values import Book, ModelUse


@cache
def _table() -> dict[str, dict[str, str]]:
    text = (files("castmates.books.layout") / "wordings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def wording(key: str, language: str) -> str:
    """A phrase of `wordings.toml` in a language, in English where there is none."""
    table = _table()
    return table.get(language.lower().split("-")[0], table["en"]).get(key, table["en"][key])


def may_be_sold(models: tuple[ModelUse, ...]) -> bool | None:
    """Whether the models' licences allow it together; None: of some it is not known."""
    if any(model.may_sell is False for model in models):
        return False
    return True if models and all(model.may_sell for model in models) else None


def imprint_lines(book: Book) -> list[str]:
    """The paragraphs of the imprint, in order."""
    imprint, language = book.imprint, book.language
    head = " ".join(part for part in (book.author, str(imprint.year or "")) if part)
    said = [f"{book.title}. {head}".strip()]
    for model in imprint.models:
        licence = f" ({model.licence})" if model.licence else ""
        said.append(f"{model.name}{licence}: {model.part}.")
    said += [_sale(book)] if imprint.models else []
    said += [wording("ai", language)] if imprint.by_ai else []
    return [*said, *imprint.notes, wording("made", language)]


def _sale(book: Book) -> str:
    models = book.imprint.models
    allowed = may_be_sold(models)
    key = {True: "sell", False: "sell_no", None: "sell_ask"}[allowed]
    names = ", ".join(dict.fromkeys(m.name for m in models if m.may_sell is allowed))
    return wording(key, book.language).format(models=names)
