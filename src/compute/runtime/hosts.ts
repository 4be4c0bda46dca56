import type { Host } from "./host.ts";
import { OnnxHost } from "./onnx-host.ts";
import type { Provider } from "./provider.ts";
import { RemoteHost } from "./remote-host.ts";

let local: OnnxHost | undefined;
let remote: RemoteHost | undefined;

/**
 * The host to run on. There is one of each kind in a process: sessions that shared the cores would only slow each other
 * down. A GPU is always served by the worker: its device must not be used from two threads at once, and its own latency is
 * longer than the way to the worker. A worker that died is replaced.
 */
export function hostFor({ offThread, provider }: { readonly offThread: boolean; readonly provider: Provider }): Host {
  if (!offThread && provider === "cpu") {
    local ??= new OnnxHost({ ownThread: false });
    return local;
  }
  if (!remote || remote.dead) remote = new RemoteHost();
  return remote;
}
