import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import type { PlatformShape } from "#providers/profile.ts";

/** What ds-identify left: the list that it wrote, or whether cloud-init runs without one. */
export type Outcome =
  | { readonly kind: "list"; readonly list: readonly string[] }
  | { readonly kind: "own" | "disabled" };

export interface Scenario {
  /** Files of the image. */
  readonly files: MemoryFiles;
  readonly platform: PlatformShape;
  readonly commandLine: string;
  readonly architecture: string;
  /** Labels of the image's own filesystems. */
  readonly ownLabels: readonly string[];
}

/** Programs that ds-identify asks about the machine, put before the host's own. */
export async function writeFakePrograms(folder: string): Promise<void> {
  const programs = {
    blkid: '#!/bin/sh\ncat "$FAKE_BLKID"\n',
    uname: '#!/bin/sh\necho "Linux host 6.1.0 #1 SMP Debian $FAKE_MACHINE GNU/Linux"\n',
    "systemd-detect-virt": "#!/bin/sh\necho kvm\n",
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
}

/** Runs the program under PATH_ROOT, as its own tests and its documentation do. `root` must not exist yet. */
export async function runDsIdentify(
  program: string,
  fakePrograms: string,
  root: string,
  scenario: Scenario,
): Promise<Outcome> {
  const { dmi, drives } = scenario.platform;
  const put = async (path: string, text: string | Buffer): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  for (const [path, value] of Object.entries(scenario.files)) {
    if (typeof value === "string" || Buffer.isBuffer(value)) await put(path, value);
  }
  const strings = {
    sys_vendor: dmi.sysVendor,
    product_name: dmi.productName,
    product_serial: dmi.productSerial,
    chassis_asset_tag: dmi.chassisAssetTag,
  };
  for (const [name, value] of Object.entries(strings))
    await put(`/sys/class/dmi/id/${name}`, `${value ?? ""}\n`);
  await put("/proc/cmdline", `${scenario.commandLine}\n`);
  const devices = [
    ...scenario.ownLabels.map((label, index) => ({ device: `/dev/vda${index + 1}`, type: "ext4", label })),
    ...drives,
  ];
  const listing = devices.map(
    ({ device, type, label }) => `DEVNAME=${device}\nLABEL=${label}\nTYPE=${type}\n`,
  );
  await put("/blkid", listing.join("\n"));
  const code = await run(program, {
    PATH: `${fakePrograms}:/usr/sbin:/usr/bin:/sbin:/bin`,
    LC_ALL: "C",
    PATH_ROOT: root,
    FAKE_BLKID: join(root, "blkid"),
    FAKE_MACHINE: scenario.architecture,
  });
  if (code === 1) return { kind: "disabled" };
  if (code !== 0) throw new Error(`ds-identify ended with ${code}`);
  const written = await readFile(join(root, "run/cloud-init/cloud.cfg"), "utf8").catch(() => "");
  const list = /^datasource_list: \[ (.*) \]$/m.exec(written)?.[1];
  return list === undefined ? { kind: "own" } : { kind: "list", list: list.split(", ") };
}

const run = (program: string, env: Record<string, string>): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const child = execFile("/bin/sh", [program, "--force"], { env, timeout: 20_000 }, (error) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve(child.exitCode);
    });
  });
