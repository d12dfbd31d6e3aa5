"""Time caption operations on 10,000 captions; prints seconds and captions a second.

python bench/captions.py
"""

from __future__ import annotations

import random
import time

from castmates.captions.clean import Cleaning, clean_all
from castmates.captions.edits import Add, Rename, Replace, changes
from castmates.captions.features import features, usual
from castmates.captions.filters import Subject, read

COUNT = 10_000


def captions(count: int) -> list[str]:
    """Captions of about 25 tags, of traits, clothes and things in many colours."""
    rng = random.Random(0)
    colours = ("red", "light blue", "green", "black", "two-tone", "white")
    nouns = [end for feature in features().values() for end in feature.ends]
    nouns += ["cup", "chair", "background", "flower", "shirt collar", "book"]
    found = []
    for _ in range(count):
        tags = [f"{rng.choice(colours)} {rng.choice(nouns)}" for _ in range(18)]
        tags += ["1girl", "pip", "holding", "holding cup", "cup", "simple background", "smile"]
        rng.shuffle(tags)
        found.append(", ".join(tags))
    return found


def main() -> None:
    texts = captions(COUNT)
    numbered = list(enumerate(texts))
    subjects = [Subject(n, text, view="behind" if n % 5 else "") for n, text in numbered]
    cleaning = Cleaning("pip", usual(), drop_counts=True, drop_implied=True)
    test = read('tag:"red hat" OR *hair AND NOT view:behind')
    works = {
        "clean: trigger, features, counts, implied": lambda: clean_all(texts, cleaning),
        "rename a tag": lambda: changes(numbered, Rename("holding cup", "holding mug")),
        "replace by pattern": lambda: changes(numbered, Replace("^red (.*)", r"crimson \1")),
        "add tags for all": lambda: changes(numbered, Add(("freckles", "3D render"), True, "pip")),
        "filter": lambda: [subject for subject in subjects if test(subject)],
    }
    for name, work in works.items():
        began = time.perf_counter()
        work()
        took = time.perf_counter() - began
        print(f"{name}: {took:.2f} s, {COUNT / took:,.0f} captions/s")


if __name__ == "__main__":
    main()
