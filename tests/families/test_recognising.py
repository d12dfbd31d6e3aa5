"""Files of the known families are told by names and shapes as their makers wrote them."""

from __future__ import annotations

import pytest

from castmates.families.bases import known_families
from castmates.families.recognising import _table, edition, recognise

Shapes = dict[str, tuple[int, ...]]

SD1_UNET = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
SDXL_UNET = "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight"
FLUX = {"double_blocks.0.img_mod.lin.bias": (18432,), "img_in.weight": (3072, 64)}
GUIDED = {**FLUX, "guidance_in.in_layer.weight": (3072, 256)}
SD3 = {"joint_blocks.0.context_block.attn.qkv.weight": (4608, 1536)}
LARGE = {**SD3, "joint_blocks.0.context_block.attn.ln_q.weight": (64,)}
VAE = {"first_stage_model.decoder.conv_in.weight": (512, 4, 3, 3)}


def under(beginning: str, shapes: Shapes) -> Shapes:
    return {beginning + key: shape for key, shape in shapes.items()}


BASES: list[tuple[Shapes, str, str]] = [
    ({SD1_UNET: (320, 768)}, "sd15", ""),
    ({SD1_UNET: (320, 1024)}, "sd2", ""),
    ({SDXL_UNET: (640, 2048)}, "sdxl", ""),
    ({SDXL_UNET: (768, 1280)}, "sdxl", "refiner"),
    (under("model.diffusion_model.", SD3), "sd3", "3"),
    (under("model.diffusion_model.", LARGE), "sd3", "3.5 large"),
    (
        under(
            "model.diffusion_model.",
            {**LARGE, "joint_blocks.0.x_block.attn2.qkv.weight": (4608, 1536)},
        ),
        "sd3",
        "3.5 medium",
    ),
    (under("model.diffusion_model.", GUIDED), "flux", "dev"),
    (under("model.diffusion_model.", FLUX), "flux", "schnell"),
]


@pytest.mark.parametrize(("shapes", "family", "variant"), BASES)
def test_a_checkpoint_and_its_network_alone_are_of_one_family(
    shapes: Shapes, family: str, variant: str
) -> None:
    whole = recognise({**shapes, **VAE})
    alone = recognise(shapes)
    assert whole is not None
    assert alone is not None
    assert (whole.kind, whole.families, whole.variant) == ("checkpoint", (family,), variant)
    assert (alone.kind, alone.families, alone.variant) == ("network", (family,), variant)


