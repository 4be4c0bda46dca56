"""reverie-gym's environments, learned dreams included, as Gymnasium environments for Python.

    import reverie_gym

    env = reverie_gym.make("TakeCover-v0", frame_skip=3)
    envs = reverie_gym.make_vec("Dream/TakeCover-v0", num_envs=64, checkpoint="runs/take-cover")

The environments run in Node.js: this module starts `reverie serve` and speaks to it over its standard input and output,
or connects to one that is running (`address="127.0.0.1:7433"`). It is one file that needs numpy and gymnasium (1.1 or
later); the protocol is described in src/bridge/README.md of the package.

Keyword arguments go to the environment under their JavaScript names: `frame_skip` becomes `frameSkip`. Seeds, options,
spaces with their dtypes and bounds, and infos are carried over. A dream has the same spaces and methods as a game.
"""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import shutil
import socket
import struct
import subprocess
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.envs.registration import EnvSpec, registry
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array, iterate

__all__ = [
    "ConnectionLost",
    "ProtocolError",
    "RemoteEnv",
    "RemoteError",
    "RemoteVectorEnv",
    "ReverieError",
    "make",
    "make_vec",
    "register_envs",
]

GREETING = b"REVERIE\x01"  # seven letters and the protocol's version
MAX_FRAME_BYTES = 256 * 2**20
ALIGNMENT = 8  # every array of a payload begins at a multiple of this
PREFIX = struct.Struct("<II")  # bytes after the first word, bytes of the header


class ReverieError(RuntimeError):
    """The root of what this module raises."""


class ProtocolError(ReverieError):
    """Bytes that are no frame of the protocol."""


class ConnectionLost(ReverieError):
    """The server could not be started or reached, or ended."""


class RemoteError(ReverieError):
    """The environment refused or failed; `name` is the error's class in JavaScript, such as "InvalidActionError"."""

    def __init__(self, failure: Mapping[str, Any]) -> None:
        self.name = str(failure.get("name", "Error"))
        self.message = str(failure.get("message", ""))
        self.traceback = failure.get("traceback")
        super().__init__(f"{self.name}: {self.message}" + (f"\n\n{self.traceback}" if self.traceback else ""))


# ---------------------------------------------------------------------------------------------------------------------
# Making environments


