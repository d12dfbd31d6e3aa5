"""The drawn world of picture-book characters with exact tags; knows nothing of models."""

from storybook.world.captions import caption
from storybook.world.casts import DEVELOPMENT, EVALUATION, EXAMPLE
from storybook.world.characters import named_character
from storybook.world.drawing import draw
from storybook.world.picture import Picture
from storybook.world.sampling import sample
from storybook.world.sentences import sentence_of
from storybook.world.truth import tags_of
from storybook.world.values import Act, Character, Framed
from storybook.world.widths import QUIET, WIDE, Widths
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
