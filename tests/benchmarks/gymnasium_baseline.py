"""Steps a second of Gymnasium's environments under random actions, as gym.make gives them. Prints one line of JSON."""

import json
import time

import gymnasium
import numpy

STEPS = 20_000
IDS = [
    "CartPole-v1",
    "MountainCar-v0",
    "MountainCarContinuous-v0",
    "Pendulum-v1",
    "Acrobot-v1",
    "FrozenLake-v1",
    "CliffWalking-v1",
    "Taxi-v4",
]


def actions_of(space, generator):
    """As an agent gives them: Python's integers, float32 arrays."""
    if isinstance(space, gymnasium.spaces.Discrete):
        return generator.integers(space.n, size=STEPS).tolist()
    return list(generator.uniform(space.low, space.high, (STEPS, *space.shape)).astype(numpy.float32))


def steps_per_second(id):
    env = gymnasium.make(id)
    env.reset(seed=0)
    actions = actions_of(env.action_space, numpy.random.default_rng(0))
    best = 0.0
    for _ in range(5):
        start = time.perf_counter()
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()
        best = max(best, STEPS / (time.perf_counter() - start))
    return best


print(json.dumps({"version": gymnasium.__version__, "steps": {id: steps_per_second(id) for id in IDS}}))