def make(
    env_id: str,
    *,
    render_mode: str | None = None,
    max_episode_steps: int | None = None,
    command: str | Sequence[str] | None = None,
    address: str | tuple[str, int] | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> RemoteEnv:
    """Makes an environment as a `gymnasium.Env`.

    Args:
        env_id: Such as "TakeCover-v0"; `npx reverie envs` lists what there is. "./maze.js:Maze-v0" is one of your own,
            which the module registers when it is imported.
        render_mode: "rgb_array", or "ansi" where the environment has it.
        max_episode_steps: Overrides the registered limit; -1 for none.
        command: How reverie is started; default `$REVERIE_COMMAND`, else this package's own, else `npx --no reverie`.
        address: "host:port" of a running `reverie serve`, instead of starting one.
        env_kwargs: Keyword arguments for the environment, their names as they are.
        **kwargs: Keyword arguments for the environment; `frame_skip` becomes `frameSkip`.
    """
    return RemoteEnv(
        env_id,
        render_mode=render_mode,
        max_episode_steps=max_episode_steps,
        command=command,
        address=address,
        env_kwargs=env_kwargs,
        **kwargs,
    )


def make_vec(
    env_id: str,
    num_envs: int = 1,
    *,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    render_mode: str | None = None,
    max_episode_steps: int | None = None,
    command: str | Sequence[str] | None = None,
    address: str | tuple[str, int] | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> RemoteVectorEnv:
    """Makes `num_envs` environments that step together as a `gymnasium.vector.VectorEnv`; see `make` for the rest."""
    return RemoteVectorEnv(
        env_id,
        num_envs,
        autoreset_mode=autoreset_mode,
        render_mode=render_mode,
        max_episode_steps=max_episode_steps,
        command=command,
        address=address,
        env_kwargs=env_kwargs,
        **kwargs,
    )


def register_envs(*, command: str | Sequence[str] | None = None, namespace: str = "reverie") -> list[str]:
    """Makes reverie's environments known to `gymnasium.make` and `gymnasium.make_vec`; answers with their ids.

    "CartPole-v1" becomes "reverie/CartPole-v1"; ids with a namespace of their own ("Dream/TakeCover-v0") keep it.
    """
    listing = [*_command(command), "envs", "--json"]
    try:
        printed = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
        listed = json.loads(printed)
    except (OSError, subprocess.CalledProcessError, json.JSONDecodeError) as error:
        detail = getattr(error, "stderr", None) or str(error)
        raise ConnectionLost(f"Expected {shlex.join(listing)} to list environments, got: {detail.strip()}") from error
    ids = []
    for spec in listed:
        own_id = spec["id"]
        env_id = own_id if "/" in own_id else f"{namespace}/{own_id}"
        ids.append(env_id)
        if env_id in registry:
            continue
        kwargs: dict[str, Any] = {"env_id": own_id, "time_limit": False}
        if command is not None:
            kwargs["command"] = command
        gym.register(
            env_id,
            entry_point=f"{__name__}:RemoteEnv",
            vector_entry_point=f"{__name__}:RemoteVectorEnv",
            max_episode_steps=spec.get("maxEpisodeSteps"),
            reward_threshold=spec.get("rewardThreshold"),
            nondeterministic=bool(spec.get("nondeterministic", False)),
            kwargs=kwargs,
        )
    return ids


class RemoteEnv(gym.Env):
    """An environment of reverie-gym that runs in another process. Made by `make`, or by `gymnasium.make` once registered."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array", "ansi"], "render_fps": 30}

    def __init__(
        self,
        env_id: str,
        *,
        render_mode: str | None = None,
        max_episode_steps: int | None = None,
        command: str | Sequence[str] | None = None,
        address: str | tuple[str, int] | None = None,
        env_kwargs: Mapping[str, Any] | None = None,
        time_limit: bool = True,
        **kwargs: Any,
    ) -> None:
        """Starts or reaches the server; see `make`. `time_limit=False`: the limit of steps is left to the caller."""
        own = {"max_episode_steps": max_episode_steps, "command": command, "address": address, "env_kwargs": env_kwargs}
        given = {name: value for name, value in own.items() if value is not None}
        limit = -1 if not time_limit and max_episode_steps is None else max_episode_steps
        self._connection = _connect(env_id, command, address)
        try:
            described = self._connection.open(
                env_id, _open_kwargs(render_mode, limit, env_kwargs, kwargs), {"numEnvs": None}
            )
            self.observation_space = space_from_json(described["observationSpace"])
            self.action_space = space_from_json(described["actionSpace"])
        except BaseException:
            self._connection.close()
            raise
        self.metadata = _metadata(described)
        self.render_mode = described.get("renderMode")
        self.spec = _spec(env_id, described, f"{__name__}:RemoteEnv", {"env_id": env_id, **given, **kwargs}, render_mode)
        self._observations = SpaceValues(self.observation_space, "observation")
        self._actions = SpaceValues(self.action_space, "action")
        self._finalizer = weakref.finalize(self, self._connection.close)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Starts an episode. A seed gives the same episode as in JavaScript, and as in Gymnasium where it has the environment."""
        super().reset(seed=seed)
        message = Message("reset")
        if seed is not None:
            message.header["seed"] = int(seed)
        if options is not None:
            message.header["options"] = encode_tree(options, message)
        reply = self._connection.request(message)
        observation, _ = self._observations.take(reply)
        return observation, reply.info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Takes an action, which must lie in the action space."""
        message = Message("step")
        self._actions.put(action, message)
        reply = self._connection.request(message)
        observation, end = self._observations.take(reply)
        reward, terminated, truncated = _OUTCOME.unpack_from(reply.frame, reply.start + align(end))
        return observation, reward, terminated, truncated, reply.info()

    def render(self) -> Any:
        """The latest observation as a picture, (height, width, 3) bytes, or as text; None without a render mode."""
        return self._connection.request(Message("render")).pictures()

    def close(self) -> None:
        """Ends the server that was started for this environment. Twice is harmless."""
        self._finalizer()


class RemoteVectorEnv(VectorEnv):
    """Environments of reverie-gym that step together in another process; dreams are dreamt as one batch."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array", "ansi"], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        env_id: str,
        num_envs: int = 1,
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        max_episode_steps: int | None = None,
        command: str | Sequence[str] | None = None,
        address: str | tuple[str, int] | None = None,
        env_kwargs: Mapping[str, Any] | None = None,
        time_limit: bool = True,
        **kwargs: Any,
    ) -> None:
        """Starts or reaches the server; see `make_vec`. `time_limit` is for the registry: a vector keeps its limit."""
        del time_limit
        mode = AutoresetMode(autoreset_mode)
        self.closed = True  # nothing to close yet
        self._connection = _connect(env_id, command, address)
        try:
            described = self._connection.open(
                env_id,
                _open_kwargs(render_mode, max_episode_steps, env_kwargs, kwargs),
                {"numEnvs": num_envs, "autoresetMode": _AUTORESET[mode]},
            )
            self.single_observation_space = space_from_json(described["observationSpace"])
            self.single_action_space = space_from_json(described["actionSpace"])
        except BaseException:
            self._connection.close()
            raise
        self.closed = False
        self.num_envs = num_envs
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.metadata = {**_metadata(described), "autoreset_mode": mode}
        self.render_mode = described.get("renderMode")
        self.spec = _spec(env_id, described, None, {}, render_mode)
        self._observations = SpaceValues(self.single_observation_space, "observation", num_envs)
        self._actions = SpaceValues(self.single_action_space, "action", num_envs)
        self._finalizer = weakref.finalize(self, self._connection.close)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Resets all environments, or those of `options["reset_mask"]`. A seed of one integer is seed + i for the i-th."""
        message = Message("reset")
        if seed is not None and not isinstance(seed, (int, np.integer)):
            message.header["seed"] = [None if own is None else int(own) for own in seed]
        elif seed is not None:
            super().reset(seed=int(seed))
            message.header["seed"] = int(seed)
        if options is not None:
            rest = {key: value for key, value in options.items() if key != "reset_mask"}
            message.header["options"] = encode_tree(rest, message)
            if "reset_mask" in options:
                message.header["resetMask"] = [bool(reset) for reset in options["reset_mask"]]
        reply = self._connection.request(message)
        observations, _ = self._observations.take(reply)
        return observations, self._info(reply)

    def step(self, actions: Any) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Takes one action in each environment."""
        message = Message("step")
        self._actions.put(actions, message)
        reply = self._connection.request(message)
        observations, end = self._observations.take(reply)
        frame, n = reply.frame, self.num_envs
        at = reply.start + align(end)
        rewards = np.frombuffer(frame, "<f8", n, at)
        at += 8 * n
        terminations = np.frombuffer(frame, np.bool_, n, at)
        truncations = np.frombuffer(frame, np.bool_, n, at + align(n))
        return observations, rewards, terminations, truncations, self._info(reply)

    def render(self) -> tuple[Any, ...] | None:
        """One picture an environment; None without a render mode."""
        if self.render_mode is None:
            return None
        return tuple(self._connection.request(Message("render")).pictures())

    def close_extras(self, **kwargs: Any) -> None:
        """Ends the server that was started for these environments."""
        self._finalizer()

    def _info(self, reply: Reply) -> dict[str, Any]:
        return vector_info(reply.info(), self.num_envs, self.single_observation_space)


