"""The writer behind an endpoint, against a real server that speaks the protocol."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from castmates.books.writers.fitting import written
from castmates.books.writers.openai import OpenAiWriter
from castmates.books.writers.order import Order
from castmates.core.errors import BadInput, Refused
from castmates.core.events import Event

EASY = "# The Dog\n\n" + "\n\n---\n\n".join(
    f"The dog ran home. It was day {n}." for n in range(1, 4)
)
HARD = EASY.replace(
    "It was day 2.",
    "Subsequently, the aforementioned canine contemplated epistemological considerations regarding "
    "the extraordinarily complicated circumstances of its unfortunate predicament yesterday.",
)
ORDER = Order(idea="a dog", pages=3, age=5)
Answer = Callable[[dict[str, Any]], tuple[int, bytes]]


def said(text: object, **more: object) -> bytes:
    message = {"role": "assistant", "content": text, **more}
    return json.dumps(
        {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    ).encode()


class Server:
    """A chat-completions server that answers as told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.answer: Answer = lambda body: (200, said(EASY))
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                outer.asked.append((self.path, dict(self.headers), body))
                status, data = outer.answer(body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.http.server_port}/v1"


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()
    thread = threading.Thread(target=served.http.serve_forever, args=(0.02,))
    thread.start()
    yield served
    served.http.shutdown()
    served.http.server_close()
    thread.join()


def test_what_is_sent_is_what_was_shown(server: Server) -> None:
    writer = OpenAiWriter(server.base, "small", key="k")
    draft = writer.write(ORDER)
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer k"
    assert body == writer.body(ORDER)
    assert "exactly 3 pages" in body["messages"][0]["content"]
    assert draft.text == EASY


def test_no_key_sends_none_and_fences_and_thoughts_are_taken_off(server: Server) -> None:
    server.answer = lambda body: (200, said(f"<think>hm, a dog</think>\n```markdown\n{EASY}\n```"))
    assert OpenAiWriter(server.base, "small").write(ORDER).text == EASY
    assert "Authorization" not in server.asked[0][1]


@pytest.mark.parametrize(
    ("status", "data", "words"),
    [
        (200, b"<html>hello</html>", "something that is no chat completion"),
        (200, b'{"choices": []}', "something that is no chat completion"),
        (200, b'{"choices": [{"message": "hi"}]}', "something that is no chat completion"),
        (200, b"[1, 2]", "something that is no chat completion"),
        (200, b"\xff\xfe\x00", "something that is no chat completion"),
        (200, said(None), "no story"),
        (200, said("ok"), "no story ('ok')"),
        (200, said(None, refusal="I will not."), "refused: I will not."),
        (200, said("I'm sorry, but I can't help with that."), "refused: I'm sorry"),
        (401, b"{}", "does not accept the key (HTTP 401)"),
        (404, b"{}", "does not know this address or model"),
        (429, b"{}", "is asked too often"),
        (503, b"", "has a trouble of its own (HTTP 503)"),
    ],
)
def test_every_bad_answer_is_one_sentence(
    server: Server, status: int, data: bytes, words: str
) -> None:
    server.answer = lambda body: (status, data)
    with pytest.raises(Refused) as caught:
        OpenAiWriter(server.base, "small").write(ORDER)
    assert words in str(caught.value)
    assert caught.value.fix


def test_a_story_cut_short_is_refused(server: Server) -> None:
    answer = json.loads(said(EASY))
    answer["choices"][0]["finish_reason"] = "length"
    server.answer = lambda body: (200, json.dumps(answer).encode())
    with pytest.raises(Refused, match="stopped in the middle"):
        OpenAiWriter(server.base, "small").write(ORDER)


def test_a_slow_writer_is_not_waited_for_forever(server: Server) -> None:
    def slowly(body: dict[str, Any]) -> tuple[int, bytes]:
        time.sleep(0.6)
        return 500, b""

    server.answer = slowly
    with pytest.raises(Refused, match=r"did not answer within 0\.15 seconds"):
        OpenAiWriter(server.base, "small", patience=0.15).write(ORDER)
    time.sleep(0.6)


def test_nobody_there() -> None:
    with pytest.raises(Refused, match="cannot be reached"):
        OpenAiWriter("http://127.0.0.1:9/v1", "small", patience=2).write(ORDER)


@pytest.mark.parametrize("base", ["localhost", "ftp://x", "", "http://"])
def test_an_address_must_be_one(base: str) -> None:
    with pytest.raises(BadInput, match="no address of a writer"):
        OpenAiWriter(base, "small")


def test_the_loop_asks_again_with_the_reasons(server: Server) -> None:
    texts = [HARD, EASY]
    server.answer = lambda body: (200, said(texts[len(server.asked) - 1]))
    told: list[Event] = []
    found = written(OpenAiWriter(server.base, "small"), ORDER, tell=told.append)
    assert (found.asked, found.misfits, found.text) == (2, (), EASY)
    second = server.asked[1][2]["messages"][1]["content"]
    assert "Page 2 is too hard for age 5" in second
    assert "epistemological" in second


def test_the_best_is_kept_when_nothing_fits(server: Server) -> None:
    server.answer = lambda body: (200, said(HARD))
    found = written(OpenAiWriter(server.base, "small"), ORDER, rounds=2)
    assert found.asked == 1
    assert len(found.misfits) == 1


def test_answers_that_are_no_story_every_time_are_refused(server: Server) -> None:
    server.answer = lambda body: (200, said("word " * 400))
    with pytest.raises(Refused, match="2 times the writer's answer was no story"):
        written(OpenAiWriter(server.base, "small"), ORDER, rounds=2)
