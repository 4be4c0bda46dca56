"""Records what Gymnasium 1.3's wrappers (and OpenCV 5.0's INTER_AREA) compute: python wrappers.py > wrappers.json"""

import base64
import json
import sys

import cv2
import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.wrappers import (
    DiscretizeAction,
    DiscretizeObservation,
    GrayscaleObservation,
    NormalizeObservation,
    NormalizeReward,
    TimeAwareObservation,
)
from gymnasium.wrappers.utils import rescale_box


class Scripted(gym.Env):
    """Plays back observations, rewards and terminations."""

    def __init__(self, space, observations, rewards, terminations, action_space=spaces.Discrete(2)):
        self.observation_space, self.action_space = space, action_space
        self.script = (observations, rewards, terminations)
        self.at = 0

    def reset(self, *, seed=None, options=None):
        return self.script[0][self.at], {}

    def step(self, action):
        self.at += 1
        return self.script[0][self.at], self.script[1][self.at - 1], self.script[2][self.at - 1], False, {}


def numbers(array):
    return [x if np.isfinite(x) else str(x) for x in (float(x) for x in np.asarray(array).ravel())]


def statistics(rms):
    return {"mean": numbers(rms.mean), "var": numbers(rms.var), "count": rms.count}


def cart_pole():
    actions = [1, 0, 0, 1, 1, 1, 0, 1, 0, 1] * 12
    env = NormalizeObservation(NormalizeReward(gym.make("CartPole-v1").unwrapped, gamma=0.9))
    observations, rewards = [numbers(env.reset(seed=42)[0])], []
    for i, action in enumerate(actions):
        if i == 100:
            env.update_running_mean = env.env.update_running_mean = False
        observation, reward, terminated, _, _ = env.step(action)
        observations.append(numbers(observation))
        rewards.append(float(reward))
        if terminated:
            observations.append(numbers(env.reset()[0]))
    return {
        "actions": actions,
        "observations": observations,
        "rewards": rewards,
        "observationStatistics": statistics(env.obs_rms),
        "returnStatistics": statistics(env.env.return_rms),
    }


def normalized(dtype, low, high):
    rng = np.random.default_rng(5)
    values = rng.uniform(low, high, size=(9, 3)).astype(dtype)
    rewards = [float(x) for x in rng.normal(0, 3, size=8)]
    terminations = [False, False, True, False, False, False, True, False]
    space = spaces.Box(low, high, (3,), dtype)
    observed = NormalizeObservation(Scripted(space, values, rewards, terminations), epsilon=1e-4)
    rewarded = NormalizeReward(Scripted(space, values, rewards, terminations))
    out = [numbers(observed.reset()[0])] + [numbers(observed.step(0)[0]) for _ in rewards]
    rewarded.reset()
    return {
        "dtype": np.dtype(dtype).name,
        "values": [numbers(v) for v in values],
        "rewards": rewards,
        "terminations": terminations,
        "normalized": out,
        "observationStatistics": statistics(observed.obs_rms),
        "normalizedRewards": [float(rewarded.step(0)[1]) for _ in rewards],
        "returnStatistics": statistics(rewarded.return_rms),
    }


def rescaled(low, high, new_low, new_high):
    box = spaces.Box(np.array(low, np.float32), np.array(high, np.float32), dtype=np.float32)
    new_low, new_high = (np.array(b) if isinstance(b, list) else b for b in (new_low, new_high))
    _, forward, backward = rescale_box(box, new_low, new_high)
    finite_low, finite_high = np.nan_to_num(box.low, neginf=-5), np.nan_to_num(box.high, posinf=5)
    values = [(finite_low + (finite_high - finite_low) * t).astype(np.float32) for t in (0, 0.1, 0.37, 0.5, 1)]
    return {
        "low": numbers(box.low),
        "high": numbers(box.high),
        "newLow": numbers(new_low) if isinstance(new_low, np.ndarray) else new_low,
        "newHigh": numbers(new_high) if isinstance(new_high, np.ndarray) else new_high,
        "values": [numbers(v) for v in values],
        "forward": [numbers(forward(v)) for v in values],
        "backward": [numbers(backward(forward(v))) for v in values],
    }


