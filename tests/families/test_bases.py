"""The table of licences and settings is whole, and names its sources and what it does not know."""

from __future__ import annotations

import pytest

from castmates.drawing.sampler_names import WRITTEN
from castmates.families.bases import _table, known_base, known_families, licence, licence_called


def test_every_entry_names_its_source() -> None:
    for entry in (*_table().licence, *_table().base):
        assert entry.source.startswith("https://")
    for base in _table().base:
        assert base.advised or base.advice.size is None, base.name


def test_bases_and_licences_and_samplers_fit_together() -> None:
    for base in _table().base:
        assert not base.licence or licence(base.licence) is not None, base.name
        assert base.sampler is None or base.sampler in WRITTEN, base.name
    spelt = [text for each in _table().licence for text in (each.key, *each.spelt)]
    assert all(text == text.casefold() for text in spelt)
    owners = [each.key for each in _table().licence for _ in {each.key, *each.spelt}]
    assert len(owners) == len(set(spelt)), "two licences share a spelling"


@pytest.mark.parametrize(
    ("family", "variant", "key", "may_sell"),
    [
        ("sd15", "", "creativeml-openrail-m", True),
        ("sd2", "", "openrail++", True),
        ("sdxl", "", "openrail++", True),
        ("sd3", "3", "stability-community", True),
        ("sd3", "3.5 large", "stability-community", True),
        ("flux", "schnell", "apache-2.0", True),
        ("flux", "dev", "flux-1-dev-non-commercial", False),
    ],
)
def test_the_families_licences(family: str, variant: str, key: str, may_sell: bool) -> None:
    base = known_base(family, variant)
    assert base is not None
    assert base.licence == key
    its = licence(base.licence)
    assert its is not None
    assert its.may_sell is may_sell


def test_what_is_not_known_is_none() -> None:
    assert known_base("pixart") is None
    flux = known_base("flux")
    assert flux is not None
    assert (flux.licence, flux.advice.size) == ("", None)
    assert licence_called("all rights reserved") is None
    assert licence_called("") is None


def test_a_variant_of_its_own_comes_before_its_family() -> None:
    assert known_base("sdxl", "refiner") != known_base("sdxl", "")
    assert known_base("sdxl", "something new") == known_base("sdxl", "")
    assert known_families() == ("sd15", "sd2", "sdxl", "sd3", "flux")


def test_licences_are_known_as_headers_write_them() -> None:
    found = licence_called(" CreativeML Open RAIL++-M  License ")
    assert found is not None
    assert found.key == "openrail++"
