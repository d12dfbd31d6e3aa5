"""How a configuration for Flux looks at flows: levels, their lean, guidance; knows no network.

The keys are sd-scripts' for `flux_train_network`. In files that are not for Flux they mean nothing;
kohya_ss writes them into every file.
"""

from __future__ import annotations

from castmates.training.configs.draft import Draft
from castmates.training.configs.keys import keys_of

KEYS = (
    "timestep_sampling", "sigmoid_scale", "discrete_flow_shift", "guidance_scale",
    "model_prediction_type", "weighting_scheme", "logit_mean", "logit_std", "mode_scale",
)  # fmt: skip
_ELSEWHERE = "it belongs to Flux and SD3"
_LIKE_LOGISTIC = ("sigmoid", "shift", "flux_shift")
_UNWEIGHED = ("", "none", "uniform")


def read(draft: Draft) -> None:
    """Put what is said of a flow's timesteps, where the file is for Flux."""
    if draft.values.get("base.family") != "flux":
        known = keys_of("sgen")
        for key in KEYS:
            value = draft.get(key)
            if key in known and value is not None and known[key].asks(value):
                draft.findings.cannot(key, value, _ELSEWHERE)
        return
    sampling = str(draft.get("timestep_sampling") or "sigma").lower()
    shift = draft.get("discrete_flow_shift", "float")
    shift = 3.0 if shift is None else shift
    leans = {"shift": shift, "sigma": shift, "flux_shift": 0.0}
    if sampling == "sigma":
        _by_scheme(draft)
    elif sampling in _LIKE_LOGISTIC:
        draft.put("loss.timesteps", "sigmoid", "timestep_sampling")
        draft.put("loss.sigmoid_scale", draft.get("sigmoid_scale", "float"), "sigmoid_scale")
    elif sampling == "uniform":
        draft.put("loss.timesteps", "uniform", "timestep_sampling")
    else:
        why = f"known: sigma, uniform, {', '.join(_LIKE_LOGISTIC)}"
        draft.findings.cannot("timestep_sampling", sampling, why, stops=True)
    draft.put("loss.timestep_shift", leans.get(sampling, 1.0), "discrete_flow_shift")
    told = draft.get("guidance_scale", "float")
    draft.put("loss.guidance", 3.5 if told is None else told, "guidance_scale")
    if str(draft.get("model_prediction_type") or "sigma_scaled") != "raw":
        draft.findings.differ(
            "model_prediction_type",
            "weighs the loss by the noise's share squared, unless it is 'raw'",
            "weighs all levels alike, as with 'raw'",
        )


def _by_scheme(draft: Draft) -> None:
    """`sigma`: timesteps of the scheduler, as often as the weighting scheme looks at them."""
    scheme = str(draft.get("weighting_scheme") or "").lower()
    logistic = scheme == "logit_normal"
    draft.put("loss.timesteps", "sigmoid" if logistic else "uniform", "timestep_sampling")
    if logistic:
        draft.put("loss.sigmoid_scale", draft.get("logit_std", "float"), "logit_std")
    elif scheme not in _UNWEIGHED:
        draft.findings.cannot("weighting_scheme", scheme, "all levels are looked at alike")
    if logistic and draft.get("logit_mean", "float"):
        draft.findings.cannot("logit_mean", draft.get("logit_mean"), "use discrete_flow_shift")