_OUTCOME = struct.Struct("<d?7x?")  # reward, terminated, truncated, each at a multiple of eight
_AUTORESET = {
    AutoresetMode.NEXT_STEP: "next-step",
    AutoresetMode.SAME_STEP: "same-step",
    AutoresetMode.DISABLED: "disabled",
}


def _open_kwargs(
    render_mode: str | None, limit: int | None, env_kwargs: Mapping[str, Any] | None, kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    renamed = {re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name): kwargs[name] for name in kwargs}
    own = {"renderMode": render_mode, "maxEpisodeSteps": limit}
    return {**renamed, **(env_kwargs or {}), **{name: value for name, value in own.items() if value is not None}}


def _metadata(described: Mapping[str, Any]) -> dict[str, Any]:
    metadata = described.get("metadata") or {}
    return {"render_modes": metadata.get("renderModes", []), "render_fps": metadata.get("renderFps", 30)}


def _spec(
    env_id: str,
    described: Mapping[str, Any],
    entry_point: str | None,
    kwargs: dict[str, Any],
    render_mode: str | None,
) -> EnvSpec:
    spec = described.get("spec") or {}
    return EnvSpec(
        spec.get("id", env_id),
        entry_point=entry_point,
        reward_threshold=spec.get("rewardThreshold"),
        nondeterministic=bool(spec.get("nondeterministic", False)),
        order_enforce=False,  # the server checks order, actions and limits
        disable_env_checker=True,
        kwargs={**kwargs, **({} if render_mode is None else {"render_mode": render_mode})},
    )


# ---------------------------------------------------------------------------------------------------------------------
# Messages


def align(size: int) -> int:
    """The next multiple of eight."""
    return (size + 7) & -8


class Message:
    """What is sent: a header of JSON, and arrays behind it."""

    __slots__ = ("header", "_parts", "_size")

    def __init__(self, call: str | None = None) -> None:
        """A request, or without `call` a reply."""
        self.header: dict[str, Any] = {} if call is None else {"call": call}
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, data: bytes) -> int:
        """Adds an array's bytes at the next aligned place, and answers with that place."""
        gap = -self._size % ALIGNMENT
        if gap:
            self._parts.append(bytes(gap))
        offset = self._size + gap
        self._parts.append(data)
        self._size = offset + len(data)
        return offset

    def encode(self) -> bytes:
        """The whole message, for one write."""
        header = _STEP if self.header == _STEP_HEADER else _pad(json.dumps(self.header, default=_plain))
        length = 4 + len(header) + self._size
        if length > MAX_FRAME_BYTES:
            raise ProtocolError(f"Expected a message of at most {MAX_FRAME_BYTES} bytes, got {length}.")
        return b"".join((PREFIX.pack(length, len(header)), header, *self._parts))


def _pad(text: str) -> bytes:
    header = text.encode()
    return header + b" " * (-len(header) % ALIGNMENT)


_STEP_HEADER = {"call": "step"}
_STEP = _pad(json.dumps(_STEP_HEADER))


