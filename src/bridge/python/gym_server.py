"""Serves one Gymnasium environment to Node.js over standard input and output: `python3 gym_server.py CartPole-v1`.

The protocol is described in src/bridge/README.md. What the environment prints goes to standard error.
"""

from __future__ import annotations

import os
import struct
import sys
import traceback
from typing import Any

try:
    import gymnasium as gym
    import numpy as np
    from reverie_gym import Connection, Message, Reply, SpaceValues, decode_tree, encode_tree, space_to_json
except ModuleNotFoundError as missing:
    print(missing, file=sys.stderr)
    sys.exit(3)  # src/bridge/python-process.ts knows this code

_OWN = {"renderMode": "render_mode"}
_RENDER_MODES = {"rgb_array", "ansi", "rgb_array_list", "ansi_list"}


class Server:
    """One environment and what is asked of it."""

    def __init__(self, env_id: str) -> None:
        self._id = env_id
        self._env: gym.Env | None = None

    def answer(self, request: Reply) -> Message:
        """Does what is asked; whatever the environment raises is raised."""
        call = request.header.get("call")
        if call == "open":
            return self._open(request)
        if call == "close":
            self.close()
            return Message()
        if self._env is None:
            raise ValueError(f'Expected "open" before "{call}".')
        if call == "step":
            return self._step(self._env, request)
        if call == "reset":
            return self._reset(self._env, request)
        if call == "render":
            return self._render(self._env)
        raise ValueError(f"Expected a call of open, reset, step, render or close, got {call!r}.")

    def close(self) -> None:
        """Closes the environment, if there is one."""
        if self._env is not None:
            env, self._env = self._env, None
            env.close()

    def _open(self, request: Reply) -> Message:
        kwargs = decode_tree(request.header.get("kwargs", {}), request)
        kwargs = {_OWN.get(name, name): value for name, value in kwargs.items()}
        limit = request.header.get("maxEpisodeSteps")
        if limit is not None:
            kwargs["max_episode_steps"] = limit
        env = gym.make(self._id, **kwargs)
        self._env = env
        self._observations = SpaceValues(env.observation_space, "observation")
        self._actions = SpaceValues(env.action_space, "action")
        spec = env.spec
        described: dict[str, Any] = {"id": self._id if spec is None else spec.id}
        if spec is not None:
            described["nondeterministic"] = bool(spec.nondeterministic)
            if spec.max_episode_steps is not None:
                described["maxEpisodeSteps"] = int(spec.max_episode_steps)
            if spec.reward_threshold is not None:
                described["rewardThreshold"] = float(spec.reward_threshold)
        metadata: dict[str, Any] = {
            "renderModes": [mode for mode in env.metadata.get("render_modes", []) if mode in _RENDER_MODES]
        }
        if env.metadata.get("render_fps"):
            metadata["renderFps"] = float(env.metadata["render_fps"])
        reply = Message()
        reply.header.update(
            observationSpace=space_to_json(env.observation_space),
            actionSpace=space_to_json(env.action_space),
            spec=described,
            metadata=metadata,
            renderMode=env.render_mode,
        )
        return reply

    def _reset(self, env: gym.Env, request: Reply) -> Message:
        options = decode_tree(request.header.get("options"), request)
        observation, info = env.reset(seed=request.header.get("seed"), options=options)
        return self._reply(observation, info)

    def _step(self, env: gym.Env, request: Reply) -> Message:
        action, _ = self._actions.take(request)
        observation, reward, terminated, truncated, info = env.step(action)
        return self._reply(observation, info, _outcome(float(reward), bool(terminated), bool(truncated)))

    def _reply(self, observation: Any, info: dict[str, Any], *arrays: bytes) -> Message:
        reply = Message()
        if self._observations.fixed:
            self._observations.put(observation, reply)
        for array in arrays:
            reply.add(array)
        if not self._observations.fixed:
            self._observations.put(observation, reply)
        if info:
            reply.header["info"] = encode_tree(info, reply)
        return reply

    def _render(self, env: gym.Env) -> Message:
        reply = Message()
        pictures = env.render()
        if isinstance(pictures, np.ndarray):
            pictures = pictures.astype(np.uint8, copy=False)
        reply.header["pictures"] = encode_tree(pictures, reply)
        return reply


_outcome = struct.Struct("<d?7x?").pack  # reward, terminated, truncated, each at a multiple of eight


def main() -> None:
    """Answers until Node.js leaves."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # the environment's prints must not get among the frames
    devnull = os.open(os.devnull, os.O_RDONLY)
    os.dup2(devnull, 0)

    def write(data: bytes) -> None:
        sent = replies.write(data)
        while sent < len(data):
            sent += replies.write(memoryview(data)[sent:])

    connection = Connection(requests.readinto, write)
    connection.greet()
    server = Server(sys.argv[1])
    try:
        while (request := connection.receive()) is not None:
            try:
                reply = server.answer(request)
            except Exception as error:  # noqa: BLE001 - whatever it is, Node.js wants to know
                reply = Message()
                text = "".join(traceback.format_exception(error))
                reply.header["error"] = {"name": type(error).__name__, "message": str(error), "traceback": text}
            connection.reply(reply)
            if request.header.get("call") == "close":
                return
    except OSError:
        pass  # Node.js has left
    finally:
        server.close()


if __name__ == "__main__":
    main()
