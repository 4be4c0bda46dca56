# Python trains in our environments: the cross-entropy method on 64 cart-poles at once.   python3 examples/06-python.py [id]
# Needs numpy and gymnasium; a dream works as well: examples/06-python.py Dream/TakeCover-v0 runs/take-cover
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src/bridge/python"))
import reverie_gym

env_id = sys.argv[1] if len(sys.argv) > 1 else "CartPole-v1"
kwargs = {"checkpoint": sys.argv[2]} if len(sys.argv) > 2 else {}
envs = reverie_gym.make_vec(env_id, num_envs=64, **kwargs)  # a gymnasium.vector.VectorEnv
features, actions = envs.single_observation_space.shape[0], envs.single_action_space.n


def play(weights: np.ndarray, seed: int) -> np.ndarray:
    """The returns of 64 linear policies, one an environment."""
    observations, _ = envs.reset(seed=seed)
    returns, running = np.zeros(64), np.ones(64, dtype=bool)
    while running.any():
        scores = np.einsum("nf,nfa->na", observations, weights)
        observations, rewards, terminations, truncations, _ = envs.step(scores.argmax(axis=1))
        returns += rewards * running
        running &= ~(terminations | truncations)
    return returns


random = np.random.default_rng(0)
mean, sd = np.zeros((features, actions)), np.ones((features, actions))
for generation in range(8):
    candidates = random.normal(mean, sd, size=(64, features, actions))
    elite = candidates[np.argsort(play(candidates, generation))[-12:]]
    mean, sd = elite.mean(axis=0), elite.std(axis=0) + 0.02
best = play(np.repeat(mean[None], 64, axis=0), 100).mean()
chance = play(random.normal(size=(64, features, actions)), 100).mean()
print(f"{env_id}: trained {best:.0f}, untrained {chance:.0f}")
envs.close()