def _plain(value: Any) -> Any:
    """What JSON lacks: paths and numpy's scalars in headers."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return str(value)


class Reply:
    """What came: a header, and the frame with the payload from `start` on. Arrays are views into it, which nobody else has."""

    __slots__ = ("header", "frame", "start")

    def __init__(self, header: dict[str, Any], frame: bytearray, start: int) -> None:
        self.header = header
        self.frame = frame
        self.start = start

    def info(self) -> dict[str, Any]:
        """The info; an empty one is not sent."""
        return decode_tree(self.header["info"], self) if "info" in self.header else {}

    def pictures(self) -> Any:
        """Pictures as arrays, texts, lists of either, or None."""
        return decode_tree(self.header.get("pictures"), self)


class Connection:
    """Frames over a pair of byte streams; used by both ends."""

    def __init__(
        self,
        read_into: Callable[[memoryview], int],
        write: Callable[[bytes], None],
        *,
        end: Callable[[], str] = lambda: "the end of the connection",
    ) -> None:
        """`end` ends the other side and says how it ended; it may be called again."""
        self._read_into = read_into
        self._write = write
        self._end = end
        self._scratch = memoryview(bytearray(2**16))
        self._have = 0  # bytes in the scratch that have not been read
        self._greeted = False
        self.closed = False

    def greet(self) -> None:
        """Says which protocol this end speaks."""
        self._send(GREETING)

    def open(self, env_id: str, kwargs: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
        """Asks for the environment."""
        self.greet()
        message = Message("open")
        message.header.update(kwargs=encode_tree(kwargs, message), **request)
        described = self.request(message).header
        served = (described.get("spec") or {}).get("id", env_id)
        if re.search(r"-v\d+$", env_id) and served not in (env_id, env_id.rsplit(":", 1)[-1]):
            raise ReverieError(f"Expected a server of {env_id}, got one of {served}. Ask for that, or serve {env_id}.")
        return described

    def request(self, message: Message) -> Reply:
        """Sends a request and waits for its reply; an error in reply is raised."""
        if self.closed:
            raise ReverieError("Expected an environment that is open, got one that was closed. Make a new one.")
        encoded = message.encode()
        try:
            self._send(encoded)
            reply = self.receive()
        except BaseException:  # Ctrl-C, too: whatever comes now would be taken for another request's reply
            self._lost()
            raise
        if reply is None:
            raise ConnectionLost(f"Expected a reply from the server, got {self._lost()}.")
        if "error" in reply.header:
            failure = reply.header["error"]
            if failure.get("fatal"):
                self.close()
            raise RemoteError(failure)
        return reply

    def reply(self, message: Message) -> None:
        """Sends a reply."""
        self._send(message.encode())

    def receive(self) -> Reply | None:
        """The next frame; None at the end of the stream."""
        if not self._greeted:
            if not self._fill(len(GREETING)):
                return None
            greeting = bytes(self._scratch[: len(GREETING)])
            if greeting != GREETING:
                self.close()
                raise ProtocolError(f"Expected the greeting {GREETING!r} first, got {greeting!r}.")
            self._drop(len(GREETING))
            self._greeted = True
        if not self._fill(PREFIX.size):
            return None
        length, header_length = PREFIX.unpack_from(self._scratch)
        if not (4 <= length <= MAX_FRAME_BYTES and header_length <= length - 4):
            self.close()
            raise ProtocolError(f"Expected a frame of at most {MAX_FRAME_BYTES} bytes, got {length} ({header_length}).")
        frame = bytearray(length + 4)
        got = min(self._have, len(frame))
        frame[:got] = self._scratch[:got]
        self._drop(got)
        if got < len(frame):
            rest = memoryview(frame)
            while got < len(frame):
                read = self._read_into(rest[got:])
                if not read:
                    return None
                got += read
        start = PREFIX.size + header_length
        header = {} if frame.startswith(b"{}", PREFIX.size) else self._header(frame[PREFIX.size : start])
        return Reply(header, frame, start)

    def close(self) -> None:
        """Ends the connection. Twice is harmless."""
        if self.closed:
            return
        self.closed = True
        try:
            self._write(Message("close").encode())
        except OSError:
            pass  # the other side has left already
        self._end()

    def _header(self, text: bytearray) -> dict[str, Any]:
        try:
            header = json.loads(text)
        except ValueError as error:
            self.close()
            raise ProtocolError(f"Expected a JSON object as a frame's header, got {bytes(text[:40])!r}.") from error
        if not isinstance(header, dict):
            self.close()
            raise ProtocolError(f"Expected a JSON object as a frame's header, got {header!r:.40}.")
        return header

    def _fill(self, size: int) -> bool:
        while self._have < size:
            try:
                read = self._read_into(self._scratch[self._have :])
            except OSError:
                return False
            if not read:
                return False
            self._have += read
        return True

    def _drop(self, size: int) -> None:
        rest = self._have - size
        if rest:
            self._scratch[:rest] = bytes(self._scratch[size : self._have])
        self._have = rest

    def _send(self, data: bytes) -> None:
        try:
            self._write(data)
        except OSError as error:
            raise ConnectionLost(f"Expected a server to talk to, got {self._lost()}.") from error

    def _lost(self) -> str:
        self.closed = True
        return self._end()


# ---------------------------------------------------------------------------------------------------------------------
# Reaching a server


def _command(command: str | Sequence[str] | None) -> list[str]:
    """How reverie is started: as told, else the package that this file is part of, else the installed one."""
    told = command or os.environ.get("REVERIE_COMMAND")
    if told:
        return shlex.split(told) if isinstance(told, str) else list(told)
    beside = Path(__file__).resolve().parents[3] / "dist" / "src" / "cli" / "main.js" if _in_package() else None
    if beside is not None and beside.is_file():
        return ["node", str(beside)]
    return [shutil.which("npx") or "npx", "--no", "reverie"]  # --no: never another package of that name


def _in_package() -> bool:
    return Path(__file__).resolve().parts[-4:-1] == ("src", "bridge", "python")


def _connect(
    env_id: str, command: str | Sequence[str] | None, address: str | tuple[str, int] | None
) -> Connection:
    if address is None:
        return _start([*_command(command), "serve", env_id, "--stdio"])
    host, port = address.rsplit(":", 1) if isinstance(address, str) else address
    try:
        stream = socket.create_connection((host.strip("[]"), int(port)))
    except (OSError, ValueError) as error:
        raise ConnectionLost(
            f"Expected a server at {host}:{port}, got: {error}. Start one: npx reverie serve {env_id} --port {port}"
        ) from error
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def end() -> str:
        stream.close()
        return "the end of the connection"

    return Connection(stream.recv_into, stream.sendall, end=end)


def _start(command: list[str]) -> Connection:
    try:
        # A session of its own: Ctrl-C is for this process, and the server ends when its standard input does.
        server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True
        )
    except OSError as error:
        raise ConnectionLost(
            f"Expected to start {shlex.join(command)}, got: {error}. "
            "Install reverie-gym (npm install reverie-gym), or say with command= how reverie is started."
        ) from error
    requests, replies = server.stdin, server.stdout
    assert requests is not None and replies is not None
    _widen(requests.fileno(), replies.fileno())

    def write(data: bytes) -> None:
        sent = requests.write(data)
        while sent < len(data):
            sent += requests.write(memoryview(data)[sent:])

    def end() -> str:
        for stream in (requests, replies):
            try:
                stream.close()
            except OSError:
                pass
        try:
            code = server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            code = server.wait()
        return f"its end with exit code {code}: {shlex.join(command)}"

    return Connection(replies.readinto, write, end=end)


def _widen(*pipes: int) -> None:
    """Larger pipes where the system has them: a batch of pictures then goes through in one piece."""
    try:
        import fcntl

        for pipe in pipes:
            fcntl.fcntl(pipe, getattr(fcntl, "F_SETPIPE_SZ", 1031), 2**20)
    except (ImportError, OSError):
        pass  # not Linux, or the user's limit is reached: the usual 64 KiB do, too


# ---------------------------------------------------------------------------------------------------------------------
# Spaces and their values


def space_from_json(data: Mapping[str, Any]) -> gym.Space:
    """The space that reverie-gym's (or Minari's) JSON describes."""
    kind = data["type"]
    if kind == "Box":
        shape, dtype = tuple(data["shape"]), np.dtype(data["dtype"])
        low, high = (np.broadcast_to(_bounds(data[name], dtype), shape) for name in ("low", "high"))
        return spaces.Box(low=low, high=high, shape=shape, dtype=dtype)
    if kind == "Discrete":
        return spaces.Discrete(data["n"], start=data.get("start", 0))
    if kind == "MultiDiscrete":
        nvec = np.array(data["nvec"], dtype=np.int64)
        start = data.get("start")
        return spaces.MultiDiscrete(nvec, start=None if start is None else np.array(start, dtype=np.int64))
    if kind == "MultiBinary":
        return spaces.MultiBinary(data["n"])
    if kind == "Text":
        return spaces.Text(data["max_length"], min_length=data["min_length"], charset=data["charset"])
    if kind == "Tuple":
        return spaces.Tuple([space_from_json(space) for space in data["subspaces"]])
    if kind == "Dict":
        return spaces.Dict({name: space_from_json(space) for name, space in data["subspaces"].items()})
    if kind == "Sequence":
        return spaces.Sequence(space_from_json(data["subspace"]), stack=bool(data.get("stack", False)))
    if kind == "OneOf":
        return spaces.OneOf([space_from_json(space) for space in data["subspaces"]])
    if kind == "Graph":
        edges = data.get("edge_space")
        return spaces.Graph(space_from_json(data["node_space"]), None if edges is None else space_from_json(edges))
    raise ProtocolError(f"Expected a space of a known kind, got {kind!r}.")


def _bounds(bound: Any, dtype: np.dtype) -> np.ndarray:
    def number(value: Any) -> Any:
        return [number(entry) for entry in value] if isinstance(value, list) else float(value)  # float("Infinity")

    return np.array(number(bound), dtype=np.float64).astype(dtype)


def space_to_json(space: gym.Space) -> dict[str, Any]:
    """A space as reverie-gym writes it, with the nearest element type that JavaScript has."""
    if isinstance(space, spaces.Box):
        dtype = wire_dtype(space)
        own = space.dtype in (np.int64, np.bool_)  # of these there are Boxes, too, in arrays of another type
        beyond = 2.0**53 if space.dtype in (np.int64, np.uint64) else np.inf  # more than a number there can hold
        return {
            "type": "Box",
            "dtype": (space.dtype if own else dtype).name,
            "shape": list(space.shape),
            "low": _bounds_to_json(space.low.astype(dtype), ~space.bounded_below | (space.low <= -beyond), "-Infinity"),
            "high": _bounds_to_json(space.high.astype(dtype), ~space.bounded_above | (space.high >= beyond), "Infinity"),
        }
    if isinstance(space, spaces.Discrete):
        return {"type": "Discrete", "dtype": "int64", "start": int(space.start), "n": int(space.n)}
    if isinstance(space, spaces.MultiDiscrete):
        return {"type": "MultiDiscrete", "dtype": "int64", "nvec": space.nvec.tolist(), "start": space.start.tolist()}
    if isinstance(space, spaces.MultiBinary):
        return {"type": "MultiBinary", "n": list(space.shape) if len(space.shape) > 1 else int(space.shape[0])}
    if isinstance(space, spaces.Text):
        charset = "".join(sorted(space.character_set))
        return {"type": "Text", "max_length": space.max_length, "min_length": space.min_length, "charset": charset}
    if isinstance(space, spaces.Tuple):
        return {"type": "Tuple", "subspaces": [space_to_json(part) for part in space.spaces]}
    if isinstance(space, spaces.Dict):
        return {"type": "Dict", "subspaces": {name: space_to_json(part) for name, part in space.spaces.items()}}
    if isinstance(space, spaces.Sequence):
        return {"type": "Sequence", "subspace": space_to_json(space.feature_space), "stack": bool(space.stack)}
    if isinstance(space, spaces.OneOf):
        return {"type": "OneOf", "subspaces": [space_to_json(part) for part in space.spaces]}
    if isinstance(space, spaces.Graph):
        edges = None if space.edge_space is None else space_to_json(space.edge_space)
        return {"type": "Graph", "node_space": space_to_json(space.node_space), "edge_space": edges}
    raise TypeError(f"Expected a space that can be carried over, got {space}. Wrap the environment.")


def _bounds_to_json(bounds: np.ndarray, is_open: np.ndarray, open_end: str) -> Any:
    """Nested lists of numbers, and of `open_end` where there is no bound."""
    if not is_open.any():
        return bounds.tolist()
    mixed = bounds.astype(object)
    mixed[is_open] = open_end
    return mixed.tolist()


def wire_dtype(space: spaces.Box) -> np.dtype:
    """The element type of a Box's values on the wire: its own, or the nearest that JavaScript has plain arrays for."""
    dtype = space.dtype
    assert dtype is not None
    if dtype == np.bool_:
        return np.dtype(np.uint8)
    if dtype == np.float16:
        return np.dtype(np.float32)
    if dtype == np.int64:
        return np.dtype(np.float64)  # which holds integers up to 2**53
    if dtype == np.uint64:
        small = np.iinfo(np.int32)
        fits = bool(np.all(space.high <= small.max))
        return np.dtype(np.int32 if fits else np.float64)
    return np.dtype(dtype)


