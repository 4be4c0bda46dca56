"""Checks of reverie_gym.py against real Gymnasium. Prints one JSON object: what went wrong under each check's name.

Arguments: a JSON object with `checkpoint` (a run's folder), `echo` (ports of environments that show what they are told, by
kind of space), `noise` (the port of a server that speaks another protocol) and `servers` (ports by id).
"""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
import warnings
from typing import Any
from unittest import mock

import gymnasium as gym
import numpy as np
import reverie_gym
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import RecordEpisodeStatistics
from gymnasium.wrappers.vector import RecordEpisodeStatistics as RecordVectorStatistics

ARGUMENTS = json.loads(sys.argv[1])
CHECKS = {}
NUMPY = 1 if np.__version__.startswith("1.") else 2  # whose arithmetic it is, as our environments' option says it
INFINITE = "This is probably too"  # CartPole's velocities and a dream's features have no bounds, and check_env says so


def check(function):
    CHECKS[function.__name__] = function
    return function


def raises(kind: type[Exception], call, *words: str) -> Exception:
    try:
        call()
    except kind as error:
        for word in words:
            assert word in str(error), f"{word!r} is not in {error}"
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def served(env_id: str, **kwargs: Any) -> gym.Env:
    """At a server of the tests' own: to start one takes most of a second."""
    return reverie_gym.make(env_id, address=("127.0.0.1", ARGUMENTS["servers"][env_id]), **kwargs)


def served_vec(env_id: str, num_envs: int, **kwargs: Any) -> gym.vector.VectorEnv:
    address = ("127.0.0.1", ARGUMENTS["servers"][env_id])
    return reverie_gym.make_vec(env_id, num_envs, address=address, **kwargs)


def checked(env: gym.Env) -> None:
    assert isinstance(env, gym.Env) and env.unwrapped is env
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_env(env)
    others = [str(each.message) for each in caught if INFINITE not in str(each.message)]
    assert not others, others
    env.close()
    env.close()


@check
def cart_pole_passes_check_env():
    checked(reverie_gym.make("CartPole-v1"))
    checked(served("CartPole-v1", render_mode="rgb_array"))


@check
def take_cover_passes_check_env():
    checked(served("TakeCover-v0", frame_skip=3))


@check
def a_dream_passes_check_env():
    checked(served("Dream/TakeCover-v0", checkpoint=ARGUMENTS["checkpoint"]))


@check
def cart_pole_is_gymnasiums():
    ours, theirs = served("CartPole-v1", numpy=NUMPY), gym.make("CartPole-v1")
    assert ours.observation_space == theirs.observation_space and ours.action_space == theirs.action_space
    assert ours.spec.reward_threshold == 475 and ours.metadata["render_fps"] == 50
    actions = np.random.default_rng(0)
    for seed in (0, 1, 123, None, 2**31 + 7):  # None: the generator runs on
        begun = [env.reset(seed=seed) for env in (ours, theirs)]
        assert data_equivalence(*begun, exact=True), begun
        for _ in range(600):
            action = actions.integers(2)
            steps = [env.step(action) for env in (ours, theirs)]
            assert data_equivalence(*steps, exact=True), steps
            if steps[0][2] or steps[0][3]:
                break
    options = {"low": -0.01, "high": 0.02}
    assert data_equivalence(ours.reset(seed=1, options=options), theirs.reset(seed=1, options=options), exact=True)
    ours.close()


@check
def the_limit_of_steps_is_carried_over():
    for limit, steps in ((3, 3), (None, 200)):
        env = served("MountainCar-v0", max_episode_steps=limit)
        env.reset(seed=1)
        for step in range(1, steps + 1):
            truncated = env.step(0)[3]
            assert truncated == (step == steps), step
        env.close()
    endless = served("MountainCar-v0", max_episode_steps=-1)
    endless.reset(seed=1)
    assert not any(endless.step(0)[3] for _ in range(400))


@check
def vectors_are_gymnasiums():
    for mode in AutoresetMode:
        ours = served_vec("CartPole-v1", 3, autoreset_mode=mode, numpy=NUMPY)
        theirs = gym.make_vec("CartPole-v1", 3, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode})
        assert isinstance(ours, gym.vector.VectorEnv) and ours.metadata["autoreset_mode"] is mode
        for name in ("observation_space", "action_space", "single_observation_space", "single_action_space"):
            assert getattr(ours, name) == getattr(theirs, name), name
        actions = np.random.default_rng(1)
        for seed in (5, [9, None, 1], None):
            assert data_equivalence(ours.reset(seed=seed), theirs.reset(seed=seed), exact=True)
            for _ in range(150):
                action = actions.integers(2, size=3)
                steps = [env.step(action) for env in (ours, theirs)]
                infos = [step[4] for step in steps]
                assert all(same_arrays(a, b) for a, b in zip(steps[0][:4], steps[1][:4], strict=True)), steps
                assert infos[0].keys() == infos[1].keys(), infos
                if "final_obs" in infos[0]:
                    assert (infos[0]["_final_obs"] == infos[1]["_final_obs"]).all()
                    assert data_equivalence(list(infos[0]["final_obs"]), list(infos[1]["final_obs"]), exact=True)
                over = steps[0][2] | steps[0][3]
                if mode is AutoresetMode.DISABLED and over.any():
                    resets = [env.reset(options={"reset_mask": over.copy()}) for env in (ours, theirs)]
                    assert data_equivalence(resets[0][0], resets[1][0], exact=True)
        ours.close()


