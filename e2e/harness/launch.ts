import { registerHooks } from "node:module";
import { app } from "./app.ts";

/**
 * Runs a built Electron app without Electron: `node e2e/harness/launch.ts out/main/main.js`. Whatever it imports
 * as "electron" is the stand-in beside this file.
 */
const [mainPath] = process.argv.slice(2);
if (mainPath === undefined) throw new Error("usage: launch.ts <built main file>");

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "electron"
      ? { url: new URL("./electron.ts", import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});

await import(new URL(mainPath, `file://${process.cwd()}/`).href);
await app.start();