class SpaceValues:
    """How values of a space, or batches of `n` of them, travel.

    Values of one size are raw arrays at the payload's beginning, in a fixed order: Discrete and MultiDiscrete as int32,
    MultiBinary as int8, Box as its dtype, the parts of a Tuple in order and those of a Dict by name. Values of other spaces
    are trees under `key` of the header.
    """

    def __init__(self, space: gym.Space, key: str, n: int | None = None) -> None:
        """Without `n`, single values; with it, batches in the form of `batch_space`."""
        self._space = space
        self._key = key
        self._n = n
        self._leaf = _leaf(space, n)
        self.fixed = _is_fixed(space)

    def put(self, value: Any, message: Message) -> None:
        """Puts a value into a message; fixed ones before anything else."""
        if self.fixed:
            self._put(self._space, value, message)
        elif self._n is None:
            message.header[self._key] = encode_value(self._space, value, message)
        else:
            batch = batch_space(self._space, self._n)
            rows = [encode_value(self._space, own, message) for own in iterate(batch, value)]
            message.header[self._key] = rows

    def take(self, reply: Reply) -> tuple[Any, int]:
        """The value, and where in the payload it ends."""
        if self._leaf is not None:
            return self._leaf.take(reply, 0)
        if self.fixed:
            return self._take(self._space, reply, 0)
        tree = reply.header.get(self._key)
        if self._n is None:
            return decode_value(self._space, tree, reply), 0
        values = [decode_value(self._space, own, reply) for own in tree]
        return concatenate(self._space, values, create_empty_array(self._space, self._n)), 0

    def _put(self, space: gym.Space, value: Any, message: Message) -> None:
        if isinstance(space, spaces.Tuple):
            for part, own in zip(space.spaces, value, strict=True):
                self._put(part, own, message)
        elif isinstance(space, spaces.Dict):
            for name in sorted(space.spaces):
                self._put(space.spaces[name], value[name], message)
        else:
            leaf = self._leaf or _leaf(space, self._n)
            assert leaf is not None
            message.add(leaf.encode(value))

    def _take(self, space: gym.Space, reply: Reply, offset: int) -> tuple[Any, int]:
        if isinstance(space, spaces.Tuple):
            values = []
            for part in space.spaces:
                value, offset = self._take(part, reply, offset)
                values.append(value)
            return tuple(values), offset
        if isinstance(space, spaces.Dict):
            by_name = {}
            for name in sorted(space.spaces):
                by_name[name], offset = self._take(space.spaces[name], reply, offset)
            return {name: by_name[name] for name in space.spaces}, offset
        leaf = _leaf(space, self._n)
        assert leaf is not None
        return leaf.take(reply, offset)


