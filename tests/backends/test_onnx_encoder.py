"""An encoder's rows are directions: of length 1, equal for equal pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castmates.backends.encoders import open_encoder
from castmates.backends.onnx_encoder import OnnxEncoder
from castmates.core.errors import BadInput
from castmates.core.ports import Encoder
from tests.backends.tiny_models import plain, write_model


def test_rows_have_length_one_and_say_who_is_alike(tmp_path: Path) -> None:
    write_model(tmp_path, np.eye(3), sigmoid=False)
    encoder = OnnxEncoder(tmp_path)
    assert isinstance(encoder, Encoder)
    rows = encoder.embed([plain(200, 0, 0), plain(100, 10, 0), plain(0, 0, 99)])
    assert rows.shape == (3, 3)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert rows[0] @ rows[1] > 0.9 > 0.1 > rows[0] @ rows[2]
    assert encoder.embed([]).shape == (0, 3)


def test_the_shelf_opens_encoders_by_name_and_folder(tmp_path: Path) -> None:
    write_model(tmp_path, np.eye(3), sigmoid=False)
    assert open_encoder(f"onnx:{tmp_path}").embed([plain(0, 9, 0)]).shape == (1, 3)
    with pytest.raises(BadInput, match="encoders"):
        open_encoder("clip")
