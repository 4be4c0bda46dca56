"""Records episodes of Gymnasium's toy-text environments.

    python record_toy_text.py > toy-text.json      # Gymnasium 1.3.0, numpy 2.4.6
"""

import json

import gymnasium
import numpy
from gymnasium.envs.toy_text.frozen_lake import generate_random_map

STEPS = 40
CASES = [
    ("FrozenLake-v1", {}),
    ("FrozenLake-v1", {"is_slippery": False}),
    ("FrozenLake-v1", {"success_rate": 0.75, "reward_schedule": (10, -10, -1)}),
    ("FrozenLake-v1", {"desc": ["SFFHS", "FFFFF", "HFFFG"]}),
    ("FrozenLake8x8-v1", {}),
    ("Taxi-v4", {}),
    ("Taxi-v4", {"is_rainy": True}),
    ("Taxi-v4", {"fickle_passenger": True, "fickle_probability": 0.7}),
    ("Taxi-v4", {"is_rainy": True, "rainy_probability": 0.5, "fickle_passenger": True}),
    ("CliffWalking-v1", {}),
    ("CliffWalkingSlippery-v1", {}),
    ("Blackjack-v1", {}),
    ("Blackjack-v1", {"sab": False, "natural": True}),
]


def plain(value):
    """Numbers as JSON holds them."""
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return value.tolist() if isinstance(value, (numpy.ndarray, numpy.generic)) else value


def infos(info):
    return {key: plain(value) for key, value in info.items()}


def choose(generator, env, info):
    """A random action; a taxi's passenger is picked up wherever that is possible, and dropped off half the time."""
    mask = info.get("action_mask")
    if mask is not None and generator.random() < 0.8:
        if mask[4]:
            return 4
        if mask[5] and generator.random() < 0.5:
            return 5
        return int(generator.choice(numpy.flatnonzero(mask[:4])))
    return int(generator.integers(env.action_space.n))


def episodes(id, kwargs, seed):
    text = "Blackjack" not in id
    env = gymnasium.make(id, render_mode="ansi" if text else None, **kwargs)
    generator = numpy.random.default_rng(seed)
    observation, info = env.reset(seed=seed)
    rows = [{"reset": plain(observation), "info": infos(info)}]
    for step in range(STEPS):
        if text and step % 8 == 0:
            rows[-1]["ansi"] = env.render()
        action = choose(generator, env, info)
        observation, reward, terminated, truncated, info = env.step(action)
        rows.append(
            {
                "action": action,
                "step": [plain(observation), plain(reward), terminated, truncated],
                "info": infos(info),
            }
        )
        if terminated or truncated:
            observation, info = env.reset()
            rows.append({"reset": plain(observation), "info": infos(info)})
    return {"id": id, "kwargs": kwargs, "seed": seed, "rows": rows}


maps = [{"size": size, "p": p, "seed": seed, "map": generate_random_map(size, p, seed)} for size, p, seed in
        [(8, 0.8, 0), (5, 0.8, 123), (10, 0.8, 42), (16, 0.7, 987), (4, 1.5, 3), (6, 0.6, 1)]]
recordings = [episodes(id, kwargs, seed) for id, kwargs in CASES for seed in (0, 1, 12345)]
print(json.dumps({"gymnasium": gymnasium.__version__, "maps": maps, "episodes": recordings}, separators=(",", ":")))
