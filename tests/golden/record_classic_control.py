"""Records whole episodes of Gymnasium's classic control under simple controllers, and sines, with the numpy at hand.

    python record_classic_control.py > classic-control-numpy-1.json   # Gymnasium 1.3.0, numpy 1.24.4, AVX-512
    python record_classic_control.py > classic-control-numpy-2.json   # Gymnasium 1.3.0, numpy 2.4.6
"""

import json
import math

import gymnasium
import numpy

EVERY = 20  # steps from one recorded observation to the next
STEPS = 600


def balance(o, k):
    return int(o[2] + 0.3 * o[3] + 0.02 * o[0] + 0.05 * o[1] > 0)


def swing(o, k):
    return 2 if o[1] >= 0 else 0


def swing_hard(o, k):
    return [round(1.4 * math.cos(k / 3) + (1.2 if o[1] >= 0 else -1.2), 2)]


def spin(o, k):
    return [round(2.6 * math.sin(k / 7) + 0.4 * float(o[2]), 2)]


def pump(o, k):
    return (2 if o[5] > 0 else 0) if k % 9 else 1


CASES = [
    ("CartPole-v1", balance, {}),
    ("MountainCar-v0", swing, {}),
    ("MountainCarContinuous-v0", swing_hard, {}),
    ("Pendulum-v1", spin, {}),
    ("Pendulum-v1", spin, {"g": 9.81}),
    ("Acrobot-v1", pump, {}),
]
RESETS = [
    ("CartPole-v1", {"low": -0.4, "high": 0.4}),
    ("CartPole-v1", {"high": 0.2}),
    ("MountainCar-v0", {"low": -0.4, "high": 0.4}),
    ("MountainCarContinuous-v0", {"low": -0.7, "high": -0.5}),
    ("Acrobot-v1", {"low": -3, "high": 3}),
    ("Pendulum-v1", {"x_init": 1.2, "y_init": 1.0}),
    ("Pendulum-v1", {"y_init": 0.0}),
]


def play(id, controller, kwargs, seed):
    env = gymnasium.make(id, **kwargs)
    observation, _ = env.reset(seed=seed)
    actions, rows = [], [[0, observation.tolist()]]
    for k in range(1, STEPS + 1):
        action = controller(observation, k)
        actions.append(action)
        given = numpy.array(action, dtype=numpy.float32) if isinstance(action, list) else action
        observation, reward, terminated, truncated, _ = env.step(given)
        over = bool(terminated or truncated)
        if over or k % EVERY == 0:
            rows.append([k, observation.tolist(), float(reward), bool(terminated), bool(truncated)])
        if over:
            observation, _ = env.reset()
            rows.append([k, observation.tolist()])
    return {"id": id, "kwargs": kwargs, "seed": seed, "actions": actions, "rows": rows}


def begin(id, options):
    observation, _ = gymnasium.make(id).reset(seed=7, options=options)
    return {"id": id, "options": options, "seed": 7, "observation": observation.tolist()}


def sines():
    generator = numpy.random.default_rng(0)
    wide = [generator.uniform(-size, size, 40) for size in (0.1, 0.9, 2.5, 12.0, 1e4)]
    edges = [0.0, -0.0, 2.0**-28, 0.126, -0.126, 0.85546875, 2.4262638092041016, math.pi / 2, -math.pi, 5e6]
    angles = numpy.concatenate([*wide, numpy.array(edges)])
    narrow = numpy.concatenate([generator.uniform(-size, size, 30) for size in (0.1, 10)]).astype(numpy.float32)
    row = lambda x: [float(x), float(numpy.sin(x)), float(numpy.cos(x))]
    many = generator.uniform(-12, 12, 40_000)
    squares = [[float(x), float(x**2)] for x in many if x**2 != x * x]  # where pow does not give the nearest number
    return {"float64": [row(x) for x in angles], "float32": [row(x) for x in narrow], "squares": squares}


print(
    json.dumps(
        {
            "gymnasium": gymnasium.__version__,
            "numpy": numpy.__version__,
            "episodes": [play(*case, seed) for case in CASES for seed in (0, 42)],
            "resets": [begin(*case) for case in RESETS],
            "sines": sines(),
        },
        separators=(",", ":"),
    )
)
