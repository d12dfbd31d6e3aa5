"""Look at a page's candidates: who is there, likeness, obedience, room; choose one. Draws nothing.

Our finder, encoder and tagger know the storybook world alone; for other bases they are named by the
user, or nobody looks: then the words of a page stand below its picture, where nobody can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from castmates.books.illustrating.marks import Candidate, Mark, PageRecord, Seen, best
from castmates.books.illustrating.room import room
from castmates.books.values import Box
from castmates.core.events import Began, Moved, Tell, Warned
from castmates.core.ports import Pixels
from castmates.files.images import read
from castmates.files.studio import Studio
from castmates.judging.scores import plain
from castmates.judging.wanted import wanted_tags
from castmates.scenes.assignment import assigned
from castmates.scenes.choosing import in_words
from castmates.scenes.cutting import cut_out
from castmates.scenes.looking import Cast, Eyes, seen_in
from castmates.scenes.verdict import Evidence, Verdict, verdict_of
from castmates.studio.book_draw import Drafted
from castmates.studio.scene_cast import cast_of, eyes_of

_FAR = 0.5
"""Share of what a page asks for that a picture to start from should show."""


@dataclass
class Onlooker:
    """Looks at the pictures of a book; `eyes` None: nobody can."""

    eyes: Eyes | None
    cast: Cast
    families: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        studio: Studio,
        base: str,
        names: Sequence[str],
        finder: str | None,
        encoder: str | None,
        tell: Tell,
    ) -> Onlooker:
        """Whoever can look at pictures of a base.

        Raises:
            BadInput, Missing: as `castmates.backends.finders.open_finder`.
        """
        eyes = eyes_of(base, finder, encoder)
        if eyes is None:
            what = f"Nobody can say who is where in pictures of {base}."
            tell(Warned(what=what, fix="Words stand below the pictures; or name --finder."))
            return cls(None, Cast({}))
        tell(Began(what="Looking at everybody's pictures"))
        known = eyes.tagger.vocabulary() if eyes.tagger is not None else {}
        families = {plain(tag): family for tag, family in known.items()}
        return cls(eyes, cast_of(studio, names, eyes), families)

    def chosen(self, drafts: Sequence[Drafted], tell: Tell) -> list[PageRecord]:
        """Look at every candidate of some pages; the best of each is chosen."""
        tell(Began(what="Choosing", total=len(drafts), unit="pages"))
        found = []
        for done, draft in enumerate(drafts, 1):
            found.append(self._record(draft))
            tell(Moved(what="Choosing", done=done, note=draft.wanted.called))
        return found

    def far(self, draft: Drafted, picture: Pixels) -> list[str]:
        """What a page asks for that the picture it starts from does not show; []: it is near."""
        if self.eyes is None or self.eyes.tagger is None:
            return []
        wanted = self._asked(draft)
        seen = self._tags([picture])[0]
        lacking = [tag for tag in wanted if tag not in seen]
        return lacking if len(lacking) > _FAR * len(wanted) else []

    def _record(self, draft: Drafted) -> PageRecord:
        folder = draft.wanted.folder
        pictures = [read(folder / name) for name in draft.files]
        looked = [self._looked(draft, picture) for picture in pictures]
        tags = self._tags(pictures)
        wanted = self._asked(draft)
        candidates = []
        for i, picture in enumerate(pictures):
            verdict, seen = looked[i]
            found = [tag for tag in wanted if tag in tags[i]] if tags else []
            likely = list(verdict.likeness.values()) if verdict is not None else []
            mark = Mark(
                there=None if verdict is None else verdict.rank[0],
                right=verdict is not None and verdict.is_right,
                likeness=_mean(likely),
                obedience=round(len(found) / len(wanted), 4) if wanted and tags else None,
                room=room(picture, [one.box for one in seen]),
                says=in_words(verdict) if verdict is not None and draft.names else "",
            )
            shot = draft.shots[i]
            candidates.append(
                Candidate(file=draft.files[i], seed=shot.seed, mark=mark, seen=tuple(seen))
            )
        kept = best([one.mark for one in candidates])
        candidates[kept] = self.closely(candidates[kept], pictures[kept])
        turn = draft.wanted.record.turn if draft.wanted.record is not None else 0
        return PageRecord(
            asked=asked(draft),
            turn=turn,
            candidates=tuple(candidates),
            chosen=candidates[kept].file,
            looked=self.eyes is not None,
        )

    def _looked(self, draft: Drafted, picture: Pixels) -> tuple[Verdict | None, list[Seen]]:
        if self.eyes is None:
            return None, []
        known = [name for name in draft.names if name in self.cast.known]
        evidence = seen_in(self.eyes, picture, self.cast, known, draft.boxes)
        places = dict(zip(draft.names, draft.boxes, strict=True))
        others = [box for name, box in places.items() if name not in known]
        verdict = verdict_of(evidence, known, [places[name] for name in known], others)
        return verdict, _named(evidence, known)

    def closely(self, candidate: Candidate, picture: Pixels) -> Candidate:
        """A candidate with the tags of everybody in it."""
        if self.eyes is None or self.eyes.tagger is None or not candidate.seen:
            return candidate
        [found] = self.eyes.finder.find([picture])
        cuts = [cut_out(picture, found, i) for i in range(len(found))]
        tags = self._tags(cuts)
        seen = [
            one.model_copy(update={"tags": tuple(tags[i])})
            for i, one in enumerate(candidate.seen[: len(tags)])
        ]
        return candidate.model_copy(update={"seen": tuple(seen)})

    def _asked(self, draft: Drafted) -> list[str]:
        return wanted_tags(draft.words, list(self.families), draft.own)

    def _tags(self, pictures: Sequence[Pixels]) -> list[list[str]]:
        if self.eyes is None or self.eyes.tagger is None or not pictures:
            return []
        said = self.eyes.tagger.tags(pictures)
        return [[plain(tag.name) for tag in tags] for tags in said]


def asked(draft: Drafted) -> str:
    """Names what a page wants drawn: equal for equal candidates."""
    return " ".join(draft.files)


def _named(evidence: Evidence, names: Sequence[str]) -> list[Seen]:
    """Everybody found, in the finder's order; those whom nobody knows have no name."""
    pairs = dict(assigned(evidence.likeness)) if evidence.likeness.size else {}
    return [
        Seen(
            name=names[pairs[d]] if d in pairs else "",
            box=_within(box),
            covered=round(float(evidence.covered[d]), 3),
        )
        for d, box in enumerate(evidence.boxes)
    ]


def _within(box: Box) -> Box:
    left, top, right, bottom = (round(min(1.0, max(0.0, float(edge))), 4) for edge in box)
    return left, top, right, bottom


def _mean(values: Sequence[float]) -> float | None:
    clipped = [min(1.0, max(0.0, value)) for value in values]
    return round(sum(clipped) / len(clipped), 4) if clipped else None
