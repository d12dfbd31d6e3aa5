"""A DoRA's layer in a file -> its share in own parameters; reads no file.

LyCORIS writes `dora_scale` beside the parts of any kind. Such a layer is no pair of factors: what
it adds depends on the base's weights.
"""

from __future__ import annotations

from collections.abc import Mapping

from castmates.adapters import loha, lokr, lora
from castmates.adapters.dora import MAGNITUDE
from castmates.adapters.kinds import ALPHA, MID, Broken, alpha_of, demand_numbers
from castmates.adapters.native import Form, Native, Parts

_FORMS: Mapping[str, Form] = {"hada_": loha.FORM, "lokr_": lokr.FORM, "lora_": lora.FORM}


def native_of(layer: str, parts: Parts) -> Native | None:
    """The layer's share; None: it has no magnitudes and is a pair of factors.

    Raises:
        Broken: tensors are missing, of wrong shapes or not finite; or a Tucker form, which is
            not read with magnitudes.
    """
    if MAGNITUDE not in parts:
        return None
    demand_numbers(layer, parts)
    if any(name == MID or name.startswith(("hada_t", "lokr_t")) for name in parts):
        raise Broken(f"{layer} is a DoRA in Tucker form, which castmates cannot draw with")
    own = {name: tensor for name, tensor in parts.items() if name != ALPHA}
    for prefix, form in _FORMS.items():
        if any(name.startswith(prefix) for name in own):
            try:
                form.matrix(own)
                rank = form.rank(own)
            except (KeyError, RuntimeError, ValueError) as error:
                raise Broken(f"the factors of {layer} do not belong together") from error
            return Native(form, own, alpha_of(layer, parts, rank or 1))
    raise Broken(f"{layer} has magnitudes and no factors")
