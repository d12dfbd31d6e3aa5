"""Who looks at the pictures of a study; judges nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from castmates.core.ports import Encoder, Finder, Tagger


@dataclass(frozen=True)
class Judges:
    """Who looks.

    Attributes:
        encoder: for likeness. tagger: for obedience, and for the character's attributes.
        finder: cuts the character out of its pictures; None: whole pictures serve, and that is
            said.
        others: name -> further encoders (DINOv2, CLIP, CCIP …) that have a say in likeness, each as
            far as it tells the real pictures from strangers.
    """

    encoder: Encoder
    tagger: Tagger
    finder: Finder | None = None
    others: Mapping[str, Encoder] = field(default_factory=dict)

    @property
    def encoders(self) -> dict[str, Encoder]:
        """Measure -> encoder: "likeness" is the first one's, "likeness by clip" another's."""
        return {"likeness": self.encoder} | {
            f"likeness by {name}": encoder for name, encoder in self.others.items()
        }
