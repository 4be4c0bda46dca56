"""Golden values of the attention layers, in float64: python3 make_attention.py > attention.json

Numbers come from a linear congruential generator that the tests repeat, so that only results are stored.
"""

import json

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
WIDTH, HEADS, HIDDEN = 8, 2, 16
B, T, S = 2, 3, 4


def noise(shape, scale, seed):
    state = (seed * 2654435761) & 0xFFFFFFFF
    values = []
    for _ in range(torch.Size(shape).numel()):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append(scale * (state / 2**31 - 1))
    return torch.tensor(values, dtype=torch.float32).double().reshape(shape).requires_grad_()


def heads(x):
    return x.unflatten(-1, (HEADS, WIDTH // HEADS)).transpose(-2, -3)  # (..., h, L, c)


def turn(x):
    half = x.shape[-1] // 2
    frequency = 10_000 ** (-torch.arange(half) / half)
    angle = torch.arange(x.shape[-2])[:, None] * frequency
    left, right = x[..., :half], x[..., half:]
    return torch.cat([left * angle.cos() - right * angle.sin(), left * angle.sin() + right * angle.cos()], -1)


def attention(x, w, name, causal, rotary=False):
    q, k, v = (heads(x @ w[f"{name}.{part}"]) for part in ("query", "key", "value"))
    if rotary:
        q, k = turn(q), turn(k)
    mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return mixed.transpose(-2, -3).flatten(-2) @ w[f"{name}.out"]


def spatial(w, x):
    return attention(x, w, "a", False)


def temporal(w, x, rotary=False):
    return attention(x.transpose(1, 2), w, "a", True, rotary).transpose(1, 2)


def layer_norm(w, x, name="n"):
    return F.layer_norm(x, (WIDTH,), w[f"{name}.scale"], w[f"{name}.offset"])


def adaptive(w, x, c, name="m"):
    gamma, beta = (c @ w[f"{name}.kernel"] + w[f"{name}.bias"]).chunk(2, -1)
    return F.layer_norm(x, (WIDTH,)) * (1 + gamma[..., None, :]) + beta[..., None, :]


def feed_forward(w, x, name="f"):
    h = x @ w[f"{name}.up.kernel"] + w[f"{name}.up.bias"]
    return (h * torch.sigmoid(1.702 * h)) @ w[f"{name}.down.kernel"] + w[f"{name}.down.bias"]


ATTENTION = {f"a.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value", "out")}
CASES = {
    "layerNorm": (layer_norm, {"n.scale": (WIDTH,), "n.offset": (WIDTH,), "x": (B, T, S, WIDTH)}),
    "adaptiveNorm": (
        adaptive,
        {"m.kernel": (5, 2 * WIDTH), "m.bias": (2 * WIDTH,), "x": (B, T, S, WIDTH), "c": (B, T, 5)},
    ),
    "spatialAttention": (spatial, {**ATTENTION, "x": (B, T, S, WIDTH)}),
    "temporalAttention": (temporal, {**ATTENTION, "x": (B, T, S, WIDTH)}),
    "rotaryAttention": (lambda w, x: temporal(w, x, True), {**ATTENTION, "x": (B, T, S, WIDTH)}),
    "feedForward": (
        feed_forward,
        {
            "f.up.kernel": (WIDTH, HIDDEN),
            "f.up.bias": (HIDDEN,),
            "f.down.kernel": (HIDDEN, WIDTH),
            "f.down.bias": (WIDTH,),
            "x": (B * T, WIDTH),
        },
    ),
    "tokenNll": (
        lambda w, x: F.cross_entropy(5 * x, torch.arange(6) * 5 % 7, reduction="none"),
        {"x": (6, 7)},
    ),
}


def run(function, shapes):
    inputs = {name: noise(shape, 1, seed) for seed, (name, shape) in enumerate(shapes.items(), 1)}
    values = {name: inputs[name] for name in ("x", "c") if name in inputs}
    y = function(inputs, **values)
    (0.7 * y**2).sum().backward()
    flat = lambda t: [round(v, 9) for v in t.detach().flatten().tolist()]
    return {"shapes": shapes, "y": flat(y), "gradients": {name: flat(x.grad) for name, x in inputs.items()}}


print(json.dumps({name: run(*case) for name, case in CASES.items()}, separators=(",", ":")))