class _Leaf:
    """One array of a payload, as it travels and as the space wants it."""

    __slots__ = ("_wire", "_dtype", "_shape", "_count", "_scalar")

    def __init__(self, wire: np.dtype, dtype: np.dtype, shape: tuple[int, ...], scalar: bool) -> None:
        self._wire = wire.newbyteorder("<")
        self._dtype = dtype
        self._shape = shape
        self._count = math.prod(shape)
        self._scalar = scalar

    def encode(self, value: Any) -> bytes:
        array = np.asarray(value, dtype=self._wire)
        if array.shape != self._shape:
            raise ValueError(f"Expected a value of shape {self._shape}, got one of shape {array.shape}.")
        return array.tobytes()

    def take(self, reply: Reply, offset: int) -> tuple[Any, int]:
        offset = align(offset)
        array = np.frombuffer(reply.frame, self._wire, self._count, reply.start + offset)
        end = offset + array.nbytes
        if self._scalar:
            return int(array[0]), end
        return array.reshape(self._shape).astype(self._dtype, copy=False), end


def _leaf(space: gym.Space, n: int | None) -> _Leaf | None:
    batch = () if n is None else (n,)
    if isinstance(space, spaces.Box):
        assert space.dtype is not None
        return _Leaf(wire_dtype(space), np.dtype(space.dtype), batch + space.shape, False)
    if isinstance(space, spaces.Discrete) and _is_fixed(space):
        return _Leaf(np.dtype(np.int32), np.dtype(np.int64), batch, n is None)
    if isinstance(space, spaces.MultiDiscrete):
        assert space.dtype is not None
        return _Leaf(np.dtype(np.int32), np.dtype(space.dtype), batch + space.shape, False)
    if isinstance(space, spaces.MultiBinary):
        return _Leaf(np.dtype(np.int8), np.dtype(np.int8), batch + space.shape, False)
    return None


