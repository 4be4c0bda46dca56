"""The work of train-steps.ts and dream-steps.ts in PyTorch, on two threads. Prints one line of JSON, milliseconds.

Best of several runs, NCHW as PyTorch has it by default, everything else as in reverie-gym: the same layers, losses,
clipping and optimizer, in float32.
"""

import json
import math
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(2)
torch.manual_seed(0)

Z, ACTIONS, HIDDEN, MIXTURES = 32, 3, 256, 5
MIXTURE = 3 * Z * MIXTURES


def fastest(body, runs, warmup=2):
    for _ in range(warmup):
        body()
    best = math.inf
    for _ in range(runs):
        start = time.perf_counter()
        body()
        best = min(best, time.perf_counter() - start)
    return 1e3 * best


class Vae(nn.Module):
    """Ha & Schmidhuber 2018, appendix A.1: 4,348,547 parameters."""

    def __init__(self):
        super().__init__()
        widths = [3, 32, 64, 128, 256]
        self.encoder = nn.ModuleList(nn.Conv2d(a, b, 4, 2) for a, b in zip(widths, widths[1:]))
        self.mean, self.log_std = nn.Linear(1024, Z), nn.Linear(1024, Z)
        self.latent = nn.Linear(Z, 1024)
        layers = [(1024, 128, 5), (128, 64, 5), (64, 32, 6), (32, 3, 6)]
        self.decoder = nn.ModuleList(nn.ConvTranspose2d(a, b, k, 2) for a, b, k in layers)

    def forward(self, x, noise):
        h = x
        for layer in self.encoder:
            h = F.relu(layer(h))
        h = h.flatten(1)
        mean, log_std = self.mean(h), self.log_std(h).clamp(-8, 8)
        h = self.latent(mean + log_std.exp() * noise)[:, :, None, None]
        for layer in self.decoder[:-1]:
            h = F.relu(layer(h))
        return torch.sigmoid(self.decoder[-1](h)), mean, log_std


def vae_step(batch):
    vae = Vae()
    assert sum(p.numel() for p in vae.parameters()) == 4_348_547
    adam = torch.optim.Adam(vae.parameters(), 1e-3)
    frames = torch.randint(0, 256, (batch, 3, 64, 64), dtype=torch.uint8)
    noise = torch.randn(batch, Z)

    def step():
        x = frames.float() / 255
        reconstruction, mean, log_std = vae(x, noise)
        kl = -0.5 * (1 + 2 * log_std - mean**2 - (2 * log_std).exp()).sum(1)
        loss = ((reconstruction - x) ** 2).sum((1, 2, 3)).mean() + kl.clamp(min=0.5 * Z).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()

    return step


