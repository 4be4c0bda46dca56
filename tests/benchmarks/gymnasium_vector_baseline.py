"""Steps a second of 64 of Gymnasium's CartPole-v1 in each of its vectors, random actions. Prints one line of JSON."""

import json
import time

import gymnasium
import numpy

SLOTS = 64


def steps_per_second(mode, steps):
    envs = gymnasium.make_vec("CartPole-v1", num_envs=SLOTS, vectorization_mode=mode)
    actions = numpy.random.default_rng(0).integers(0, 2, (200, SLOTS))
    envs.reset(seed=0)
    best = 0.0
    for _ in range(40):
        start = time.perf_counter()
        for t in range(steps):
            envs.step(actions[t % len(actions)])
        best = max(best, steps * SLOTS / (time.perf_counter() - start))
    envs.close()
    return best


if __name__ == "__main__":
    figures = {
        "version": gymnasium.__version__,
        "sync": steps_per_second("sync", 75),
        "async": steps_per_second("async", 10),
        "numpy": steps_per_second("vector_entry_point", 250),
    }
    print(json.dumps(figures))
