import "../strict-csp.ts";
import { openConnection } from "../host/connection.ts";
import type { Host } from "../host/host.ts";
import { createMirrorWriter } from "../mirror/mirror.ts";
import { mount } from "../mount.tsx";
import { createFakeCore } from "./fake-core.ts";
import { scenes } from "./scenes.ts";

// ?scene=<name> chooses what the core in memory holds; see scenes.ts.
const name = new URLSearchParams(window.location.search).get("scene") ?? "full";
const core = createFakeCore((scenes[name] ?? scenes["full"])?.() ?? null);
const host: Host = {
  kind: new URLSearchParams(window.location.search).has("browser") ? "browser" : "electron",
  connect: () => core.connect(),
  pathOf: (file) => Promise.resolve(`/home/mira/Downloads/${file.name}`),
};
const connection = openConnection(host, () => core.client, createMirrorWriter());
mount({ client: connection.client, host, retryConnection: () => connection.retryNow() });
