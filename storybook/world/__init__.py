"""The drawn world of picture-book characters with exact tags; knows nothing of models and training."""

from storybook.world.captions import caption, sentence_of, tags_of
from storybook.world.casts import DEVELOPMENT, EVALUATION, EXAMPLE
from storybook.world.drawing import draw
from storybook.world.sampling import named_character, sample
from storybook.world.values import QUIET, WIDE, Act, Character, Framed, Picture, Widths
from storybook.world.words import vocabulary

__all__ = [
    "DEVELOPMENT",
    "EVALUATION",
    "EXAMPLE",
    "QUIET",
    "WIDE",
    "Act",
    "Character",
    "Framed",
    "Picture",
    "Widths",
    "caption",
    "draw",
    "named_character",
    "sample",
    "sentence_of",
    "tags_of",
    "vocabulary",
]
