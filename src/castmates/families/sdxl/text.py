"""Words -> what the U-Net of SDXL reads; knows no grammar and no adapters.

Two CLIP text encoders read the same tokens; what their last layer but one says is laid side by
side (Podell et al. 2023, 2307.01952, section 2.1). The second one's projected end mark says the
text as a whole ("pooled"). An encoding holds it in its first row, filled with zeros to the words'
width.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad

from castmates.families.inversions import Inversions
from castmates.families.sdxl.facts import LAYER
from castmates.families.sdxl.load import Parts

CHUNK = 75
_PARTS = ("clip_l", "clip_g")


class Text:
    """The tokenizers and text encoders of one base.

    Args:
        max_tokens: that an encoder reads at once; both end marks counted.

    Attributes:
        pooled: the width of the first row that means something.
    """

    def __init__(self, parts: Parts, max_tokens: int, base: str) -> None:
        self._tokenizers = (parts.tokenizer, parts.tokenizer_2)
        self._encoders = (parts.text_encoder, parts.text_encoder_2)
        self._length = max_tokens
        self.pooled = int(parts.text_encoder_2.config.projection_dim)
        self.inversions = Inversions(
            dict(zip(_PARTS, self._encoders, strict=True)), max_tokens, base
        )

    def encode(self, texts: Sequence[str], tokens: int = CHUNK) -> Tensor:
        """(n, 1 + max_tokens, d): cut as the stock pipeline does.

        Args:
            tokens: 150 or 225 read twice or three times as much, in chunks that are joined as
                sd-scripts joins them (`families.sd15.text`); the first chunk says the whole.
        """
        if not texts:
            width = sum(encoder.config.hidden_size for encoder in self._encoders)
            return torch.zeros(0, 1 + self._length, width, dtype=self._encoders[0].dtype)
        room = self._length - 2
        ids = [[number for number, _, _ in self.tokens(text)] for text in texts]
        if tokens <= CHUNK:
            return self.encode_tokens([row[:room] for row in ids])
        starts = range(0, tokens // CHUNK * room, room)
        # All first chunks, then all second ones: so adapters see each text's own row.
        said = self.encode_tokens([row[at : at + room] for at in starts for row in ids])
        parts = said.chunk(len(starts))
        middles = (part[:, 2:-1] for part in parts)
        return torch.cat([parts[0][:, :2], *middles, parts[-1][:, -1:]], dim=1)

    def encode_tokens(self, chunks: Sequence[Sequence[int]]) -> Tensor:
        """(n, 1 + max_tokens, d): chunks of tokens, between the marks and filled as texts are.

        Args:
            chunks: at most max_tokens - 2 tokens each, without marks; numbers of `inversions` may
                be among them.
        """
        said = []
        for encoder, tokenizer, part in zip(self._encoders, self._tokenizers, _PARTS, strict=True):
            begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
            rows = [[begin, *ids, end] for ids in chunks]
            filled = [row + [tokenizer.pad_token_id] * (self._length - len(row)) for row in rows]
            ids = torch.tensor(filled).to(encoder.device)
            with self.inversions.read_as(ids, part) as words:
                said.append(encoder(words, output_hidden_states=True))
        words = torch.cat([one.hidden_states[-LAYER] for one in said], dim=-1)
        whole = said[-1].text_embeds[:, None]
        return torch.cat([pad(whole, (0, words.shape[-1] - self.pooled)), words], dim=1)

    def tokens(self, text: str) -> list[tuple[int, int, int]]:
        """A text's tokens without marks: number, and [start, end) of the characters."""
        found = self._tokenizers[0](
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        return [
            (number, *span)
            for number, span in zip(found.input_ids, found.offset_mapping, strict=True)
        ]

    def count(self, text: str) -> int:
        """Tokens with both end marks, before anything is cut."""
        return len(self._tokenizers[0](text, verbose=False).input_ids)
