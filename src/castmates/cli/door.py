"""Run one verb behind the door: listen, show the result, turn errors into sentences and exit codes.

It knows no verb.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from castmates.cli.listener import listening
from castmates.core.errors import CastmatesError, Stopped
from castmates.core.events import Tell

T = TypeVar("T")

_obeyed = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SIGN = "\N{REPLACEMENT CHARACTER}"


def pass_through(
    work: Callable[[Tell], T],
    *,
    as_json: bool,
    words: Callable[[T], str | Text | None],
    data: Callable[[T], Mapping[str, Any] | Sequence[Mapping[str, Any]]],
) -> None:
    """Do `work`, then print its result as sentences (`words`) or as JSON (`data`): one object, or a
    list of them where the verb was asked for several.

    Sentences are printed as they are; colours come as `rich.text.Text`. A verb whose output
    another program reads prints it itself; its `words` are None.

    Raises:
        typer.Exit: with the error's exit code when the work raised a CastmatesError.
    """
    errors = Console(stderr=True)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with listening(errors, as_json) as tell:
            result = work(tell)
    except KeyboardInterrupt:
        stopped = Stopped("Stopped.", "Nothing finished is lost: run the same command to go on.")
        raise _told(stopped, errors, as_json) from None
    except CastmatesError as error:
        raise _told(error, errors, as_json) from None
    except OSError as error:
        raise _told(_from_system(error), errors, as_json) from None
    if as_json:
        typer.echo(json.dumps(data(result), ensure_ascii=False, indent=2))
    elif (said := words(result)) is not None:
        Console().print(_harmless(said), highlight=False, markup=False, soft_wrap=True)


def _harmless(said: str | Text) -> str | Text:
    """Without signs that a terminal would obey: captions and names come from anywhere."""
    if isinstance(said, str):
        return _obeyed.sub(_SIGN, said)
    said.plain = _obeyed.sub(_SIGN, said.plain)
    return said


def _interrupt(_signum: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _from_system(error: OSError) -> CastmatesError:
    where = f" ({error.filename})" if error.filename else ""
    return CastmatesError(
        f"The system said: {error.strerror or error}{where}.",
        "Mend that and run the same command again: it goes on from what is finished.",
    )


def _told(error: CastmatesError, console: Console, as_json: bool) -> typer.Exit:
    if as_json:
        kind = type(error).__name__
        typer.echo(json.dumps({"error": kind, "what": error.what, "fix": error.fix}))
    else:
        what, fix = (_obeyed.sub(_SIGN, words) for words in (error.what, error.fix))
        console.print(f"[red]{escape(what)}[/]", highlight=False, soft_wrap=True)
        if fix:
            console.print(escape(fix), highlight=False, soft_wrap=True)
    return typer.Exit(error.exit_code)
