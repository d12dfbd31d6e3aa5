"""Save image-to-text models of a few weights drawn by chance, which say words of a tiny vocabulary.

What they say means nothing; but it is always the same for the same picture, and tests need no more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    BertConfig,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipTextConfig,
    BlipVisionConfig,
    PreTrainedTokenizerFast,
    VisionEncoderDecoderConfig,
    VisionEncoderDecoderModel,
    ViTConfig,
)
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from castmates.families.quiet import quiet

WORDS = ("A", "girl", "with", "red", "hair", "in", "snow", "and", "a", "dog", ",", "waving")
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SIDE = 32
_SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}


def write_captioner(folder: Path, kind: str = "vit", seed: int = 0) -> Path:
    """A folder with a captioner, as transformers saves it: "vit" (with a BERT) or "blip"."""
    vocabulary = {word: index for index, word in enumerate((*_SPECIAL, *WORDS))}
    torch.manual_seed(seed)
    with quiet():
        model = _vit(len(vocabulary)) if kind == "vit" else _blip(len(vocabulary))
        _lively(model)
        model.save_pretrained(folder)
        tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        words = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]"}
        PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, sep_token="[SEP]", mask_token="[MASK]", **words
        ).save_pretrained(folder)
        ViTImageProcessorPil(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    return folder


def _vit(words: int) -> Any:
    seen = ViTConfig(image_size=SIDE, patch_size=8, **_SMALL)
    said = BertConfig(vocab_size=words, max_position_embeddings=80, **_SMALL)
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(seen, said)
    config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 2, 0, 3
    model = VisionEncoderDecoderModel(config)
    facts = model.generation_config
    facts.decoder_start_token_id, facts.pad_token_id, facts.eos_token_id = 2, 0, 3
    return model


def _blip(words: int) -> Any:
    ends = {"bos_token_id": 2, "eos_token_id": 3, "sep_token_id": 3, "pad_token_id": 0}
    said = BlipTextConfig(vocab_size=words, max_position_embeddings=80, **ends, **_SMALL)
    seen = BlipVisionConfig(image_size=SIDE, patch_size=8, **_SMALL)
    config = BlipConfig(text_config=said.to_dict(), vision_config=seen.to_dict())
    return BlipForConditionalGeneration(config)


def _lively(model: Any) -> None:
    """Weights large enough that different pictures get different words."""
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(0.0, 0.6)
