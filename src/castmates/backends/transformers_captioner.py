"""Say what a picture shows by an image-to-text model of transformers; knows no trigger.

Served are folders whose model turns pixels alone into words: BLIP, GIT, vision encoders with a text
decoder. The same picture gives the same sentence: nothing is drawn by lot.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer
from transformers.utils import logging as their_logging

from castmates.backends.captioners import demand_config
from castmates.backends.providers import AUTO, CPU
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.hush import hushed
from castmates.core.near import did_you_mean
from castmates.core.ports import Pixels

BATCH = 4
LONGEST = 64
"""Tokens of a sentence at most."""

_DEVICES = {CPU: "cpu", "cuda": "cuda", "rocm": "cuda", "coreml": "mps"}


class TransformersCaptioner:
    """A captioner (port `core.ports.Captioner`) from a folder. It is loaded when it is made.

    Args:
        folder: holds config.json, the weights, a tokenizer and preprocessor_config.json.
        provider: "cpu", "cuda", "rocm", "coreml", or "auto".

    Raises:
        Missing: no such folder or file, or the provider is not there.
        BadInput: a file is broken, or no such provider.
        Unfit: the model says no sentences of pictures.
    """

    def __init__(self, folder: Path, provider: str = CPU) -> None:
        self._folder, self._device = folder, _device(provider)
        demand_config(folder)
        with _quiet():
            self._pictures = _opened(
                folder, "preprocessor_config.json", AutoImageProcessor, backend="pil"
            )
            self._words = _opened(folder, "the tokenizer", AutoTokenizer)
            model = _opened(folder, "the model", AutoModelForImageTextToText)
        self._model: Any = model.to(self._device).eval()

    def sentences(self, pictures: Sequence[Pixels]) -> list[str]:
        """For each (H, W, 3) uint8 picture a sentence; "" where nothing is said.

        Raises:
            Unfit: the model wants words beside the pixels.
            CastmatesError: it failed.
        """
        found: list[str] = []
        for at in range(0, len(pictures), BATCH):
            found += self._some(pictures[at : at + BATCH])
        return found

    def _some(self, pictures: Sequence[Pixels]) -> list[str]:
        images = [Image.fromarray(picture) for picture in pictures]
        try:
            with _quiet(), torch.inference_mode():
                values = self._pictures(images=images, return_tensors="pt")["pixel_values"]
                tokens = self._model.generate(
                    pixel_values=values.to(self._device), max_new_tokens=LONGEST, do_sample=False
                )
                said: list[str] = self._words.batch_decode(tokens, skip_special_tokens=True)
        # What models stumble over when they miss something shares no class.
        except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
            raise Unfit(
                f"The captioner in {self._folder} cannot say anything of pixels alone: {error}",
                "Use one that needs no words beside the picture, such as BLIP or GIT.",
            ) from error
        except RuntimeError as error:
            raise CastmatesError(
                f"The captioner in {self._folder} failed: {str(error).splitlines()[0]}",
                "Use a smaller one, or --provider cpu.",
            ) from error
        return [" ".join(one.split()) for one in said]


def _device(provider: str) -> str:
    there = {CPU: True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if provider == AUTO:
        return next(name for name in ("cuda", "mps", CPU) if there[name])
    if provider not in _DEVICES:
        raise BadInput(
            f"'{provider}' is no provider of a captioner.",
            did_you_mean(provider, [*_DEVICES, AUTO]),
        )
    if not there[_DEVICES[provider]]:
        raise Missing(
            f"This torch cannot compute by '{provider}'.",
            "Install the torch of your device (pytorch.org), or use --provider cpu.",
        )
    return _DEVICES[provider]


def _opened(folder: Path, what: str, kind: Any, **options: Any) -> Any:
    """A part of the model from its folder alone; code that lies in it is never run."""
    try:
        return kind.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False, **options
        )
    except OSError as error:
        raise Missing(
            f"{what} cannot be read from {folder}: {_first(error)}", "Get the folder again, whole."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unfit(
            f"{folder} is no captioner that is served; {what}: {_first(error)}",
            "Use an image-to-text model, such as BLIP, GIT or a vision encoder with a decoder.",
        ) from error
    # Broken weights raise whatever their reader stumbles over.
    except Exception as error:
        raise BadInput(f"{what} in {folder} is broken: {_first(error)}", "Get it again.") from error


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    with hushed(their_logging), warnings.catch_warnings():
        # Remarks for programmers, on defaults that will change; a user can do nothing about them.
        warnings.simplefilter("ignore")
        yield
