import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findElectron, type ElectronWorld } from "./electron-binary.ts";

let root = "";
let world: ElectronWorld;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "goldsmith-electron-"));
  world = { packageRoot: root, env: { DISPLAY: ":0" }, platform: "linux", userId: 1000 };
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function install(folder: string, program = "electron"): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, program), "");
  return join(folder, program);
}

describe("findElectron", () => {
  it("finds the installed program, and the one of the override first", async () => {
    const dist = await install(join(root, "node_modules", "electron", "dist"));
    expect(findElectron(world)).toEqual({ path: dist });
    const other = await install(join(root, "other"));
    const env = { ...world.env, ELECTRON_OVERRIDE_DIST_PATH: join(root, "other") };
    expect(findElectron({ ...world, env })).toEqual({ path: other });
  });

  it("says that it can be installed when it is missing", () => {
    expect(findElectron(world)).toMatchObject({ why: /not installed/, canBeInstalled: true });
  });

  it("does not offer to install what could not run", () => {
    expect(findElectron({ ...world, env: {} })).toMatchObject({ why: /desktop/, canBeInstalled: false });
    expect(findElectron({ ...world, userId: 0 })).toMatchObject({ why: /root/, canBeInstalled: false });
    const env = { ...world.env, ELECTRON_OVERRIDE_DIST_PATH: join(root, "nowhere") };
    expect(findElectron({ ...world, env })).toMatchObject({ why: /nowhere/, canBeInstalled: false });
  });
});
