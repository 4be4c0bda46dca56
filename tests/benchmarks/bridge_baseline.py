"""Steps a second that Python gets out of reverie-gym over standard input and output, and of Gymnasium itself.

Prints one line of JSON. The best of three runs each; resets and, in vectors, all environments are counted.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src" / "bridge" / "python"))

import gymnasium
import numpy
import reverie_gym

random = numpy.random.default_rng(0)


def single(env: gymnasium.Env, steps: int) -> float:
    actions = random.integers(0, env.action_space.n, steps).tolist()
    env.reset(seed=0)
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()
        best = max(best, steps / (time.perf_counter() - start))
    env.close()
    return best


def vector(envs: gymnasium.vector.VectorEnv, steps: int) -> float:
    actions = random.integers(0, envs.single_action_space.n, (steps, envs.num_envs))
    envs.reset(seed=0)
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        for action in actions:
            envs.step(action)
        best = max(best, steps * envs.num_envs / (time.perf_counter() - start))
    envs.close()
    return best


native = gymnasium.make_vec("CartPole-v1", 64, vectorization_mode="sync")
figures = {
    "version": gymnasium.__version__,
    "cartPole": single(reverie_gym.make("CartPole-v1"), 20_000),
    "takeCover": single(reverie_gym.make("TakeCover-v0"), 8_000),
    "cartPole64": vector(reverie_gym.make_vec("CartPole-v1", 64), 2_000),
    "takeCover64": vector(reverie_gym.make_vec("TakeCover-v0", 64), 150),
    "nativeCartPole": single(gymnasium.make("CartPole-v1"), 20_000),
    "nativeCartPole64": vector(native, 200),
}
print(json.dumps(figures))
