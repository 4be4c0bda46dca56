import type { ExportedFile } from "./export-run.ts";

interface Guided {
  readonly env: string;
  readonly files: readonly ExportedFile[];
  readonly state: { readonly latentSize: number; readonly hiddenSize: number };
  readonly dream: { readonly temperature: number; readonly horizon: number };
  readonly discrete: boolean;
  readonly batch: number;
}

/** The README.md that lies beside exported models: what goes in and out, and ten dreamt steps in Python and in JavaScript. */
export function exportGuide({ env, files, state, dream, discrete, batch }: Guided): string {
  const memory = files.find(({ file }) => file === "memory-step.onnx")!;
  const controller = files.find(({ file }) => file === "controller.onnx")!;
  const noise = memory.inputs.find(({ name }) => name === "normal")!.shape[1];
  const seen = controller.inputs.map(({ name }) => name);
  return `# ${env}, learned

A World Model (Ha & Schmidhuber 2018) as standard ONNX models, opset 17, weights inside. Every shape is fixed, for ${batch} at once.

| model | inputs | outputs |
| ----- | ------ | ------- |
${files.map(({ file, inputs, outputs }) => `| \`${file}\` | ${ports(inputs)} | ${ports(outputs)} |`).join("\n")}

- **V**: \`vision-encoder\` turns RGB frames of 64×64 bytes into a normal over latents; \`vision-decoder\` makes pictures, 0 … 1.
- **M**: \`memory-step\` moves a dream on. Noise is an input: standard normals and uniforms on [0, 1); none of either (\`normal\` 0,
  \`uniform\` 0.5) is a dream without chance. \`state_fresh\` is 1 at an episode's first step, then 0. A dream ends with
  \`termination_probability\`; this run dreamt at temperature ${dream.temperature} and cut dreams off after ${dream.horizon} steps.
- **C**: \`controller\` gives the action${discrete ? " as an index" : ""}. To play the real environment, replace \`state_latent\` by the encoder's
  \`mean\` of each real frame and let \`memory-step\` keep \`state_hidden\` and \`state_cell\`.

Ten steps of a dream. Python (\`pip install onnxruntime numpy\`):

\`\`\`python
import numpy as np
import onnxruntime as ort

encoder, memory, controller = (ort.InferenceSession(f"{name}.onnx") for name in ("vision-encoder", "memory-step", "controller"))
rng = np.random.default_rng(0)
frame = np.zeros((${batch}, 64, 64, 3), np.uint8)  # a real frame belongs here
state = {
    "state_latent": encoder.run(["mean"], {"frames": frame})[0],
    "state_hidden": np.zeros((${batch}, ${state.hiddenSize}), np.float32),
    "state_cell": np.zeros((${batch}, ${state.hiddenSize}), np.float32),
    "state_fresh": np.ones((${batch}, 1), np.float32),
}
names = [output.name for output in memory.get_outputs()]
for step in range(10):
    [action] = controller.run(["action"], {name: state[name] for name in ${JSON.stringify(seen)}})
    noise = {
        "normal": rng.standard_normal((${batch}, ${noise}), np.float32),
        "uniform": rng.random((${batch}, ${noise}), np.float32),
        "temperature": np.array(${dream.temperature}, np.float32),
    }
    out = dict(zip(names, memory.run(None, {**state, "action": action, **noise})))
    state = {name: out[f"next_{name}"] for name in state}
    print(action, out["reward"], out["termination_probability"])
\`\`\`

JavaScript (\`npm install onnxruntime-node\`; in a browser \`onnxruntime-web\`, with the same calls):

\`\`\`js
import * as ort from "onnxruntime-node";

const [encoder, memory, controller] = await Promise.all(
  ["vision-encoder", "memory-step", "controller"].map((name) => ort.InferenceSession.create(\`./\${name}.onnx\`)),
);
const floats = (shape, value) =>
  new ort.Tensor("float32", Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value), shape);
const frames = new ort.Tensor("uint8", new Uint8Array(${batch} * 64 * 64 * 3), [${batch}, 64, 64, 3]); // a real frame belongs here
const state = {
  state_latent: (await encoder.run({ frames })).mean,
  state_hidden: floats([${batch}, ${state.hiddenSize}], () => 0),
  state_cell: floats([${batch}, ${state.hiddenSize}], () => 0),
  state_fresh: floats([${batch}, 1], () => 1),
};
for (let step = 0; step < 10; step++) {
  const seen = Object.fromEntries(${JSON.stringify(seen)}.map((name) => [name, state[name]]));
  const { action } = await controller.run(seen);
  const out = await memory.run({
    ...state,
    action,
    normal: floats([${batch}, ${noise}], () => 0), // no chance: draw your own for a dream with it
    uniform: floats([${batch}, ${noise}], () => 0.5),
    temperature: floats([], () => ${dream.temperature}),
  });
  for (const name of Object.keys(state)) state[name] = out[\`next_\${name}\`];
  console.log(action.data, out.reward.data, out.termination_probability.data);
}
\`\`\`
`;
}

const ports = (list: ExportedFile["inputs"]): string =>
  list.map(({ name, dtype, shape }) => `\`${name}\` ${dtype} (${shape.join(", ")})`).join("<br>");
