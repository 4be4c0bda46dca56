"""Environments in Python that try the bridge: every kind of space, prints, pictures, exceptions, a sudden end."""

import os

import gymnasium as gym
import numpy as np
from gymnasium import spaces

SPACES = {
    "Box": spaces.Box(np.array([-1, -np.inf], np.float32), np.array([1, np.inf], np.float32)),
    "Bytes": spaces.Box(0, 255, (4, 3, 3), np.uint8),
    "Int64": spaces.Box(-5, 5, (2, 2), np.int64),
    "WideInt64": spaces.Box(-(2**40), 2**40, (2,), np.int64),
    "Bool": spaces.Box(0, 1, (3,), np.bool_),
    "Float16": spaces.Box(-1, 1, (3,), np.float16),
    "Scalar": spaces.Box(-1, 1, (), np.float64),
    "Discrete": spaces.Discrete(5, start=-2),
    "MultiDiscrete": spaces.MultiDiscrete(np.array([[2, 3], [4, 5]])),
    "MultiBinary": spaces.MultiBinary([2, 3]),
    "Text": spaces.Text(6, min_length=0, charset="abé"),
    "Tuple": spaces.Tuple([spaces.Discrete(3), spaces.Box(0, 1, (2,))]),
    "Dict": spaces.Dict({"b": spaces.Discrete(2), "a": spaces.Tuple([spaces.MultiBinary(2)])}),
    "Sequence": spaces.Sequence(spaces.Box(0, 1, (2,))),
    "StackedSequence": spaces.Sequence(spaces.Discrete(9), stack=True),
    "OneOf": spaces.OneOf([spaces.Discrete(3), spaces.Box(0, 1, (2,))]),
    "Graph": spaces.Graph(spaces.Box(0, 1, (2,)), spaces.Discrete(3)),
}
TREES = ("Text", "Sequence", "StackedSequence", "OneOf", "Graph")  # values of no fixed size
SPACES |= {
    "Fixed": spaces.Dict({name: space for name, space in SPACES.items() if name not in TREES}),
    "Trees": spaces.Dict({name: space for name, space in SPACES.items() if name in (*TREES, "Int64", "MultiDiscrete")}),
}


class Echo(gym.Env):
    """Shows what it is told: the observation is the last action."""

    metadata = {"render_modes": ["rgb_array", "ansi", "human"], "render_fps": 7}

    def __init__(self, space="Box", render_mode=None, fail=None):
        self.observation_space = self.action_space = SPACES[space]
        self.render_mode = render_mode
        self.fail = fail
        print("this goes to standard error")

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if self.fail == "reset":
            raise ValueError("no reset today")
        self.observation_space.seed(seed)
        info = {
            "seed": seed,
            "options": options,
            "array": np.arange(6, dtype=np.int64).reshape(2, 3),
            "scalar": np.float32(0.5),
            "flag": np.bool_(True),
            "nested": {"tuple": (1, "two"), "nan": float("nan")},
        }
        return self.observation_space.sample(), info

    def step(self, action):
        if self.fail == "exit":
            os._exit(17)
        return action, np.float64(0.25), np.bool_(False), False, {}

    def render(self):
        if self.render_mode == "rgb_array":
            return np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
        return "a picture in words"

    def close(self):
        if self.fail == "close":
            raise RuntimeError("stays open")


class Custom(gym.Space):
    pass


class Strange(Echo):
    def __init__(self):
        super().__init__()
        self.observation_space = Custom((), np.float32)


gym.register("Echo-v0", Echo, max_episode_steps=3, reward_threshold=1.5, nondeterministic=True)
gym.register("Strange-v0", Strange)