def image(*shape):
    i = np.arange(np.prod(shape), dtype=np.int64)
    return ((i * 37 + (i * i) % 101 + i // 7) % 256).astype(np.uint8).reshape(shape)


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array)).decode()


def resized(shape, to):
    return {"shape": shape, "to": to, "data": encoded(cv2.resize(image(*shape), (to[1], to[0]), interpolation=cv2.INTER_AREA))}


def gray():
    rgb = image(6, 5, 3)
    env = GrayscaleObservation(Scripted(spaces.Box(0, 255, (6, 5, 3), np.uint8), [rgb], [], []))
    return encoded(env.reset()[0])


def binned(low, high, bins):
    box = spaces.Box(np.array(low, np.float32), np.array(high, np.float32))
    parts = np.linspace(0, 1, 13)
    values = [(box.low + (box.high - box.low) * t).astype(np.float32) for t in parts]
    env = DiscretizeObservation(Scripted(box, values, [0] * 12, [False] * 12), bins)
    found = [env.observation(v) for v in values]
    multi = DiscretizeObservation(Scripted(box, values, [], []), bins, multidiscrete=True)
    act = DiscretizeAction(Scripted(box, values, [], [], action_space=box), bins)
    total = int(act.action_space.n)
    actions = [int(k * (total - 1) // 6) for k in range(7)]
    return {
        "low": numbers(box.low),
        "high": numbers(box.high),
        "bins": bins if isinstance(bins, int) else list(bins),
        "values": [numbers(v) for v in values],
        "found": found,
        "multi": [[int(x) for x in multi.observation(v)] for v in values],
        "bounds": [[numbers(bound) for bound in env.revert_observation(k)] for k in actions],
        "actions": actions,
        "middles": [numbers(act.action(k)) for k in actions],
        "reverted": [int(act.revert_action(v)) for v in values],
    }


def timed():
    plain = TimeAwareObservation(gym.make("CartPole-v1"))
    part = TimeAwareObservation(gym.make("CartPole-v1"), normalize_time=True)
    run = lambda env: [numbers(env.reset(seed=3)[0])] + [numbers(env.step(k % 2)[0]) for k in range(5)]
    return {"plain": run(plain), "part": run(part), "low": numbers(plain.observation_space.low), "high": numbers(plain.observation_space.high)}


json.dump(
    {
        "cartPole": cart_pole(),
        "normalized": [normalized(np.float32, -2, 3), normalized(np.float64, -2, 3), normalized(np.uint8, 0, 255)],
        "rescaled": [
            rescaled([-2, 0, -0.7], [2, 10, 0.3], -1, 1),
            rescaled([-2, 0, -0.7], [2, 10, 0.3], [0, -1, -0.1], [0.3, 5, 1]),
            rescaled([-np.inf, 0, -1.2], [4, np.inf, 0.6], [-np.inf, 2, -1], [3, np.inf, 1]),
        ],
        "resized": [
            resized(*sizes)
            for sizes in (
                ((6, 8), (3, 4)),
                ((9, 9, 3), (3, 3)),
                ((30, 40, 3), (21, 28)),
                ((24, 20), (24, 7)),
                ((5, 4, 3), (8, 9)),
                ((8, 8), (4, 12)),
                ((7, 5, 3), (7, 5)),
                ((10, 10), (1, 1)),
                ((3, 1), (5, 4)),
            )
        ],
        "gray": gray(),
        "binned": [binned([-1.2, -0.07], [0.6, 0.07], 10), binned([-2, 0, 1], [2, 1, 7], (3, 4, 5))],
        "timed": timed(),
    },
    sys.stdout,
    default=lambda x: x.item(),
)
