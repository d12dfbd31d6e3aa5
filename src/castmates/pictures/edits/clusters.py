"""Find groups of pictures that are alike, by words or by embeddings; asks no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

WORDS_APART = 0.5
"""Mean cosine distance from which two sets of words are two outfits."""
LOOKS_APART = 0.25
"""The same for embeddings."""
_OFTEN = 0.6
_NAMED_BY = 2

Vectors = NDArray[np.float64]


def clusters(vectors: Vectors, apart: float) -> list[int]:
    """(n, d) -> a number for each row, 0 for the largest cluster; -1 for rows that are zero.

    Agglomerative with average linkage on cosine distance: the two nearest clusters become one until
    none are nearer than `apart`. The order of the rows decides nothing but ties.
    """
    lengths = np.linalg.norm(vectors, axis=1)
    there = np.flatnonzero(lengths > 0)
    members = [[int(index)] for index in there]
    rows = vectors[there] / lengths[there, None]
    far = 1 - rows @ rows.T
    np.fill_diagonal(far, np.inf)
    while len(members) > 1:
        a, b = np.unravel_index(int(far.argmin()), far.shape)
        if far[a, b] >= apart:
            break
        low, high = sorted((int(a), int(b)))
        sizes = len(members[low]), len(members[high])
        mixed = (far[low] * sizes[0] + far[high] * sizes[1]) / sum(sizes)
        far[low], far[:, low] = mixed, mixed
        far[low, low] = np.inf
        far = np.delete(np.delete(far, high, 0), high, 1)
        members[low] += members.pop(high)
    numbers = [-1] * len(vectors)
    for number, group in enumerate(sorted(members, key=lambda g: (-len(g), min(g)))):
        for index in group:
            numbers[index] = number
    return numbers


def by_words(said: Sequence[Mapping[str, float]]) -> Vectors:
    """(n, words): how surely each word is said of each picture, rarer words weighing more.

    A word on every picture parts nothing, as in tf-idf.
    """
    words = sorted({word for each in said for word in each})
    if not words:
        return np.zeros((len(said), 1))
    place = {word: index for index, word in enumerate(words)}
    vectors = np.zeros((len(said), len(words)))
    for row, each in enumerate(said):
        for word, sure in each.items():
            vectors[row, place[word]] = sure
    count = np.maximum((vectors > 0).sum(axis=0), 1)
    weighed: Vectors = vectors * np.log1p(len(said) / count)
    return weighed


def names_of(numbers: Sequence[int], said: Sequence[Mapping[str, float]]) -> dict[int, str]:
    """Cluster -> a name from the words that most of its pictures have and the others have not."""
    found: dict[int, str] = {}
    for cluster in sorted({n for n in numbers if n >= 0}):
        mine = [words for n, words in zip(numbers, said, strict=True) if n == cluster]
        rest = [words for n, words in zip(numbers, said, strict=True) if n not in (cluster, -1)]
        share = {
            word: count / len(mine) for word, count in Counter(w for m in mine for w in m).items()
        }
        other = Counter(w for r in rest for w in r)
        lead = {w: s - other[w] / max(len(rest), 1) for w, s in share.items() if s >= _OFTEN}
        best = sorted((w for w in lead if lead[w] > 0), key=lambda w: (-lead[w], -len(w), w))
        name = " and ".join(best[:_NAMED_BY])
        found[cluster] = name if name and name not in found.values() else f"outfit {cluster + 1}"
    return found


def voted(
    known: Mapping[int, str], vectors: Mapping[int, NDArray[np.float32]], nearest: int = 3
) -> dict[int, str]:
    """What the nearest pictures with a word have, for those without: number -> word.

    Args:
        known: number -> word.
        vectors: number -> unit row, of both kinds.
        nearest: how many vote, of those that are less than `LOOKS_APART` away; two thirds must
            agree.
    """
    speak = [number for number in vectors if number in known]
    found: dict[int, str] = {}
    if not speak:
        return found
    rows = np.stack([vectors[number] for number in speak])
    for number, vector in vectors.items():
        if number in known:
            continue
        alike = rows @ vector
        near = np.argsort(-alike, kind="stable")[:nearest]
        order = [i for i in near if 1 - alike[i] < LOOKS_APART]
        if not order:
            continue
        word, votes = Counter(known[speak[int(i)]] for i in order).most_common(1)[0]
        if 3 * votes >= 2 * len(order):
            found[number] = word
    return found
