"""Whether an adapter fits a base's layers, and the words when it does not; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.keys.dialects import family_of
from castmates.adapters.renaming import renamed, renamed_native
from castmates.adapters.sites import Site
from castmates.core.errors import Unfit

SHOWN = 4


def fitted(adapter: Adapter, sites: Mapping[str, Site], base: str) -> Adapter:
    """The adapter with its factors in the forms of the base's layers.

    Raises:
        Unfit: layers that the base does not have, or of other shapes; all told at once, with what
            the adapter was made for.
    """
    found: dict[str, Factors] = {}
    native = renamed_native(adapter.native, sites)
    absent: list[str] = []
    other: list[str] = []
    for name, factors in renamed(adapter.factors, sites).items():
        site = sites.get(name)
        fits = site.fitted(factors) if site is not None else None
        if site is None:
            absent.append(name)
        elif fits is None:
            shape = f"{factors.down.shape[1]}->{factors.up.shape[0]}"
            other.append(f"{name} ({shape}, the base's is {site.shape})")
        else:
            found[name] = fits
    for name, share in native.items():
        site = sites.get(name)
        if site is None:
            absent.append(name)
        elif site.parts:
            other.append(f"{name} (several layers as one: only a plain LoRA acts on it)")
        elif not share.fits(site.shape):
            rows, columns = share.form.size(share.parts)
            other.append(f"{name} ({columns}->{rows}, the base's is {site.shape})")
    if not (adapter.factors or adapter.native):
        raise Unfit(f"The adapter '{adapter.name}' is empty.", "Train or download it again.")
    if absent or other:
        raise _unfit(adapter, base, absent, other)
    return replace(adapter, factors=found, native=native)


def _unfit(adapter: Adapter, base: str, absent: Sequence[str], other: Sequence[str]) -> Unfit:
    told = []
    if absent:
        told.append(f"{len(absent)} of its layers are not there: {_some(absent)}")
    if other:
        told.append(f"{len(other)} of its layers have other shapes: {_some(other)}")
    return Unfit(
        f"The adapter '{adapter.name}' does not fit {base}; {'; '.join(told)}. {made_for(adapter)}",
        "Draw with the base it was made for (--base), or take an adapter of this one.",
    )


def made_for(adapter: Adapter) -> str:
    """One sentence on what an adapter was made for, as far as its header and shapes say."""
    told = adapter.metadata
    shapes = {f"{n}.lora_down.weight": tuple(f.down.shape) for n, f in adapter.factors.items()}
    family = family_of(shapes)
    words = family.words if family else ""
    version = told.get("ss_base_model_version", "")
    model = told.get("ss_sd_model_name", "")
    named = [part for part in (words, version and f"'{version}'", model and f"'{model}'") if part]
    if not named:
        return "Its file does not say what it was made for."
    return f"Its file says it was made for {', '.join(named)}."


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
