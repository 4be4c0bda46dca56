import { type Attribute, type Graph, type GraphNode, type Initializer, ONNX_TYPE, type Port } from "./graph.ts";

/*
 * The few messages of onnx.proto that a graph needs, written by hand: the package onnx-proto has not been published since
 * 2022 and drags in protobufjs, and what is used here of the wire format fits one small class. Field numbers are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */

const IR_VERSION = 8; // of ONNX 1.12, the release that brought opset 17
const OPSET = 17; // the last in which ReduceMax, ReduceMin, ReduceMean and ReduceProd take their axes as an attribute

/** Protocol buffer wire format: varints, 32-bit floats and length-delimited fields. */
class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  integer(field: number, value: number): this {
    return this.#varint(field * 8).#varint(value);
  }

  float(field: number, value: number): this {
    return this.#varint(field * 8 + 5).#raw(new Uint8Array(Float32Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#varint(field * 8 + 2)
      .#varint(value.length)
      .#raw(value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, value: Message): this {
    this.#varint(field * 8 + 2).#varint(value.#length);
    for (const part of value.#parts) this.#raw(part);
    return this;
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    return bytes;
  }

  #varint(value: number): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value)); // negative numbers are written as their 64-bit two's complement
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    return this.#raw(Uint8Array.from(bytes));
  }

  #raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}

/** The graph as the bytes of an ONNX model; `names` are what values are called there, where not as in the graph. */
export function writeModel(graph: Graph, name: string, names: ReadonlyMap<string, string> = new Map()): Uint8Array {
  const called = (value: string): string => names.get(value) ?? value;
  const body = new Message();
  for (const node of graph.nodes) {
    body.message(1, nodeMessage({ ...node, inputs: node.inputs.map(called), outputs: node.outputs.map(called) }));
  }
  body.string(2, name);
  for (const [key, value] of graph.initializers) body.message(5, tensorMessage(key, value));
  for (const port of graph.inputs) body.message(11, portMessage({ ...port, name: called(port.name) }));
  for (const port of graph.outputs) body.message(12, portMessage({ ...port, name: called(port.name) }));
  return new Message()
    .integer(1, IR_VERSION)
    .string(2, "reverie-gym")
    .message(7, body)
    .message(8, new Message().string(1, "").integer(2, OPSET))
    .toBytes();
}

function nodeMessage({ op, inputs, outputs, attributes }: GraphNode): Message {
  const message = new Message();
  for (const name of inputs) message.string(1, name);
  for (const name of outputs) message.string(2, name);
  message.string(3, `${outputs[0]}_${op}`).string(4, op);
  for (const [key, value] of Object.entries(attributes)) message.message(5, attributeMessage(key, value));
  return message;
}

function attributeMessage(key: string, value: Attribute): Message {
  const message = new Message().string(1, key);
  if (typeof value === "number") return message.integer(3, value).integer(20, 2);
  if (typeof value === "string") return message.string(4, value).integer(20, 3);
  if ("float" in value) return message.float(2, value.float).integer(20, 1);
  for (const item of value) message.integer(8, item);
  return message.integer(20, 7);
}

function tensorMessage(name: string, { data, shape, dtype }: Initializer): Message {
  const message = new Message();
  for (const length of shape) message.integer(1, length);
  return message
    .integer(2, ONNX_TYPE[dtype])
    .string(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function portMessage({ name, shape, dtype }: Port): Message {
  const dimensions = new Message();
  for (const length of shape) dimensions.message(1, new Message().integer(1, length));
  const tensorType = new Message().integer(1, ONNX_TYPE[dtype]).message(2, dimensions);
  return new Message().string(1, name).message(2, new Message().message(1, tensorType));
}