def _is_fixed(space: gym.Space) -> bool:
    if isinstance(space, spaces.Tuple):
        return all(_is_fixed(part) for part in space.spaces)
    if isinstance(space, spaces.Dict):
        return all(_is_fixed(part) for part in space.spaces.values())
    if isinstance(space, spaces.Discrete):
        return bool(space.start >= -(2**31) and space.start + space.n <= 2**31)
    return isinstance(space, (spaces.Box, spaces.MultiDiscrete, spaces.MultiBinary))


def encode_value(space: gym.Space, value: Any, message: Message) -> Any:
    """A value of any space as a tree."""
    if isinstance(space, spaces.Tuple):
        return [encode_value(part, own, message) for part, own in zip(space.spaces, value, strict=True)]
    if isinstance(space, spaces.Dict):
        return {name: encode_value(part, value[name], message) for name, part in space.spaces.items()}
    if isinstance(space, spaces.Discrete):
        return int(value)
    if isinstance(space, spaces.Sequence):
        if space.stack:
            return _encode_batch(space.feature_space, value, message)
        return [encode_value(space.feature_space, own, message) for own in value]
    if isinstance(space, spaces.OneOf):
        index = int(value[0])
        return {"index": index, "value": encode_value(space.spaces[index], value[1], message)}
    if isinstance(space, spaces.Graph):
        edges, links = value.edges, value.edge_links
        return {
            "nodes": _encode_batch(space.node_space, value.nodes, message),
            "edges": None if edges is None else _encode_batch(space.edge_space, edges, message),
            "edgeLinks": None if links is None else encode_tree(np.asarray(links, dtype=np.int32), message),
        }
    if isinstance(space, (spaces.Box, spaces.MultiDiscrete, spaces.MultiBinary)):
        return _encode_batch(space, value, message)
    return str(value)


def decode_value(space: gym.Space, tree: Any, reply: Reply) -> Any:
    """What `encode_value` encoded, or reverie-gym did."""
    if isinstance(space, spaces.Tuple):
        return tuple(decode_value(part, own, reply) for part, own in zip(space.spaces, tree, strict=True))
    if isinstance(space, spaces.Dict):
        return {name: decode_value(part, tree[name], reply) for name, part in space.spaces.items()}
    if isinstance(space, spaces.Sequence):
        if space.stack:
            return _decode_batch(space.feature_space, tree, reply)
        return tuple(decode_value(space.feature_space, own, reply) for own in tree)
    if isinstance(space, spaces.OneOf):
        return np.int64(tree["index"]), decode_value(space.spaces[tree["index"]], tree["value"], reply)
    if isinstance(space, spaces.Graph):
        edges, links = tree["edges"], tree["edgeLinks"]
        return spaces.GraphInstance(
            _decode_batch(space.node_space, tree["nodes"], reply),
            None if edges is None else _decode_batch(space.edge_space, edges, reply),
            None if links is None else decode_tree(links, reply).reshape(-1, 2),
        )
    if isinstance(space, (spaces.Box, spaces.MultiDiscrete, spaces.MultiBinary)):
        assert space.shape is not None
        return _decode_batch(space, tree, reply).reshape(space.shape)
    return tree