def same_arrays(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b)


@check
def a_dream_is_dreamt_as_a_vector():
    envs = reverie_gym.make_vec("Dream/TakeCover-v0", 4, checkpoint=ARGUMENTS["checkpoint"], horizon=20)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    runs = []
    for _ in range(2):
        envs.action_space.seed(0)
        seen = [envs.reset(seed=7)[0]]
        over = np.zeros(4, dtype=bool)
        for _ in range(30):
            observations, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())
            assert observations in envs.observation_space
            assert rewards.dtype == np.float64 and terminations.dtype == truncations.dtype == np.bool_
            assert not (rewards[over].any() or terminations[over].any() or truncations[over].any())
            probability = infos.get("terminationProbability", np.zeros(4))
            assert probability.shape == (4,) and ((probability >= 0) & (probability <= 1)).all()
            assert (infos.get("_terminationProbability", np.zeros(4, bool)) == ~over).all()
            over = terminations | truncations
            seen.append(observations)
        runs.append(np.array(seen))
    assert np.array_equal(*runs)
    assert not np.array_equal(runs[0][0, 0], runs[0][0, 1])
    envs.close()
    envs.close()


@check
def every_space_is_carried_over_both_ways():
    for kind, port in ARGUMENTS["echo"].items():
        env = reverie_gym.make("Echo-v0", address=f"127.0.0.1:{port}")
        assert type(env.action_space).__name__ == kind.split(" ")[0], kind
        env.action_space.seed(3)
        for episode in range(5):
            observation, info = env.reset(seed=episode, options={"nested": {"list": [1, 2.5, np.float32(0.5)]}})
            assert observation in env.observation_space, (kind, observation)
            assert info == {"seed": episode, "options": {"nested": {"list": [1, 2.5, 0.5]}}}, info
            for step in range(1, 4):
                action = env.action_space.sample()
                observation, reward, terminated, truncated, info = env.step(action)
                assert observation in env.observation_space, (kind, observation)
                assert same_value(observation, action), (kind, observation, action)
                assert (reward, terminated, truncated) == (step / 4, step == 3, False)
                if step == 2:
                    assert info["weights"].dtype == np.float32 and info["weights"].tolist() == [1, 2]
        env.close()
        if kind == "Discrete beyond int32":
            continue  # a batch of numbers is an Int32Array
        envs = reverie_gym.make_vec("Echo-v0", 3, address=("127.0.0.1", port))
        envs.reset(seed=1)
        actions = envs.action_space.sample()
        observations = envs.step(actions)[0]
        assert observations in envs.observation_space, (kind, observations)
        assert same_value(observations, actions), (kind, observations, actions)
        envs.close()


