"""Factors under the names of a base's own layers, whichever of their names a file has; no file.

Files of one family may name a layer as its authors do or as diffusers does, and hold several of
diffusers' layers as one (Flux's q, k and v), or each by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from castmates.adapters.factors import Factors
from castmates.adapters.native import Native
from castmates.adapters.sites import Site


def own_names(sites: Mapping[str, Site]) -> dict[str, str]:
    """Every other name that a layer may have in files -> its own."""
    return {also: name for name, site in sites.items() for also in site.also if also not in sites}


def renamed(factors: Mapping[str, Factors], sites: Mapping[str, Site]) -> dict[str, Factors]:
    """The factors under their layers' own names; those that are no layer's keep theirs.

    Parts of a layer are joined: with one common map down they keep their rank, else the ranks add
    up (the joined map up is block-diagonal). Both are exact.
    """
    known = own_names(sites)
    parts = {
        also: (name, place)
        for name, site in sites.items()
        for place, part in enumerate(site.parts)
        for also in part.also
        if also not in sites
    }
    found: dict[str, Factors] = {}
    apart: dict[str, dict[int, Factors]] = {}
    for name, given in factors.items():
        layer, place = parts.get(name, ("", 0))
        fits = sites[layer].parts[place].fitted(given) if layer else None
        if fits is not None:
            apart.setdefault(layer, {})[place] = fits
        else:
            found[known.get(name, name)] = given
    return found | {layer: _joined(some, sites[layer]) for layer, some in apart.items()}


def renamed_native(native: Mapping[str, Native], sites: Mapping[str, Site]) -> dict[str, Native]:
    """The same of shares in their kind's own parameters, whose parts cannot be joined."""
    known = own_names(sites)
    return {known.get(name, name): share for name, share in native.items()}


def _joined(some: Mapping[int, Factors], site: Site) -> Factors:
    downs = [f.down for f in some.values()]
    common = all(torch.equal(down, downs[0]) for down in downs)
    ranks = sum(len(down) for down in downs)
    down = downs[0] if common else torch.cat(downs)
    up = torch.zeros(site.shape.out, len(downs[0]) if common else ranks)
    first = 0
    for place, f in some.items():
        up[site.parts[place].rows, first : first + f.rank] = f.scale * f.up.float()
        first += 0 if common else f.rank
    return Factors(down, up.to(down), 1.0)