class MdnRnn(nn.Module):
    """Ha & Schmidhuber 2018, appendix A.2, with heads for the end and the reward."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(Z + ACTIONS, HIDDEN, batch_first=True)
        self.head = nn.Linear(HIDDEN, MIXTURE + 2)


def mixture(raw):
    logits, mean, log_std = (part.unflatten(-1, (Z, MIXTURES)) for part in raw[..., :MIXTURE].chunk(3, -1))
    return F.log_softmax(logits, -1), mean, log_std.clamp(-7, 7)


def rnn_step(batch, steps):
    rnn = MdnRnn()
    adam = torch.optim.Adam(rnn.parameters(), 1e-3)
    latent_mean, latent_log_std = torch.randn(batch, steps + 1, Z), torch.full((batch, steps + 1, Z), -1.0)
    noise = torch.randn(batch, steps + 1, Z)
    actions = F.one_hot(torch.randint(0, ACTIONS, (batch, steps)), ACTIONS).float()
    reward, done = torch.ones(batch, steps), (torch.rand(batch, steps) < 0.02).float()
    state = (torch.zeros(1, batch, HIDDEN), torch.zeros(1, batch, HIDDEN))
    weight = torch.tensor(10.0)

    def step():
        latent = latent_mean + latent_log_std.exp() * noise
        hidden, _ = rnn.lstm(torch.cat([latent[:, :-1], actions], -1), state)
        outputs = rnn.head(hidden)
        log_weight, mean, log_std = mixture(outputs)
        scaled = (latent[:, 1:, :, None] - mean) * (-log_std).exp()
        nll = 0.5 * math.log(2 * math.pi) - torch.logsumexp(log_weight - log_std - 0.5 * scaled**2, -1)
        end = F.binary_cross_entropy_with_logits(outputs[..., MIXTURE], done, pos_weight=weight)
        loss = nll.mean() + end + ((outputs[..., MIXTURE + 1] - reward) ** 2).mean()
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(rnn.parameters(), 1)
        adam.step()

    return step


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm, self.heads = nn.LayerNorm(width), heads
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)

    def forward(self, x, mask):
        n, length, width = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out(mixed.transpose(1, 2).reshape(n, length, width))


class StBlock(nn.Module):
    """Attention over the places of a frame, then causally over the frames of a place, then one feed-forward."""

    def __init__(self, width, heads):
        super().__init__()
        self.space, self.time, self.norm = Attention(width, heads), Attention(width, heads), nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask):
        b, t, s, d = x.shape
        x = x + self.space(self.space.norm(x).view(b * t, s, d), None).view(b, t, s, d)
        over = self.time(self.time.norm(x).transpose(1, 2).reshape(b * s, t, d), mask)
        x = x + over.view(b, s, t, d).transpose(1, 2)
        hidden = self.up(self.norm(x))
        return x + self.down(hidden * torch.sigmoid(1.702 * hidden))


class StTransformer(nn.Module):
    def __init__(self, words=1024, frames=8, places=256, width=128, heads=4, blocks=4):
        super().__init__()
        self.tokens = nn.Embedding(words, width)
        self.places = nn.Parameter(0.02 * torch.randn(1, 1, places, width))
        self.frames = nn.Parameter(0.02 * torch.randn(1, frames, 1, width))
        self.blocks = nn.ModuleList(StBlock(width, heads) for _ in range(blocks))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, words, bias=False)
        self.register_buffer("mask", torch.triu(torch.full((frames, frames), -1e9), 1))

    def forward(self, tokens):
        x = self.tokens(tokens) + self.places + self.frames
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


def transformer_step(batch):
    model = StTransformer()
    assert sum(p.numel() for p in model.parameters()) == 1_350_400
    adam = torch.optim.Adam(model.parameters(), 1e-3)
    tokens, targets = torch.randint(0, 1024, (2, batch, 8, 256))

    def step():
        loss = F.cross_entropy(model(tokens).flatten(0, 2), targets.flatten())
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 10)
        adam.step()

    return step


def dream_step(batch):
    cell, head = nn.LSTMCell(Z + ACTIONS, HIDDEN), nn.Linear(HIDDEN, MIXTURE + 2)
    z, h, c = torch.zeros(batch, Z), torch.zeros(batch, HIDDEN), torch.zeros(batch, HIDDEN)
    actions = F.one_hot(torch.zeros(batch, dtype=torch.long), ACTIONS).float()

    def step():
        nonlocal z, h, c
        h, c = cell(torch.cat([z, actions], 1), (h, c))
        outputs = head(h)
        log_weight, mean, log_std = mixture(outputs)
        chosen = (log_weight - torch.log(-torch.log(torch.rand(batch, Z, MIXTURES)))).argmax(-1, keepdim=True)
        z = mean.gather(-1, chosen).squeeze(-1)
        z = z + log_std.gather(-1, chosen).squeeze(-1).exp() * torch.randn(batch, Z)
        torch.rand(batch) < torch.sigmoid(outputs[:, MIXTURE])

    def steps():
        with torch.no_grad():
            for _ in range(50):
                step()

    return steps


a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
figures = {
    "version": torch.__version__,
    "product": fastest(lambda: a @ b, 12),
    "vae32": fastest(vae_step(32), 8),
    "vae100": fastest(vae_step(100), 6),
    "rnn": fastest(rnn_step(100, 32), 10),
    "transformer": fastest(transformer_step(4), 4, 1),
    "dream": {str(batch): fastest(dream_step(batch), 5, 1) / 50 for batch in (1, 16, 64, 256)},
}
print(json.dumps(figures))
