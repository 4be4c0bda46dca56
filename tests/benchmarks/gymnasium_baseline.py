"""Steps a second of Gymnasium's CartPole-v1 under random actions, as gym.make gives it. Prints one line of JSON."""

import json
import time

import gymnasium
import numpy

STEPS = 50_000

env = gymnasium.make("CartPole-v1")
env.reset(seed=0)
actions = numpy.random.default_rng(0).integers(0, 2, STEPS).tolist()
best = 0.0
for _ in range(3):
    start = time.perf_counter()
    for action in actions:
        _, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            env.reset()
    best = max(best, STEPS / (time.perf_counter() - start))
print(json.dumps({"version": gymnasium.__version__, "cartPole": best}))
