"""What adapter a configuration asks for: module, ranks and network_args; knows no files.

LyCORIS and `networks.lora` read the same words differently; where the file's plain words and what
they do differ, the words are taken and the difference is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from castmates.training.configs.draft import Draft
from castmates.training.configs.keys import keys_of

_modules = {
    "networks.lora": "lora",
    "networks.lora_fa": "lora_fa",
    "networks.lora_flux": "lora",
    "networks.lora_sd3": "lora",
    "networks.dylora": "dylora",
    "networks.oft": "oft",
    "networks.oft_flux": "oft",
    "networks.loha": "loha",
    "networks.lokr": "lokr",
    "locon.locon_kohya": "lora",
}
_algorithms = {
    "lora": "lora",
    "locon": "lora",
    "loha": "loha",
    "lokr": "lokr",
    "dylora": "dylora",
    "glora": "glora",
    "ia3": "ia3",
    "full": "full",
    "diag-oft": "oft",
    "boft": "boft",
}
_families = {"networks.lora_flux": "flux", "networks.oft_flux": "flux", "networks.lora_sd3": "sd3"}


def read(draft: Draft) -> None:
    """Put everything of `adapter.*` that hangs together."""
    module = draft.get("network_module") or "networks.lora"
    given: dict[str, str] = draft.get("network_args") or {}
    lycoris = module.startswith("lycoris")
    if not lycoris and module not in _modules:
        draft.findings.cannot(
            "network_module", module, "networks of one's own code are not loaded", stops=True
        )
    kind = _modules.get(module, "lora")
    if lycoris:
        kind = _algorithm(draft, given)
    draft.put("adapter.kind", kind, "network_module")
    draft.put("base.family", _families.get(module), "network_module")
    rank = draft.get("network_dim") or 4
    alpha = draft.get("network_alpha")
    if not alpha:
        alpha = float(rank) if draft.has("network_alpha") else 1.0
    draft.put("adapter.rank", rank, "network_dim")
    draft.put("adapter.alpha", alpha, "network_alpha")
    draft.sort({name: _plain(draft, name, text, lycoris) for name, text in given.items()}, "n")
    _convolutions(draft, given, lycoris, rank, alpha)
    rates = [
        f"{name.partition('_')[0]}={given[name]}"
        for name in ("down_lr_weight", "mid_lr_weight", "up_lr_weight")
        if given.get(name)
    ]
    if rates:
        draft.put("adapter.block_rates", tuple(rates), "down_lr_weight")


def _algorithm(draft: Draft, given: Mapping[str, str]) -> str:
    name = given.get("algo", "lora").lower()
    if name not in _algorithms:
        draft.findings.cannot("algo", name, "known: " + ", ".join(sorted(_algorithms)), stops=True)
    return _algorithms.get(name, "lora")


def _plain(draft: Draft, name: str, text: str, lycoris: bool) -> Any:
    """The value as it was meant: in LyCORIS every text but "False" switches something on."""
    key = keys_of("n").get(name)
    if lycoris and key is not None and key.kind == "bool" and text.lower() in ("0", "no", "off"):
        draft.findings.differ(name, f"takes every text but False for yes, '{text}' too", "takes no")
        return False
    return text


def _convolutions(
    draft: Draft, given: Mapping[str, str], lycoris: bool, rank: int, alpha: float
) -> None:
    """Rank and alpha of 3x3 convolutions, with `conv_rank` as another word for `conv_dim`."""
    found = draft.read("conv_dim", given["conv_dim"], "int") if "conv_dim" in given else None
    if "conv_rank" in given and found is None:
        found = draft.read("conv_rank", given["conv_rank"], "int")
        theirs = (
            f"takes conv_dim = network_dim = {rank}" if lycoris else "trains no 3x3 convolution"
        )
        same = ", which is the same here" if lycoris and found == rank else ""
        draft.findings.differ(
            "conv_rank", f"does not know this key and {theirs}", f"reads it as conv_dim{same}"
        )
    elif found == 0 and lycoris:
        draft.findings.differ(
            "conv_dim",
            f"takes 0 for nothing said: conv_dim = network_dim = {rank} (LyCORIS until 2023: none)",
            "trains no 3x3 convolution",
        )
    if found is None:
        found = rank if lycoris else 0
    written = draft.read("conv_alpha", given.get("conv_alpha", "0"), "float")
    ours = written or (alpha if lycoris else 1.0)
    draft.put("adapter.conv_rank", found, "conv_dim")
    there = found or given.get("conv_block_dims")
    draft.put("adapter.conv_alpha", ours if there else 0.0, "conv_alpha")
