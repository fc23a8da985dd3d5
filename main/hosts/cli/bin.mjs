#!/usr/bin/env node
// Plain JavaScript for any Node: finds a Node that can run the product, and the built or the source form of it.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const built = join(root, "out", "main", "cli.js");
const source = join(root, "main", "hosts", "cli", "main.ts");
const entry = isFresh() ? built : source;

/** In a checkout the sources may have changed since `npm install` built them. */
function isFresh() {
  if (!existsSync(built)) return false;
  if (!existsSync(source) || !existsSync(join(root, ".git"))) return true;
  const builtMs = statSync(built).mtimeMs;
  const files = readdirSync(join(root, "main"), { recursive: true }).filter((name) => name.endsWith(".ts"));
  return files.every((name) => statSync(join(root, "main", name)).mtimeMs <= builtMs);
}

// Types are stripped without a switch since Node 22.18; the built form needs 22.12 (package "node" brings 24).
const [major, minor] = process.versions.node.split(".").map(Number);
const neededMinor = entry === built ? 12 : 18;
const modern = major > 22 || (major === 22 && minor >= neededMinor);

if (modern) {
  await import(pathToFileURL(entry).href);
} else {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const own = [
    join(root, "node_modules", "node", "bin", name),
    join(root, "node_modules", ".bin", name),
  ].find(existsSync);
  if (own === undefined) {
    console.error(
      `goldsmith needs Node 22.${neededMinor} or later; this is ${process.version}. Run npm install first.`,
    );
    process.exit(1);
  }
  const child = spawn(own, [entry, ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal sends Ctrl-C to both; the child decides what it means. Others must be passed on.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`goldsmith could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}
