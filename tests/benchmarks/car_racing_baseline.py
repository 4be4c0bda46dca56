"""CarRacing-v3 in Gymnasium: steps a second with and without its drawing, and milliseconds a reset. One line of JSON."""

import json
import time

import Box2D  # noqa: F401  says by its name what is missing where it is
import gymnasium
import numpy

STEPS = 600

env = gymnasium.make("CarRacing-v3").unwrapped
actions = [numpy.array([0.3 * numpy.sin(i / 20), 0.3, 0], dtype=numpy.float32) for i in range(STEPS)]


def steps_per_second(runs):
    best = 0.0
    for _ in range(runs):
        env.reset(seed=0)
        start = time.perf_counter()
        for action in actions:
            env.step(action)
        best = max(best, STEPS / (time.perf_counter() - start))
    return best


def reset_milliseconds():
    best = float("inf")
    for seed in range(10):
        start = time.perf_counter()
        env.reset(seed=seed)
        best = min(best, 1000 * (time.perf_counter() - start))
    return best


figures = {"version": gymnasium.__version__, "observed": steps_per_second(2), "reset": reset_milliseconds()}
env._render = lambda mode: None
figures["physics"] = steps_per_second(3)
print(json.dumps(figures))
