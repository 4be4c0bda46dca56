import type { Host } from "./host.ts";
import { OnnxHost } from "./onnx-host.ts";
import { RemoteHost } from "./remote-host.ts";

let local: OnnxHost | undefined;
let remote: RemoteHost | undefined;

/**
 * The host to run on. There is one of each kind in a process: sessions that shared the cores would only slow each other
 * down. A worker that died is replaced.
 */
export function hostFor({ offThread }: { readonly offThread: boolean }): Host {
  if (!offThread) {
    local ??= new OnnxHost();
    return local;
  }
  if (!remote || remote.dead) remote = new RemoteHost();
  return remote;
}
