"""Keep diffusers and transformers from drawing bars and writing remarks; knows no model."""

from __future__ import annotations

from contextlib import AbstractContextManager

from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from castmates.core.hush import hushed


def quiet() -> AbstractContextManager[None]:
    """Inside, the loading libraries say nothing."""
    return hushed(diffusers_logging, transformers_logging)