def _encode_batch(space: gym.Space | None, values: Any, message: Message) -> Any:
    """Values side by side, of a number that the space does not tell."""
    if isinstance(space, spaces.Tuple):
        return [_encode_batch(part, own, message) for part, own in zip(space.spaces, values, strict=True)]
    if isinstance(space, spaces.Dict):
        return {name: _encode_batch(part, values[name], message) for name, part in space.spaces.items()}
    if isinstance(space, spaces.Box):
        return encode_tree(np.asarray(values, dtype=wire_dtype(space)), message)
    if isinstance(space, (spaces.Discrete, spaces.MultiDiscrete)):
        return encode_tree(np.asarray(values, dtype=np.int32), message)
    if isinstance(space, spaces.MultiBinary):
        return encode_tree(np.asarray(values, dtype=np.int8), message)
    assert space is not None
    return [encode_value(space, own, message) for own in values]


def _decode_batch(space: gym.Space | None, tree: Any, reply: Reply) -> Any:
    """What `_encode_batch` encoded; arrays from JavaScript are flat."""
    if isinstance(space, spaces.Tuple):
        return tuple(_decode_batch(part, own, reply) for part, own in zip(space.spaces, tree, strict=True))
    if isinstance(space, spaces.Dict):
        return {name: _decode_batch(part, tree[name], reply) for name, part in space.spaces.items()}
    if isinstance(space, (spaces.Box, spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)):
        assert space.shape is not None
        return decode_tree(tree, reply).reshape(-1, *space.shape).astype(space.dtype, copy=False)
    assert space is not None
    return tuple(decode_value(space, own, reply) for own in tree)


def encode_tree(value: Any, message: Message) -> Any:
    """Plain data as JSON; arrays of numbers go into the payload and leave `{"$": [dtype, shape, offset]}` in their place."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return {"$": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        array = value.astype(np.float32) if value.dtype == np.float16 else value
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        return {"$": [array.dtype.name, list(array.shape), message.add(array.tobytes())]}
    if isinstance(value, Mapping):
        tree = {str(key): encode_tree(own, message) for key, own in value.items()}
        return {"$": tree} if "$" in tree else tree
    if isinstance(value, (Sequence, set, frozenset, np.ndarray)) and not isinstance(value, (bytes, bytearray)):
        return [encode_tree(own, message) for own in value]
    return str(value)


_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def decode_tree(tree: Any, reply: Reply) -> Any:
    """What `encode_tree` encoded."""
    if isinstance(tree, list):
        return [decode_tree(own, reply) for own in tree]
    if not isinstance(tree, dict):
        return tree
    if "$" in tree:
        special = tree["$"]
        if isinstance(special, str):
            return _NOT_FINITE[special]
        if isinstance(special, list):
            dtype, shape, offset = special
            count = math.prod(shape)
            return np.frombuffer(reply.frame, np.dtype(dtype), count, reply.start + offset).reshape(shape)
        tree = special
    return {key: decode_tree(own, reply) for key, own in tree.items()}


def vector_info(info: dict[str, Any], n: int, observation_space: gym.Space | None = None) -> dict[str, Any]:
    """The infos of `n` environments in Gymnasium's form: an array a key, and under `_key` which environments have it."""
    vectored: dict[str, Any] = {}
    for key, value in info.items():
        if isinstance(value, dict):
            vectored[key] = vector_info(value, n)
        elif not isinstance(value, list):
            vectored[key] = value
        elif key.startswith("_") or all(isinstance(own, bool) for own in value):
            vectored[key] = np.array(value, dtype=np.bool_)
        elif key == "final_obs" and observation_space is not None:
            vectored[key] = _objects([_shaped(observation_space, own) for own in value])
        else:
            vectored[key] = _stack(value)
    return vectored


def _shaped(space: gym.Space, value: Any) -> Any:
    """An observation out of an info: its arrays came flat."""
    if value is None:
        return None
    if isinstance(space, spaces.Tuple):
        return tuple(_shaped(part, own) for part, own in zip(space.spaces, value, strict=True))
    if isinstance(space, spaces.Dict):
        return {name: _shaped(part, value[name]) for name, part in space.spaces.items()}
    if isinstance(value, np.ndarray) and space.shape is not None:
        return value.reshape(space.shape).astype(space.dtype, copy=False)
    return value


def _stack(values: list[Any]) -> np.ndarray:
    """One array where all are arrays of one form (zeros where there is none), else an array of objects."""
    arrays = [own for own in values if own is not None]
    first = arrays[0] if arrays else None
    if isinstance(first, np.ndarray) and all(
        isinstance(own, np.ndarray) and own.shape == first.shape and own.dtype == first.dtype for own in arrays
    ):
        return np.stack([np.zeros_like(first) if own is None else own for own in values])
    return _objects(values)


def _objects(values: list[Any]) -> np.ndarray:
    array = np.full(len(values), None, dtype=object)
    for i, value in enumerate(values):
        array[i] = value
    return array
