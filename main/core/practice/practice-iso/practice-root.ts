import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";

/** Debian 12: its cloud-init, GRUB and kernel are what the installer's scripts were tried with. */
const suite = "bookworm";

/** Leaves documentation and translations out; the same options stay in force on the installed system. */
const leftOut = ["/usr/share/man/*", "/usr/share/locale/*", "/usr/share/doc/*", "/usr/share/i18n/*"];

interface RootPorts {
  processes: Ports["processes"];
  directories: Pick<Ports["directories"], "resources">;
}

export interface PracticeRoot {
  /** The installed system, to be unpacked as it is. */
  tarPath: string;
  /** The parts of it that the medium itself needs, unpacked. */
  folder: string;
  kernelVersion: string;
  prettyName: string;
}

/** Packages of `packages.txt`. */
export const parsePackages = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");

/** The mmdebstrap command line; mode auto works as root and for a user with subordinate ids. */
export const bootstrapArguments = (packages: readonly string[], hook: string, tarPath: string): string[] =>
  [
    [
      "mmdebstrap",
      "--mode=auto",
      "--variant=apt",
      "--architectures=amd64",
      `--include=${packages.join(",")}`,
    ],
    ['--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Languages "none"'],
    leftOut.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    [
      "--dpkgopt=path-include=/usr/share/doc/*/copyright",
      "--dpkgopt=force-unsafe-io",
      `--customize-hook=${hook}`,
      suite,
      tarPath,
    ],
  ].flat();

interface RootOptions {
  signal: AbortSignal;
  onMessage: (text: string) => void;
}

/** Makes the system that gets installed, from the distribution's packages. Answers its archive's path. */
export async function bootstrapTar(
  work: string,
  { processes, directories }: RootPorts,
  options: RootOptions,
): Promise<string> {
  const resources = join(directories.resources, "practice-iso");
  const packages = parsePackages(await readFile(join(resources, "packages.txt"), "utf8"));
  // The text, not the path: in mode unshare the hook runs as another user who may not see our folders.
  const hook = await readFile(join(resources, "tidy-root.sh"), "utf8");
  const tarPath = join(work, "rootfs.tar");
  await processes.run(bootstrapArguments(packages, hook, tarPath), {
    signal: options.signal,
    timeoutMs: 20 * 60_000,
    onStderr: (text) => {
      const line = /^I: (.*)/m.exec(text)?.[1];
      if (line !== undefined) options.onMessage(line);
    },
  });
  return tarPath;
}

/** Takes out of the system what its boot medium or boot loader is made of. */
export async function openRootTar(
  tarPath: string,
  work: string,
  processes: Ports["processes"],
  signal: AbortSignal,
): Promise<PracticeRoot> {
  const folder = join(work, "parts");
  await mkdir(folder);
  await processes.run(["tar", "-C", folder, "--no-same-owner", "-xf", tarPath, ...partsOfRoot], { signal });
  const [kernelVersion] = await readdir(join(folder, "usr/lib/modules"));
  if (kernelVersion === undefined)
    throw new AppError("tool-failed", "mmdebstrap made a system without a kernel");
  const release = await readFile(join(folder, "usr/lib/os-release"), "utf8");
  return {
    tarPath,
    folder,
    kernelVersion,
    prettyName: /^PRETTY_NAME="(.*)"/m.exec(release)?.[1] ?? "Debian",
  };
}

export async function bootstrapRoot(
  work: string,
  ports: RootPorts,
  options: RootOptions,
): Promise<PracticeRoot> {
  const tarPath = await bootstrapTar(work, ports, options);
  return openRootTar(tarPath, work, ports.processes, options.signal);
}

const partsOfRoot = [
  ["./bin", "./lib", "./lib64", "./sbin", "./usr/lib64", "./usr/lib/x86_64-linux-gnu"],
  ["./boot", "./usr/lib/modules", "./usr/lib/grub", "./usr/lib/os-release"],
  ["./usr/bin/busybox", "./usr/bin/tar", "./usr/bin/zstd", "./usr/bin/grub-mkimage"],
  ["./usr/sbin/sfdisk", "./usr/sbin/mke2fs", "./usr/sbin/mkfs.fat", "./etc/mke2fs.conf", "./etc/passwd"],
].flat();
