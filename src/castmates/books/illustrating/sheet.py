"""The continuity sheet: every page, everybody's crops in a row, what drifts; one HTML file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from castmates.books.illustrating.continuity import Sighting
from castmates.books.values import Finding
from castmates.core.ports import Pixels
from castmates.files.images import as_jpeg, shrunk

_STYLE = """
:root{color-scheme:light dark;--paper:#faf7f1;--ink:#2a2622;--soft:#7b7268;--card:#fff;
--rule:#e6dfd3;--flag:#b3431f}
@media(prefers-color-scheme:dark){:root{--paper:#1d1b19;--ink:#efe9df;--soft:#a79d90;--card:#292623;
--rule:#3b3733;--flag:#ff9a76}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 Georgia,"Libertinus Serif",serif}
main{max-width:1080px;margin:auto;padding:40px 24px 72px}
h1{font-size:34px;margin:0 0 4px;font-weight:600}
h2{font-size:22px;margin:44px 0 12px;font-weight:600}
p{margin:0;color:var(--soft)}.row{display:grid;gap:14px;
grid-template-columns:repeat(auto-fill,minmax(128px,1fr))}
figure{margin:0;background:var(--card);border:1px solid var(--rule);border-radius:12px;
overflow:hidden}
figure.flag{border:2px solid var(--flag)}img{display:block;width:100%;aspect-ratio:1;
object-fit:contain;background:var(--rule)}figcaption{padding:7px 10px 8px;font-size:13px;
line-height:1.35;color:var(--soft)}
figcaption b{color:var(--ink)}ul{list-style:none;padding:0;margin:0}
li{padding:9px 0;border-top:1px solid var(--rule)}li b{color:var(--flag)}
"""


@dataclass(frozen=True, eq=False)
class SheetPage:
    """A page on the sheet: its picture, and why it was chosen."""

    number: int
    picture: Pixels
    says: str = ""


def sheet(
    title: str,
    pages: Sequence[SheetPage],
    found: Mapping[str, Sequence[Sighting]],
    drifts: Sequence[Finding],
) -> str:
    """The sheet as one HTML file that asks nobody for anything."""
    pictures = {page.number: page.picture for page in pages}
    flags = [each for each in drifts if each.page is not None]
    flagged = {each.page for each in flags}
    body = [f"<h1>{escape(title)}</h1>", f"<p>{_counted(len(flags))}</p>", "<h2>Pages</h2>"]
    cards = [
        _card(
            page.picture, f"<b>Page {page.number}</b> {escape(page.says)}", page.number in flagged
        )
        for page in pages
    ]
    body.append(_row(cards))
    for name, some in found.items():
        body.append(f"<h2>{escape(name)}</h2>")
        body.append(_row([_crop(one, pictures[one.page], name, flags) for one in some]))
    if drifts:
        body.append("<h2>What to look at</h2><ul>")
        body += [f"<li>{_said(each)}</li>" for each in drifts]
        body.append("</ul>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}: continuity</title><style>{_STYLE}</style>"
        f"<main>{''.join(body)}</main></html>\n"
    )


def _counted(flags: int) -> str:
    if not flags:
        return "Everybody looks the same on every page, as far as could be measured."
    return f"{flags} {'place' if flags == 1 else 'places'} where somebody changes."


def _said(each: Finding) -> str:
    where = f"<b>Page {each.page}</b> " if each.page else ""
    return f"{where}{escape(each.what)} {escape(each.fix)}"


def _crop(one: Sighting, picture: Pixels, name: str, flags: Sequence[Finding]) -> str:
    own = [f for f in flags if f.page == one.page and f" {name}" in f" {f.what}"]
    said = "; ".join(f.what.split(" of ")[0].split(":")[0] for f in own)
    high, wide = picture.shape[:2]
    left, top, right, bottom = one.seen.box
    cut = picture[
        int(top * high) : max(int(bottom * high), 1), int(left * wide) : int(right * wide)
    ]
    shown = cut if cut.size else picture
    return _card(shown, f"<b>Page {one.page}</b> {escape(said)}", bool(own))


def _card(picture: Pixels, caption: str, flag: bool) -> str:
    data = b64encode(as_jpeg(shrunk(picture, 220), 82)).decode()
    kind = ' class="flag"' if flag else ""
    return (
        f'<figure{kind}><img src="data:image/jpeg;base64,{data}" alt="">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _row(cards: Sequence[str]) -> str:
    return f'<div class="row">{"".join(cards)}</div>'
