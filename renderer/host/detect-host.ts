import { createBrowserHost } from "./browser-host.ts";
import { createElectronHost } from "./electron-host.ts";
import type { Host } from "./host.ts";

export const detectHost = (): Host =>
  window.goldsmith === undefined ? createBrowserHost(window.location) : createElectronHost(window.goldsmith);
