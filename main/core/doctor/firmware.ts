import { access, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

export interface Firmware {
  readonly biosBundled: boolean;
  readonly uefiCode: string | null;
  /** The empty variable store that every UEFI machine gets a copy of. */
  readonly uefiVars: string | null;
}

/** The part of QEMU's docs/interop/firmware.json that says which pair of flash files boots an x86-64 guest. */
const DescriptorSchema = z.object({
  "interface-types": z.array(z.string()),
  mapping: z.object({
    device: z.literal("flash"),
    mode: z.string().default("split"),
    executable: z.object({ filename: z.string(), format: z.literal("raw") }),
    "nvram-template": z.object({ filename: z.string(), format: z.literal("raw") }),
  }),
  targets: z.array(z.object({ architecture: z.string(), machines: z.array(z.string()) })),
  features: z.array(z.string()),
});

/** These need System Management Mode or refuse unsigned boot loaders: not for a freshly built image. */
const unwanted = new Set(["requires-smm", "secure-boot", "enrolled-keys"]);

/** Where the distributions put the pair when no descriptor tells. */
const wellKnownPairs: readonly (readonly [code: string, vars: string])[] = [
  ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"], // Debian, Ubuntu
  ["/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"], // older Debian; Fedora's link
  ["/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"], // Fedora
  ["/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"], // Arch
  ["/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"], // older Arch, Gentoo
  ["/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"], // openSUSE
];

/** `folders`: where this QEMU looks for firmware (`qemu -L help`), and so for what it brings along itself. */
export async function findFirmware(folders: readonly string[], root = "/"): Promise<Firmware> {
  const below = (path: string): string => (root === "/" ? path : join(root, path));
  const described = await fromDescriptors([
    below("/etc/qemu/firmware"),
    ...folders.map((folder) => join(folder, "firmware")),
    below("/usr/share/qemu/firmware"),
  ]);
  // QEMU's own build (Homebrew, Windows): the code for x86-64 goes with the variable store named i386.
  const bundled = folders.map(
    (folder) => [join(folder, "edk2-x86_64-code.fd"), join(folder, "edk2-i386-vars.fd")] as const,
  );
  const known = wellKnownPairs.map(([code, vars]) => [below(code), below(vars)] as const);
  const pair = described ?? (await firstReadable([...known, ...bundled]));
  return {
    biosBundled: (await firstReadable(folders.map((folder) => [join(folder, "bios-256k.bin")]))) !== null,
    uefiCode: pair?.[0] ?? null,
    uefiVars: pair?.[1] ?? null,
  };
}

/** The first fitting descriptor by file name: the number in front of it is its priority. */
async function fromDescriptors(folders: readonly string[]): Promise<readonly [string, string] | null> {
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((file) => file.endsWith(".json")).sort()) {
      const pair = await readDescriptor(join(folder, name));
      if (pair !== null && (await allReadable(pair))) return pair;
    }
  }
  return null;
}

async function readDescriptor(path: string): Promise<readonly [string, string] | null> {
  const size = await stat(path).then(
    (status) => status.size,
    () => 0,
  );
  if (size === 0 || size > 64 * 1024) return null;
  const text = await readFile(path, "utf8").catch(() => "");
  const parsed = DescriptorSchema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { mapping, targets, features, ...rest } = parsed.data;
  const fits =
    rest["interface-types"].includes("uefi") &&
    mapping.mode === "split" &&
    targets.some(
      (target) => target.architecture === "x86_64" && target.machines.some((m) => m.startsWith("pc-q35")),
    ) &&
    !features.some((feature) => unwanted.has(feature));
  if (!fits) return null;
  const at = (file: string): string =>
    file.startsWith("/") || /^[A-Za-z]:/.test(file) ? file : join(dirname(path), file);
  return [at(mapping.executable.filename), at(mapping["nvram-template"].filename)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function firstReadable<T extends readonly string[]>(groups: readonly T[]): Promise<T | null> {
  for (const group of groups) if (await allReadable(group)) return group;
  return null;
}

const allReadable = async (paths: readonly string[]): Promise<boolean> =>
  (
    await Promise.all(
      paths.map((path) =>
        access(path).then(
          () => true,
          () => false,
        ),
      ),
    )
  ).every(Boolean);
