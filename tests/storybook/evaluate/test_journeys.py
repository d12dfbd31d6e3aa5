"""The measuring instrument itself: prompts are fresh and true, signatures and shares are right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from castmates.core.ports import Pixels
from castmates.core.types import Tag
from storybook.evaluate.journeys import Eyes, prompts, signature
from storybook.evaluate.shares import Share
from storybook.world import DEVELOPMENT, vocabulary

WHO = next(iter(DEVELOPMENT.values()))


class ByBrightness:
    """A tagger that sees light fur on light pictures and dark fur on dark ones."""

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        return [
            [Tag(name="white fur" if p.mean() > 127 else "black fur", confidence=0.9, family="fur")]
            for p in pictures
        ]

    def vocabulary(self) -> dict[str, str]:
        return {"white fur": "fur", "black fur": "fur"}


class ByColour:
    """An encoder that points where a picture's mean colour points."""

    def embed(self, pictures: Sequence[Pixels]) -> np.ndarray:
        means = np.stack([p.reshape(-1, 3).mean(0) for p in pictures]).astype(np.float32)
        return means / np.linalg.norm(means, axis=1, keepdims=True)


def flat(*colour: int) -> Pixels:
    return np.full((8, 8, 3), colour, np.uint8)


def test_prompts_ask_only_for_words_of_the_world() -> None:
    known = {tag for tags in vocabulary().values() for tag in tags}
    for asked in prompts(WHO, 30):
        assert asked.wants
        assert set(asked.wants) <= known
        assert asked.words.startswith(f"{WHO.name}, 1{WHO.kind}, solo, ")


def test_prompts_are_the_same_every_time_and_fresh_by_seed() -> None:
    assert prompts(WHO, 5) == prompts(WHO, 5)
    assert prompts(WHO, 5) != prompts(WHO, 5, seed=1)


def test_the_signature_is_what_most_pictures_show() -> None:
    pictures = [flat(250, 250, 250), flat(240, 240, 240), flat(5, 5, 5)]
    assert signature(ByBrightness(), pictures) == {"fur": "white fur"}


def test_shares_count_right_pictures() -> None:
    other = "somebody-else"
    look = Eyes(
        ByBrightness(),
        ByColour(),
        {
            WHO.name: ByColour().embed([flat(250, 200, 200)])[0],
            other: np.eye(3, dtype=np.float32)[2],
        },
    )
    asked = prompts(WHO, 2)
    shares = look.look(WHO, [flat(250, 200, 200), flat(0, 0, 60)], asked, [flat(250, 200, 200)])
    assert (shares.identity.value, shares.recognised.value) == (0.5, 0.5)
    assert shares.obedience.value == 0.0


def test_a_share_says_its_interval() -> None:
    share = Share.of([1.0] * 9 + [0.0])
    assert share.low < share.value < share.high
    assert str(share).startswith("90 % (")