DIFFUSERS: list[tuple[Shapes, str, str]] = [
    (
        {"down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (320, 768)},
        "sd15",
        "",
    ),
    (
        {"down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (320, 1024)},
        "sd2",
        "",
    ),
    (
        {"down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048)},
        "sdxl",
        "",
    ),
    (
        {
            "transformer_blocks.0.ff_context.net.0.proj.weight": (6144, 1536),
            "pos_embed.proj.weight": (1536, 16, 2, 2),
        },
        "sd3",
        "3",
    ),
    (
        {
            "single_transformer_blocks.0.attn.to_q.weight": (3072, 3072),
            "transformer_blocks.0.ff_context.net.0.proj.weight": (12288, 3072),
            "time_text_embed.guidance_embedder.linear_1.weight": (3072, 256),
        },
        "flux",
        "dev",
    ),
]


@pytest.mark.parametrize(("shapes", "family", "variant"), DIFFUSERS)
def test_networks_in_the_names_of_diffusers(shapes: Shapes, family: str, variant: str) -> None:
    found = recognise(shapes)
    assert found is not None
    assert (found.kind, found.families, found.variant) == ("network", (family,), variant)


OTHERS: list[tuple[Shapes, str, tuple[str, ...], str]] = [
    (
        {"decoder.conv_in.weight": (512, 4, 3, 3), "encoder.conv_in.weight": (128, 3, 3, 3)},
        "vae",
        ("sd15", "sd2", "sdxl"),
        "",
    ),
    ({"decoder.conv_in.weight": (512, 16, 3, 3)}, "vae", ("sd3", "flux"), ""),
    (
        {"encoder.block.0.layer.0.SelfAttention.k.weight": (4096, 4096)},
        "text-encoder",
        ("sd3", "flux"),
        "",
    ),
    (
        {"text_model.encoder.layers.0.self_attn.k_proj.weight": (1280, 1280)},
        "text-encoder",
        ("sdxl", "sd3"),
        "",
    ),
    (
        {"vision_model.embeddings.patch_embedding.weight": (1024, 3, 14, 14)},
        "vision-encoder",
        (),
        "",
    ),
    ({"emb_params": (8, 768)}, "embedding", ("sd15",), ""),
    ({"emb_params": (8, 1024)}, "embedding", ("sd2",), ""),
    ({"clip_l": (4, 768), "clip_g": (4, 1280)}, "embedding", ("sdxl",), ""),
    ({"<pip>": (768,)}, "embedding", ("sd15",), ""),
    (
        {"conv_first.weight": (64, 3, 3, 3), "body.0.rdb1.conv1.weight": (32, 64, 3, 3)},
        "upscaler",
        (),
        "esrgan",
    ),
    (
        {"model.0.weight": (64, 3, 3, 3), "model.1.sub.0.RDB1.conv1.0.weight": (32, 64, 3, 3)},
        "upscaler",
        (),
        "esrgan",
    ),
    (
        {
            "control_model.zero_convs.0.0.weight": (320, 320, 1, 1),
            SD1_UNET.replace("model.diffusion_model", "control_model"): (320, 768),
        },
        "controlnet",
        ("sd15",),
        "",
    ),
    (
        {
            "controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3),
            "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
        },
        "controlnet",
        ("sdxl",),
        "",
    ),
    ({"ip_adapter.1.to_k_ip.weight": (640, 2048)}, "ip-adapter", ("sdxl",), ""),
]


@pytest.mark.parametrize(("shapes", "kind", "families", "variant"), OTHERS)
def test_what_stands_beside_a_base(
    shapes: Shapes, kind: str, families: tuple[str, ...], variant: str
) -> None:
    found = recognise(shapes)
    assert found is not None
    assert (found.kind, found.families, found.variant) == (kind, families, variant)


def test_adapters_are_told_by_their_own_tables() -> None:
    layer = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
    lora = recognise({f"{layer}.lora_down.weight": (4, 320), f"{layer}.alpha": ()})
    loha = recognise({f"{layer}.hada_w1_a": (320, 4), f"{layer}.hada_w1_b": (4, 320)})
    oft = recognise({f"{layer}.oft_blocks": (4, 80, 80)})
    assert lora is not None
    assert (lora.kind, lora.families, lora.variant, lora.problem) == ("lora", ("sd15",), "lora", "")
    assert loha is not None
    assert (loha.variant, loha.problem) == ("loha", "")
    assert oft is not None
    assert "cannot draw with an OFT network" in oft.problem
    flux = recognise({"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": (16, 3072)})
    assert flux is not None
    assert flux.families == ("flux",)


def test_traits_are_told_besides() -> None:
    conv_in = "model.diffusion_model.input_blocks.0.0.weight"
    inpainting = recognise({SD1_UNET: (320, 768), conv_in: (320, 9, 3, 3), **VAE})
    v = recognise({SDXL_UNET: (640, 2048), "v_pred": (), **VAE})
    assert inpainting is not None
    assert inpainting.traits == ("inpainting",)
    assert v is not None
    assert v.traits == ("v prediction",)


@pytest.mark.parametrize(
    "shapes",
    [
        {},
        {"a": (1,)},
        {SD1_UNET: (320, 512)},
        {SD1_UNET: (768,), "a": (1,)},
        # Relatives of Flux have the same blocks, with other modulations.
        {"double_blocks.0.img_attn.norm.key_norm.scale": (128,), "distilled_guidance_layer.x": ()},
    ],
)
def test_what_is_not_known_is_not_guessed(shapes: Shapes) -> None:
    assert recognise(shapes) is None


def test_the_table_speaks_of_families_that_are_known() -> None:
    named = {family for part in _table().part for family in part.families}
    assert named == set(known_families())
    assert len(edition()) == 12
