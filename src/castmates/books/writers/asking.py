"""Say an order in words that a language model understands; asks nobody."""

from __future__ import annotations

from castmates.books.story.bands import band_of
from castmates.books.writers.order import Order

_STYLES = {
    "rhyme": "Write it in rhyming couplets; end each line of verse with a backslash.",
    "first-person": "The hero tells it: write in the first person.",
    "funny": "Make it funny.",
}


def request_for(order: Order) -> list[dict[str, str]]:
    """The messages of a request: how to write, and what."""
    band = band_of(order.age)
    rules = [
        "You write picture books that are read aloud to children.",
        "Answer with the story alone, in Markdown: one line '# Title', then the pages, with a line "
        "'---' between two pages. No page numbers, no remarks.",
        f"Write exactly {order.pages} pages. The readers are {order.age} years old: at most "
        f"{band.words} words on a page and {band.sentence} in a sentence, everyday words.",
        "Every page is one picture: say who is there, where, and what they do.",
        "Be kind. End well.",
    ]
    rules += [_STYLES[style] for style in order.styles]
    wish = [f"The idea: {order.idea}"]
    wish += [f"The hero is {order.hero} ({order.pronoun})."] if order.hero else []
    wish += (
        [f"These may be in it, and nobody else has a name: {', '.join(order.cast)}."]
        if order.cast
        else []
    )
    wish += [f"Last time this did not fit: {each}" for each in order.again]
    return [
        {"role": "system", "content": "\n".join(rules)},
        {"role": "user", "content": "\n".join(wish)},
    ]
