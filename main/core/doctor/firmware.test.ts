import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findFirmware } from "./firmware.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "goldsmith-firmware-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, content = "x"): Promise<string> {
  const whole = join(root, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, content);
  return whole;
}

const descriptor = (code: string, vars: string, features: string[] = [], architecture = "x86_64"): string =>
  JSON.stringify({
    "interface-types": ["uefi"],
    mapping: {
      device: "flash",
      executable: { filename: code, format: "raw" },
      "nvram-template": { filename: vars, format: "raw" },
    },
    targets: [{ architecture, machines: ["pc-q35-*"] }],
    features,
  });

describe("finding UEFI firmware", () => {
  it("takes the first descriptor that fits, by its number", async () => {
    const code = await put("fw/CODE.fd");
    const vars = await put("fw/VARS.fd");
    await put("usr/share/qemu/firmware/40-secure.json", descriptor("/secure", "/secure", ["secure-boot"]));
    await put("usr/share/qemu/firmware/45-arm.json", descriptor("/arm", "/arm", [], "aarch64"));
    await put("usr/share/qemu/firmware/50-gone.json", descriptor("/gone", "/gone"));
    await put("usr/share/qemu/firmware/55-broken.json", "{");
    await put("usr/share/qemu/firmware/60-plain.json", descriptor(code, vars));
    await put("usr/share/OVMF/OVMF_CODE.fd");
    await put("usr/share/OVMF/OVMF_VARS.fd");
    expect(await findFirmware([], root)).toMatchObject({ uefiCode: code, uefiVars: vars });
  });

  it("knows where distributions put the pair, and wants both files", async () => {
    await put("usr/share/OVMF/OVMF_CODE_4M.fd");
    expect(await findFirmware([], root)).toMatchObject({ uefiCode: null, uefiVars: null });
    const code = await put("usr/share/edk2/x64/OVMF_CODE.4m.fd");
    const vars = await put("usr/share/edk2/x64/OVMF_VARS.4m.fd");
    expect(await findFirmware([], root)).toMatchObject({ uefiCode: code, uefiVars: vars });
  });

  it("uses what QEMU brings along", async () => {
    const code = await put("opt/share/qemu/edk2-x86_64-code.fd");
    await put("opt/share/qemu/edk2-i386-vars.fd");
    await put("opt/share/qemu/bios-256k.bin");
    const found = await findFirmware([dirname(code)], root);
    expect(found).toMatchObject({ biosBundled: true, uefiCode: code });
  });

  it("says when there is none", async () => {
    expect(await findFirmware([], root)).toEqual({ biosBundled: false, uefiCode: null, uefiVars: null });
  });
});
