"""Ask a chat-completions endpoint for a story, here or far away; sends nothing unless asked to.

The protocol is that of `POST {base}/chat/completions` as many servers speak it (llama.cpp, Ollama,
vLLM, OpenAI). `body` is exactly what would be sent, so that a door can show it first.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from castmates.books.story.sentences import words_of
from castmates.books.writers.asking import request_for
from castmates.books.writers.order import Draft, Order
from castmates.core.errors import BadInput, Refused

_MOST_BYTES = 4_000_000
_LEAST_WORDS = 12
_declined = re.compile(
    r"^\s*(?:I['’]m sorry|I am sorry|Sorry,|I can(?:no|['’])t|I am unable|I['’]m unable|As an AI)",
    re.IGNORECASE,
)
_fenced = re.compile(r"^\s*```(?:\w+)?\s*\n(.*?)\n```\s*$", re.S)


class OpenAiWriter:
    """A writer behind a chat-completions endpoint.

    Args:
        base: address up to and with the version, as `http://localhost:11434/v1`.
        model: the name that the endpoint knows.
        key: sent as a bearer token; "": none is.
        patience: seconds until an answer must have come.
    """

    def __init__(
        self, base: str, model: str, key: str = "", patience: float = 120.0, warmth: float = 0.8
    ) -> None:
        if not re.match(r"https?://[^\s/]+", base):
            raise BadInput(
                f"'{base}' is no address of a writer.", "Give one: http://localhost:11434/v1"
            )
        self.address = f"{base.rstrip('/')}/chat/completions"
        self.model = model
        self._key = key
        self._patience = patience
        self._warmth = warmth

    def body(self, order: Order) -> dict[str, Any]:
        """Exactly what is sent for an order."""
        return {
            "model": self.model,
            "messages": request_for(order),
            "temperature": self._warmth,
            "seed": order.seed,
            "stream": False,
        }

    def write(self, order: Order) -> Draft:
        """The story that the endpoint answers with.

        Raises:
            Refused: nobody answers, not in time, with an error, with a refusal, or with something
                that is no story; each said in its own words.
        """
        answer = self._asked(order)
        try:
            choice = json.loads(answer)["choices"][0]
            message = choice["message"]
            said, declined = message.get("content"), message.get("refusal")
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise self._refused("answered with something that is no chat completion") from error
        if declined or choice.get("finish_reason") == "content_filter":
            raise self._refused(f"refused: {_short(declined or 'its filter')}", _OTHER)
        text = _unwrapped(said)
        if _declined.search(text):
            raise self._refused(f"refused: {_short(text)}", _OTHER)
        if len(words_of(text)) < _LEAST_WORDS:
            raise self._refused(f"answered with no story ('{_short(text)}')")
        if choice.get("finish_reason") == "length":
            raise self._refused("stopped in the middle of the story", "Ask for fewer pages.")
        return Draft(text=text, notes=(f"Written by {self.model} at {self.address}.",))

    def _asked(self, order: Order) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        data = json.dumps(self.body(order)).encode()
        request = urllib.request.Request(self.address, data, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=self._patience) as response:
                answer: bytes = response.read(_MOST_BYTES)
                return answer
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(_status(error)) from error
        except TimeoutError as error:
            raise self._late() from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._late() from error
            raise self._refused(f"cannot be reached ({error.reason})", "Is it running?") from error
        except (OSError, HTTPException) as error:
            raise self._refused(f"broke off ({error})") from error

    def _late(self) -> Refused:
        return self._refused(
            f"did not answer within {self._patience:g} seconds",
            "Give it more patience, fewer pages, or a smaller model.",
        )

    def _refused(self, what: str, fix: str = "") -> Refused:
        again = fix or "Try again, or use the writer that needs nobody: --writer patterns."
        return Refused(f"The writer at {self.address} {what}.", again)


_OTHER = "Say the idea in other words, or use another writer."


def _status(error: urllib.error.HTTPError) -> str:
    known = {
        401: "does not accept the key",
        403: "does not allow this",
        404: "does not know this address or model",
        429: "is asked too often",
    }
    said = known.get(error.code, "has a trouble of its own" if error.code >= 500 else "said no")
    return f"{said} (HTTP {error.code})"


def _unwrapped(said: object) -> str:
    text = said if isinstance(said, str) else ""
    # Models that think aloud put their thoughts before the story.
    text = re.sub(r"<think>.*?</think>", "", text, flags=re.S).strip()
    fenced = _fenced.match(text)
    return fenced[1].strip() if fenced else text


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"
