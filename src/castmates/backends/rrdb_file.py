"""Files with ESRGAN-type networks: finds layout and sizes, builds and fills; runs nothing.

Three layouts have been in use since 2018, all read here; the module's own is the newest:

    new     conv_first  body.N.rdbM.convK            conv_body        conv_upI  conv_hr  conv_last
    middle  conv_first  RRDB_trunk.N.RDBM.convK      trunk_conv       upconvI   HRconv   conv_last
    old     model.0     model.1.sub.N.RDBM.convK.0   model.1.sub.NB   model.3I  + 2      + 2

In the old layout NB is the number of blocks, and the last two stand behind the doublings. A
doubling by three cannot be told from one by two there, and is taken for two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch as safe
import torch
from safetensors import SafetensorError
from torch import Tensor

from castmates.backends.pickles import unpickled
from castmates.backends.rrdb import RrdbNet, RrdbSizes
from castmates.core.errors import BadInput, Unfit
from castmates.files.tensors import read_header

Tensors = dict[str, Tensor]

SAFE, PICKLED = (".safetensors",), (".pth", ".pt")
_WRAPPINGS = ("params_ema", "params", "state_dict")
_PREFIXES = ("params_ema.", "params.", "module.")
_MIDDLE = (
    (re.compile(r"^RRDB_trunk\.(\d+)\.RDB([123])\."), r"body.\1.rdb\2."),
    (re.compile(r"^trunk_conv\."), "conv_body."),
    (re.compile(r"^upconv(\d)\."), r"conv_up\1."),
    (re.compile(r"^HRconv\."), "conv_hr."),
)
_OLD_DENSE = re.compile(r"^model\.1\.sub\.(\d+)\.RDB([123])\.conv([1-5])\.0\.(weight|bias)$")
_OLD_BODY = re.compile(r"^model\.1\.sub\.(\d+)\.(weight|bias)$")
_OLD_PLAIN = re.compile(r"^model\.(\d+)\.(weight|bias)$")
_BLOCK = re.compile(r"^body\.(\d+)\.")
_UP = re.compile(r"^conv_up\d\.weight$")
_FOLDS = {1: 1, 4: 2, 16: 4}
_FACTORS = (1, 2, 4, 8)
_TAKE = "Take a file with an ESRGAN-type network (RRDBNet): .safetensors, .pth or .pt."


def read_rrdb(path: Path) -> RrdbNet:
    """The network of a file, in float32 on the CPU, ready to run.

    Raises:
        Missing: there is no such file.
        BadInput: it is of no known suffix, not whole, or a pickle with more than tensors in it.
        Unfit: it holds a network of another kind.
    """
    path = Path(path)
    named = _renamed(_plain(_loaded(path), path), path)
    sizes = _sizes(named, path)
    with torch.device("meta"):
        network = RrdbNet(sizes)
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    _compare(wanted, {name: tuple(value.shape) for name, value in named.items()}, sizes, path)
    network.load_state_dict({name: named[name].float() for name in wanted}, assign=True)
    return network.requires_grad_(False).eval()


def _loaded(path: Path) -> object:
    suffix = path.suffix.lower()
    if suffix in SAFE:
        read_header(path)
        try:
            found: Tensors = safe.load_file(path)
        except (SafetensorError, OSError, ValueError) as error:
            raise BadInput(f"{path} cannot be read: {error}.", "Download it again.") from error
        return found
    if suffix in PICKLED:
        return unpickled(path)
    raise BadInput(f"{path} is of no known kind ('{suffix}').", _TAKE)


def _plain(loaded: object, path: Path) -> Tensors:
    """The tensors by name, out of Real-ESRGAN's wrapping and without trainers' prefixes."""
    for wrapping in _WRAPPINGS:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(wrapping), Mapping):
            loaded = loaded[wrapping]
            break
    if not isinstance(loaded, Mapping):
        raise Unfit(f"{path} holds a {type(loaded).__name__}; wanted tensors by name.", _TAKE)
    tensors = {str(name): value for name, value in loaded.items() if isinstance(value, Tensor)}
    for prefix in _PREFIXES:
        inside = {n.removeprefix(prefix): v for n, v in tensors.items() if n.startswith(prefix)}
        tensors = inside or tensors
    wrong = [name for name, value in tensors.items() if not value.is_floating_point()]
    if wrong:
        raise Unfit(f"{path} holds whole numbers ({_some(wrong)}); wanted fractions.", _TAKE)
    broken = [name for name, value in tensors.items() if not torch.isfinite(value).all()]
    if broken:
        raise BadInput(
            f"{path} is broken: {_some(broken)} hold numbers that are none.", "Download it again."
        )
    return tensors


def _renamed(tensors: Tensors, path: Path) -> Tensors:
    """The same tensors under the names of the newest layout."""
    if any(name.startswith("model.") for name in tensors):
        return _from_old(tensors, path)
    result = {}
    for name, value in tensors.items():
        for pattern, new in _MIDDLE:
            name = pattern.sub(new, name)
        result[name] = value
    return result


def _from_old(tensors: Tensors, path: Path) -> Tensors:
    places = sorted({int(m[1]) for name in tensors if (m := _OLD_PLAIN.match(name))})
    doublings = max(0, len(places) - 3)
    wanted = [0, *(3 * i for i in range(1, doublings + 1)), 3 * doublings + 2, 3 * doublings + 4]
    if places != wanted:
        raise Unfit(
            f"{path} is of the old ESRGAN make, but its convolutions stand at {places} in "
            f"'model'; wanted {wanted}.",
            _TAKE,
        )
    ups = [f"conv_up{i}" for i in range(1, doublings + 1)]
    names = dict(zip(wanted, ["conv_first", *ups, "conv_hr", "conv_last"], strict=True))
    result = {}
    for name, value in tensors.items():
        if m := _OLD_DENSE.match(name):
            name = f"body.{m[1]}.rdb{m[2]}.conv{m[3]}.{m[4]}"
        elif m := _OLD_BODY.match(name):
            name = f"conv_body.{m[2]}"
        elif m := _OLD_PLAIN.match(name):
            name = f"{names[int(m[1])]}.{m[2]}"
        result[name] = value
    return result


def _sizes(tensors: Tensors, path: Path) -> RrdbSizes:
    """All sizes, from shapes. Raises Unfit where the network is of another kind."""
    first, dense, last = (
        tensors.get(f"{name}.weight") for name in ("conv_first", "body.0.rdb1.conv1", "conv_last")
    )
    if first is None or dense is None or last is None:
        raise Unfit(f"{path} is no ESRGAN-type network; it holds {_some(list(tensors))}.", _TAKE)
    shapes = [tuple(one.shape) for one in (first, dense, last)]
    if any(len(shape) != 4 or 0 in shape for shape in shapes):
        raise Unfit(f"{path} has kernels of the shapes {_some(shapes)}; wanted four sizes.", _TAKE)
    taken, outputs = first.shape[1], last.shape[0]
    fold = _FOLDS.get(taken // outputs, 0)
    doublings = sum(1 for name in tensors if _UP.match(name))
    if not fold or taken % outputs or 2**doublings / fold not in _FACTORS:
        raise Unfit(
            f"{path} takes {taken} channels, gives {outputs}, and doubles the side {doublings} "
            f"times; wanted 1, 4 or 16 times the channels, and a factor of {_FACTORS}.",
            _TAKE,
        )
    return RrdbSizes(
        features=first.shape[0],
        growth=dense.shape[0],
        blocks=len({m[1] for name in tensors if (m := _BLOCK.match(name))}),
        doublings=doublings,
        fold=fold,
        inputs=outputs,
        outputs=outputs,
    )


def _compare(
    wanted: Mapping[str, tuple[int, ...]],
    found: Mapping[str, tuple[int, ...]],
    sizes: RrdbSizes,
    path: Path,
) -> None:
    """Raise what does not fit: Unfit for tensors too many, BadInput for missing or misshapen."""
    surplus = [name for name in found if name not in wanted]
    missing = [name for name in wanted if name not in found]
    misshapen = [
        f"{name} {found[name]} instead of {shape}"
        for name, shape in wanted.items()
        if found.get(name, shape) != shape
    ]
    told = (("unknown", surplus), ("missing", missing), ("misshapen", misshapen))
    lines = [f"{len(names)} {word}: {_some(names)}" for word, names in told if names]
    if not lines:
        return
    what = (
        f"{path} looks like an ESRGAN-type network of {sizes.blocks} blocks, {sizes.features} "
        f"features and growth {sizes.growth}, but {'; '.join(lines)}."
    )
    raise Unfit(what, _TAKE) if surplus else BadInput(what, "Download the file again.")


def _some(names: list[str] | list[tuple[int, ...]]) -> str:
    """The first four of many."""
    shown = ", ".join(str(name) for name in names[:4]) or "nothing at all"
    return f"{shown}, …" if len(names) > 4 else shown
