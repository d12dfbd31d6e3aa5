"""What is read off a drawn picture to rank it; judges nothing, and so loads no judge."""

from __future__ import annotations

from castmates.core.types import Value


class Mark(Value):
    """What was read off a picture.

    Attributes:
        score: likeness × obedience, or the one of them that there is; 0 to 1.
        likeness: to the characters of the prompt, 0 to 1; None: there are none with pictures.
        similarity: the same as the encoder measures it, -1 to 1: it parts what is 0 or 1.
        obedience: None: nothing is asked for that the tagger can see.
        wanted, found: tags that the prompt asks for, and those of them that are there.
    """

    score: float
    likeness: float | None = None
    similarity: float | None = None
    obedience: float | None = None
    wanted: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
