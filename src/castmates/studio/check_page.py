"""The page about a character's pictures: a report in, one self-contained HTML file out.

In the look of the report page of `make`. It asks for nothing from outside and needs no script; each
thumbnail is inside once, as the background of a class, however often it is shown.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from jinja2 import Environment, FunctionLoader, StrictUndefined
from PIL import Image

from castmates.core.ports import Pixels
from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.pictures.report import LEVELS, Absorbed, Changeable, Finding, Level, Report

_SIZES = ((60, 224), (150, 176), (400, 112), (10**9, 72))
"""So many pictures: so large are thumbnails, in pixels. The page stays under 3 MB for 100."""
_FEW = 7
"""Categories of an axis up to which those that no picture shows are listed, too."""
_NAMES = {"error": "Stops the work", "warning": "Spoils the result", "note": "Limits it"}
_NAMES["good"] = "Good to know"


@dataclass(frozen=True)
class Thumb:
    """A picture as the page shows it: its class, its shape (width over height), its data URI."""

    name: str
    css: str
    ratio: float
    uri: str


@dataclass(frozen=True)
class Group:
    """Findings of one level."""

    level: Level
    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Bar:
    """One category of an axis, in percent of the pictures."""

    name: str
    count: int
    percent: float


def render(report: Report, folder: CharacterFolder, base: str) -> str:
    """The page as HTML text.

    Args:
        folder: of the character; its pictures become thumbnails.
        base: the base's name, to be read.
    """
    thumbs = {thumb.name: thumb for thumb in _thumbs(folder)}
    return (
        _environment()
        .get_template("check.html.j2")
        .render(
            r=report,
            base=base,
            name=report.character.replace("_", " ").replace("-", " ").title(),
            hero=_hero(report, thumbs),
            thumbs=thumbs,
            groups=_groups(_told(report)),
            axes=_axes(report),
            lead=_lead(report),
            becomes=sorted(report.absorbed, key=lambda one: (one.wanted, -one.share, one.tag)),
            stays=report.changeable[:16],
            previews=_previews(report.absorbed, report.changeable),
            counts=_counts(report),
        )
    )


def _thumbs(folder: CharacterFolder) -> list[Thumb]:
    entries = folder.pictures()
    side = next(size for most, size in _SIZES if len(entries) <= most)
    return [
        _thumb(entry.path.name, f"p{entry.number}", images.read(entry.path), side)
        for entry in entries
    ]


def _thumb(name: str, css: str, pixels: Pixels, side: int) -> Thumb:
    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    stream = BytesIO()
    picture.save(stream, "WEBP", quality=80, method=4)
    ratio = min(max(picture.width / picture.height, 0.4), 2.5)
    uri = f"data:image/webp;base64,{b64encode(stream.getvalue()).decode('ascii')}"
    return Thumb(name, css, round(ratio, 3), uri)


def _hero(report: Report, thumbs: dict[str, Thumb]) -> Thumb | None:
    """A close picture without complaints, if there is one."""
    order = sorted(
        report.per_picture,
        key=lambda one: (len(one.codes), "close-up" not in one.shows.get("framing", ()), one.name),
    )
    return next((thumbs[one.name] for one in order if one.name in thumbs), None)


def _told(report: Report) -> list[Finding]:
    """The findings; twins, which have a part of the page to themselves, in one."""
    found = [finding for finding in report.findings if finding.code != "twins"]
    if report.twins:
        many = len(report.twins)
        once = "1 picture is" if many == 1 else f"{many} pictures are"
        what = f"{once} there more than once: see the twins below."
        names = tuple(name for kin in report.twins for name in kin.pictures)
        found.append(Finding(code="twins", level="note", pictures=names, what=what))
    return found


def _groups(findings: Sequence[Finding]) -> list[Group]:
    found = []
    for level in LEVELS:
        some = tuple(finding for finding in findings if finding.level == level)
        if some:
            found.append(Group(level, _NAMES[level], some))
    return found


def _axes(report: Report) -> list[tuple[str, list[Bar]]]:
    total = max(report.pictures, 1)
    return [
        (
            axis,
            [
                Bar(name, n, round(100 * n / total, 1))
                for name, n in counts.items()
                if n or len(counts) <= _FEW
            ],
        )
        for axis, counts in report.coverage.items()
    ]


def _lead(report: Report) -> str:
    """What matters most, in one sentence."""
    spoils = sum(finding.level in ("error", "warning") for finding in report.findings)
    gaps = [shot for shot in report.plan.shots if shot.missing] if report.plan else []
    wanted = ", ".join(f"{shot.missing} {shot.words}" for shot in gaps[:2])
    ends = f" Next: add {wanted}{', …' if len(gaps) > 2 else '.'}" if gaps else ""
    if not spoils:
        return f"Nothing in these pictures spoils the result.{ends}"
    return f"{spoils} {'thing spoils' if spoils == 1 else 'things spoil'} the result.{ends}"


def _previews(absorbed: Sequence[Absorbed], changeable: Sequence[Changeable]) -> list[str]:
    unwanted = [one.preview for one in absorbed if not one.wanted]
    return [*unwanted[:4], *[one.preview for one in changeable if one.preview][:3]]


def _counts(report: Report) -> list[tuple[str, str, str]]:
    """(figure, what it counts, level)."""
    found = [(str(report.pictures), "pictures", ""), (str(report.captions), "captions", "")]
    found.append((str(report.held_out), "held out", ""))
    for level in ("error", "warning", "note"):
        count = sum(finding.level == level for finding in _told(report))
        if count or level != "error":
            found.append((str(count), level if count == 1 else f"{level}s", level if count else ""))
    return found


@cache
def _environment() -> Environment:
    folder = files("castmates.studio")
    return Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
