"""A1111's infotext, taken apart and put together; knows no shot and no sampler of ours.

The layout is that of A1111 1.10: words, negative words, one line of fields. A line is one of fields
if three of them are found in it. A value is quoted as JSON if it holds `,`, `:` or a line's end; a
field whose key equals its value is written once, without a colon. Linear in the text's length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from pydantic import Field

from castmates.core.types import Value

NEGATIVE = "Negative prompt:"
FEWEST_FIELDS = 3
_OLD_SCHEDULES = (1, 6, 0)

# Letters of any script, digits, spaces, hyphens and slashes; the first is a letter or digit.
_key = re.compile(r"[\w \-/]++")
_value = re.compile(r'\s*("(?:\\.|[^\\"])++"|[^,]*+)(?:,|$)')
_begun = re.compile(r"\s*+[\[{]")
_ended = re.compile(r"\s*+(?:,|$)")
_json = json.JSONDecoder()
_suffixes = ("Karras", "Exponential", "Polyexponential")


class Parameters(Value):
    """What an infotext says, whoever wrote it.

    Attributes:
        prompt, negative: as written, tags and brackets included.
        fields: key -> value in the order of the line; keys are exact, as A1111 writes them.
    """

    prompt: str
    negative: str = ""
    fields: Mapping[str, str] = Field(default_factory=dict)

    @property
    def sampler(self) -> str:
        """Without the schedule that older versions wrote behind it."""
        return split_sampler(self.fields.get("Sampler", ""))[0]

    @property
    def schedule(self) -> str:
        """The schedule type; "Automatic" where none is said."""
        said = self.fields.get("Schedule type", "")
        return said or split_sampler(self.fields.get("Sampler", ""))[1] or "Automatic"

    @property
    def old_schedules(self) -> bool:
        """Whether `[a:b:when]` counts as before version 1.6, by the version or the field's word."""
        if self.fields.get("Old prompt editing timelines", "").casefold() == "true":
            return True
        match = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", self.fields.get("Version", ""))
        if match is None or "[" not in self.prompt + self.negative:
            return False
        return tuple(int(part or 0) for part in match.groups()) < _OLD_SCHEDULES

    @property
    def emphasis(self) -> str:
        """A1111's name of the emphasis mode."""
        return self.fields.get("Emphasis", "Original")

    def hashes(self, key: str = "Lora hashes") -> dict[str, str]:
        """`Lora hashes` or `TI hashes` as name -> hash."""
        pairs = (item.rpartition(":") for item in self.fields.get(key, "").split(","))
        return {name.strip(): value.strip() for name, sign, value in pairs if sign and name.strip()}


def split_sampler(written: str) -> tuple[str, str]:
    """`DPM++ 2M Karras`, as versions before 1.9 wrote it, is a sampler and a schedule.

    >>> split_sampler("DPM++ 3M SDE Karras")
    ('DPM++ 3M SDE', 'Karras')
    """
    for suffix in _suffixes:
        if written.endswith(f" {suffix}"):
            return written.removesuffix(f" {suffix}"), suffix
    return written, ""


def read(text: str) -> Parameters:
    """Take an infotext apart; every text is one, if only a prompt."""
    *lines, last = text.strip().split("\n")
    fields = [*fields_of(last)]
    if len(fields) < FEWEST_FIELDS:
        lines, fields = [*lines, last], []
    words: list[str] = []
    negative: list[str] = []
    into = words
    for line in (line.strip() for line in lines):
        if line.startswith(NEGATIVE):
            into, line = negative, line.removeprefix(NEGATIVE).strip()
        into.append(line)
    return Parameters(prompt="\n".join(words), negative="\n".join(negative), fields=dict(fields))


def fields_of(line: str) -> Iterator[tuple[str, str]]:
    """Keys and values of a line, quotes undone.

    As A1111 reads it, with one thing more: a value that begins with `[` or `{` and is JSON is read
    to its end (Civitai and ComfyUI write such).
    """
    at = 0
    while match := _key.search(line, at):
        at = match.end()
        key = match[0].lstrip(" -/")
        if len(key) < 2 or not line.startswith(":", at):
            continue
        whole = _whole_json(line, at + 1)
        found = _value.match(line, at + 1) if whole is None else None
        if whole is not None:
            value, at = whole
        else:
            assert found is not None  # everything up to a comma is a value
            value, at = _unquoted(found[1].strip()), found.end()
        yield key, value


def write(parameters: Parameters) -> str:
    """An infotext; `read` gives the same back, if the words hold nothing that A1111 cannot.

    Lost are spaces at the ends of lines and values without words; a line of the words that begins
    with "Negative prompt:" is read as such.
    """
    lines = [parameters.prompt]
    if parameters.negative:
        lines.append(f"{NEGATIVE} {parameters.negative}")
    fields = [
        key if key == value else f"{key}: {quoted(value)}"
        for key, value in parameters.fields.items()
        if value
    ]
    return "\n".join([*lines, ", ".join(fields)] if fields else lines)


def quoted(value: str) -> str:
    """A value as the line can hold it."""
    return json.dumps(value, ensure_ascii=False) if re.search(r"[,:\n]", value) else value


def named(name: str) -> str:
    """A name as `Lora hashes` can hold it."""
    return re.sub("[:,]", "", name)


def _unquoted(value: str) -> str:
    if len(value) < 3 or not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value


def _whole_json(line: str, at: int) -> tuple[str, int] | None:
    """A list or object that begins here, as written, and where the field ends."""
    begun = _begun.match(line, at)
    if begun is None:
        return None
    try:
        _, end = _json.raw_decode(line, begun.end() - 1)
    except (ValueError, RecursionError):
        return None
    ended = _ended.match(line, end)
    return None if ended is None else (line[begun.end() - 1 : end], ended.end())
