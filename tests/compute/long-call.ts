/* A process that leaves while its compute worker is inside ONNX Runtime: what runtime-exit.test.ts starts. */
import * as tf from "@tensorflow/tfjs";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { hostFor } from "../../src/compute/runtime/hosts.ts";
import type { RemoteHost } from "../../src/compute/runtime/remote-host.ts";
import { noise } from "./fixtures.ts";

const SIZE = 512;
const compiled = compile<{ x: NdArray }, tf.Tensor, Record<string, never>>(
  ({ x }) => {
    let y = x;
    for (let i = 0; i < 150; i++) y = tf.mul(tf.matMul(y, x), 1 / SIZE);
    return y;
  },
  { name: "long", engine: "onnx" },
);
const x = noise([SIZE, SIZE]);
await compiled.run({ x });
const results = await Promise.allSettled(
  process.argv[2] === "exit"
    ? [compiled.run({ x }), new Promise(() => setTimeout(() => process.exit(7), 20))]
    : [compiled.run({ x }), compiled.run({ x }), (hostFor({ offThread: true, provider: "cpu" }) as RemoteHost).end()],
);
process.stdout.write(results.map(({ status }) => status).join());