def same_value(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same_value(a[key], b[key]) for key in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(same_value(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return same_arrays(np.asarray(a), np.asarray(b))
    return bool(a == b)


@check
def observations_are_the_callers_own():
    env = served("CartPole-v1")
    first, _ = env.reset(seed=1)
    kept = first.copy()
    second = env.step(0)[0]
    assert np.array_equal(first, kept)
    second[:] = 7
    assert not np.array_equal(env.step(0)[0], second)


@check
def ids_are_registered():
    ids = reverie_gym.register_envs()
    assert "reverie/CartPole-v1" in ids and "Dream/TakeCover-v0" in ids
    assert reverie_gym.register_envs() == ids
    env = gym.make("reverie/CartPole-v1", max_episode_steps=4)
    assert isinstance(env.unwrapped, reverie_gym.RemoteEnv) and env.spec.id == "reverie/CartPole-v1"
    env.reset(seed=1)
    assert [env.step(step % 2)[3] for step in range(4)] == [False, False, False, True]
    env.close()
    long = gym.make("reverie/MountainCar-v0", max_episode_steps=300)
    long.reset(seed=1)
    assert [long.step(0)[3] for _ in range(300)].index(True) == 299
    long.close()
    envs = gym.make_vec("reverie/MountainCar-v0", num_envs=2)
    assert isinstance(envs.unwrapped, reverie_gym.RemoteVectorEnv)
    envs.reset(seed=1)
    truncations = [envs.step(np.zeros(2, dtype=int))[3].all() for _ in range(200)]
    assert truncations.index(True) == 199
    envs.close()
    copies = gym.make_vec("reverie/CartPole-v1", num_envs=2, vectorization_mode="async")
    assert copies.reset(seed=0)[0].shape == (2, 4)
    copies.close()


@check
def gymnasiums_wrappers_fit():
    env = RecordEpisodeStatistics(gym.wrappers.TransformReward(served("CartPole-v1"), lambda r: 2 * r))
    env.reset(seed=2)
    over, length = False, 0
    while not over:
        *_, terminated, truncated, info = env.step(length % 2)
        over, length = terminated or truncated, length + 1
    assert info["episode"]["l"] == length and info["episode"]["r"] == 2 * length
    env.close()
    envs = RecordVectorStatistics(served_vec("CartPole-v1", 2))
    envs.reset(seed=2)
    lengths = []
    for _ in range(60):
        info = envs.step(np.ones(2, dtype=int))[4]
        if "episode" in info:
            lengths += info["episode"]["l"][info["_episode"]].tolist()
    assert lengths and all(8 <= length <= 11 for length in lengths), lengths
    envs.close()


@check
def an_agent_learns_over_it():
    """The cross-entropy method over linear policies, one candidate an environment, as batched learners play."""
    envs = served_vec("CartPole-v1", 32)
    random = np.random.default_rng(0)
    mean, sd = np.zeros(4), np.ones(4)
    for generation in range(6):
        candidates = random.normal(mean, sd, size=(32, 4))
        observations, _ = envs.reset(seed=generation)
        returns, running = np.zeros(32), np.ones(32, dtype=bool)
        while running.any():
            actions = (np.sum(observations * candidates, axis=1) > 0).astype(np.int64)
            observations, rewards, terminations, truncations, _ = envs.step(actions)
            returns += rewards * running
            running &= ~(terminations | truncations)
        best = candidates[np.argsort(returns)[-6:]]
        mean, sd = best.mean(axis=0), best.std(axis=0) + 0.05
    assert np.median(returns) > 300, returns
    envs.close()


@check
def pictures_are_carried_over():
    env = served("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=1)
    picture = env.render()
    assert picture.shape == (400, 600, 3) and picture.dtype == np.uint8 and len(np.unique(picture)) > 3
    env.close()
    assert served("CartPole-v1").render_mode is None
    envs = served_vec("CartPole-v1", 2, render_mode="rgb_array")
    envs.reset(seed=1)
    pictures = envs.render()
    assert isinstance(pictures, tuple) and [each.shape for each in pictures] == [(400, 600, 3)] * 2
    envs.close()


@check
def a_server_may_run_already():
    address = f"127.0.0.1:{ARGUMENTS['servers']['CartPole-v1']}"
    first, second = (reverie_gym.make("CartPole-v1", address=address) for _ in range(2))
    assert np.array_equal(first.reset(seed=4)[0], second.reset(seed=4)[0])
    first.close()
    second.step(0)
    second.close()
    raises(reverie_gym.ReverieError, lambda: reverie_gym.make("TakeCover-v0", address=address), "got one of CartPole-v1")
    raises(reverie_gym.ConnectionLost, lambda: reverie_gym.make("CartPole-v1", address="127.0.0.1:1"), "reverie serve")
    noise = ("127.0.0.1", ARGUMENTS["noise"])
    raises(reverie_gym.ProtocolError, lambda: reverie_gym.make("CartPole-v1", address=noise), "HTTP/1.1")


@check
def errors_say_what_went_wrong():
    env = served("CartPole-v1")
    error = raises(reverie_gym.RemoteError, lambda: env.step(0), "reset()")
    assert error.name == "ResetNeededError"
    env.reset(seed=1)
    assert raises(reverie_gym.RemoteError, lambda: env.step(2), "Discrete(2), got 2").name == "InvalidActionError"
    raises(ValueError, lambda: env.step([0, 1]), "shape")
    env.step(1)  # what was refused has spoilt nothing
    env.close()
    raises(reverie_gym.ReverieError, lambda: env.step(0), "closed")
    raises(reverie_gym.RemoteError, lambda: served("CartPole-v1", gravity_of_moon=1), "gravityOfMoon")
    raises(reverie_gym.ConnectionLost, lambda: reverie_gym.make("CartPoel-v1"), "exit code 2")
    raises(reverie_gym.ConnectionLost, lambda: reverie_gym.make("CartPole-v1", command="/no/such/reverie"), "npm install")
    raises(reverie_gym.ConnectionLost, lambda: reverie_gym.make("CartPole-v1", command=["false"]), "exit code 1")


@check
def an_interrupted_call_ends_the_connection():
    """Else its late reply would be taken for that of the next call."""
    env = served("CartPole-v1")
    env.reset(seed=1)
    with mock.patch.object(env._connection, "_fill", side_effect=KeyboardInterrupt):
        raises(KeyboardInterrupt, lambda: env.step(0))
    raises(reverie_gym.ReverieError, lambda: env.step(0), "closed")
    env.close()


@check
def a_server_that_dies_is_missed():
    started = []

    class Recorded(subprocess.Popen):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            started.append(self)

    with mock.patch.object(reverie_gym.subprocess, "Popen", Recorded):
        env = reverie_gym.make("CartPole-v1")
    env.reset(seed=1)
    started[0].kill()
    started[0].wait()
    raises(reverie_gym.ConnectionLost, lambda: env.step(0), "exit code -9")
    env.close()


def main() -> None:
    results = {}
    for name, function in CHECKS.items():
        try:
            function()
            results[name] = None
        except Exception:  # noqa: BLE001 - every kind of failure is a result
            results[name] = traceback.format_exc()
    print(json.dumps(results))


if __name__ == "__main__":
    main()
