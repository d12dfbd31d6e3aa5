"""Between the passes of hires fix: a first pass's latents, enlarged; draws nothing."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from castmates.drawing.batches import Job, latent_shape
from castmates.drawing.enlarging import enlarged
from castmates.drawing.sources import LATENT, Sources
from castmates.families.base import Base


def enlarged_latents(
    latents: Tensor, upscaler: str, second: Job, base: Base, sources: Sources
) -> Tensor:
    """(c, h, w) of the first pass -> (c, h', w') for the second, before noise is added.

    "latent" interpolates bilinearly, as A1111's "Latent". All others enlarge the decoded picture,
    and encode it again.
    """
    if upscaler == LATENT:
        _, *shape = latent_shape(second.size, base)
        return functional.interpolate(latents[None], size=shape, mode="bilinear")[0]
    [picture] = base.decode(latents[None])
    large = enlarged(picture, second.size, sources.upscaler(upscaler))
    return base.encode_pictures([large])[0].to(latents)
