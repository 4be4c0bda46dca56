"""Losses and gradients in float64 from PyTorch, for tests/compute/golden.test.ts: python make_gradients.py > gradients.json

Inputs are uniform in (-1, 1) from a linear congruential generator that the test repeats, so only results are stored.
"""

import json
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def noise(shape, seed):
    state = (seed * 2654435761) % 2**32
    values = []
    for _ in range(torch.Size(shape).numel()):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state / 2**31 - 1)
    return torch.tensor(values).float().double().reshape(shape).requires_grad_()


def images(x):  # (N, H, W, C) as torch wants it
    return x.permute(0, 3, 1, 2)


def back(x):
    return x.permute(0, 2, 3, 1)


def conv(x, filter):
    return back(F.conv2d(images(x), filter.permute(3, 2, 0, 1), stride=2, padding=1))


def conv_transpose(x, filter):  # filter (kh, kw, out, in)
    return back(F.conv_transpose2d(images(x), filter.permute(3, 2, 0, 1), stride=2))


def depthwise(x, filter):  # filter (kh, kw, C, M)
    height, width, channels, multiplier = filter.shape
    kernel = filter.permute(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
    return back(F.conv2d(images(x), kernel, padding=1, groups=channels))


def conv3d(x, filter):
    volume = F.conv3d(x.permute(0, 4, 1, 2, 3), filter.permute(4, 3, 0, 1, 2), stride=(1, 2, 1))
    return volume.permute(0, 2, 3, 4, 1)


def lstm(x, kernel, bias):  # gates i, j, f, o as in TensorFlow's basic cell, forget bias 1
    hidden = bias.shape[0] // 4
    h = c = torch.zeros(x.shape[0], hidden)
    outputs = []
    for frame in x.unbind(1):
        i, j, f, o = (torch.cat([frame, h], 1) @ kernel + bias).split(hidden, 1)
        c = c * torch.sigmoid(f + 1) + torch.sigmoid(i) * torch.tanh(j)
        h = torch.tanh(c) * torch.sigmoid(o)
        outputs.append(h)
    return torch.stack(outputs, 1)


def attention(q, k, v):  # (B, heads, T, size), causal
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def group_norm(x, scale, offset):
    return back(F.group_norm(images(x), 2, scale, offset, eps=1e-5))


def layer_norm(x, scale, offset):
    return F.layer_norm(x, (x.shape[-1],), scale, offset, eps=1e-5)


def gelu(x):
    return F.gelu(x * 3)


def max_pool(x):
    return back(F.max_pool2d(images(x), 3, 2))


def mean_pool(x):
    return back(F.avg_pool2d(images(x), 3, 2, padding=1, count_include_pad=False))


def bilinear(x):
    return back(F.interpolate(images(x), size=(7, 9), mode="bilinear", align_corners=False))


def cumprod(x):
    return torch.cumprod(x, 1)


def mdn_loss(logits, means, log_stds, targets):  # (B, D, K), targets (B, D)
    z = (targets.unsqueeze(-1) - means) * torch.exp(-log_stds)
    log_prob = F.log_softmax(logits, -1) - log_stds - 0.5 * z * z - 0.5 * torch.log(torch.tensor(2 * torch.pi))
    return -torch.logsumexp(log_prob, -1).mean()


def vae_loss(frames, output, mean, log_std):
    reconstruction = ((torch.sigmoid(output) - frames) ** 2).flatten(1).sum(1)
    kl = -0.5 * (1 + 2 * log_std - mean**2 - torch.exp(2 * log_std)).sum(1)
    return (reconstruction + torch.clamp(kl, min=0.5)).mean()


def cross_entropy(logits, targets):
    return -(F.softmax(targets * 2, -1) * F.log_softmax(logits * 4, -1)).sum(-1).mean()


CASES = [
    (conv, {"x": [2, 8, 7, 3], "filter": [3, 3, 3, 4]}),
    (conv_transpose, {"x": [2, 3, 4, 3], "filter": [4, 4, 2, 3]}),
    (depthwise, {"x": [2, 5, 6, 3], "filter": [3, 3, 3, 2]}),
    (conv3d, {"x": [2, 4, 5, 4, 2], "filter": [2, 3, 2, 2, 3]}),
    (lstm, {"x": [3, 5, 4], "kernel": [10, 24], "bias": [24]}),
    (attention, {"q": [2, 2, 5, 4], "k": [2, 2, 5, 4], "v": [2, 2, 5, 4]}),
    (group_norm, {"x": [2, 4, 3, 6], "scale": [6], "offset": [6]}),
    (layer_norm, {"x": [4, 3, 7], "scale": [7], "offset": [7]}),
    (gelu, {"x": [4, 6]}),
    (max_pool, {"x": [2, 7, 9, 2]}),
    (mean_pool, {"x": [2, 6, 5, 2]}),
    (bilinear, {"x": [2, 4, 3, 2]}),
    (cumprod, {"x": [3, 5, 2]}),
    (mdn_loss, {"logits": [4, 3, 5], "means": [4, 3, 5], "log_stds": [4, 3, 5], "targets": [4, 3]}),
    (vae_loss, {"frames": [3, 4, 4, 3], "output": [3, 4, 4, 3], "mean": [3, 5], "log_std": [3, 5]}),
    (cross_entropy, {"logits": [6, 5], "targets": [6, 5]}),
]


def rounded(tensor):  # nine digits: more than float32 has
    return [float(f"{value:.9g}") for value in tensor.flatten().tolist()]


def main():
    golden = {}
    for function, shapes in CASES:
        inputs = {name: noise(shape, seed + 1) for seed, (name, shape) in enumerate(shapes.items())}
        y = function(**inputs)
        loss = y if y.dim() == 0 else (y * y).sum() * 0.5
        gradients = torch.autograd.grad(loss, list(inputs.values()))
        golden[function.__name__] = {
            "shapes": shapes,
            "loss": float(f"{loss.item():.12g}"),
            "gradients": {name: rounded(gradient) for name, gradient in zip(inputs, gradients)},
        }
    json.dump(golden, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")


main()
