import { createHash } from "node:crypto";
import { changed, field, parseStanzas, printStanza, type Stanza } from "./control-stanzas.ts";

/** What is already in the installer's initrd. */
export interface InitrdContent {
  /** As `uname -r` says it. */
  readonly kernelRelease: string;
  /** The version of Debian's package `linux` that it is from. */
  readonly kernelVersion: string;
  /** Names of its udebs -> versions. */
  readonly installed: ReadonlyMap<string, string>;
}

/** Names and relations of kernel udebs carry the kernel's release: `ext4-modules-6.12.107+deb13-amd64-di`. */
export const moduleUdebName = (stem: string, kernelRelease: string): string => `${stem}-${kernelRelease}-di`;

/** The stem of such a name, or null: `ext4-modules`. */
export function moduleStem(name: string, kernelRelease: string): string | null {
  const end = `-${kernelRelease}-di`;
  return name.endsWith(end) ? name.slice(0, -end.length) : null;
}

/**
 * The archive's index of udebs for the kernel of this initrd. The archive may list another kernel than the initrd has
 * (images and udebs of a point release are published at different times): then the entries of the newest kernel are
 * taken, with the initrd's release in names and relations. Entries of other kernels are left out, as the installer does.
 */
export function indexForKernel(index: readonly Stanza[], initrd: InitrdContent): Stanza[] {
  const releases = [...new Set(index.flatMap((stanza) => stanza.get("Kernel-Version") ?? []))];
  const newest = releases.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  const source = releases.includes(initrd.kernelRelease) ? initrd.kernelRelease : newest;
  return index.flatMap((stanza) => {
    const release = stanza.get("Kernel-Version");
    if (release === undefined || release === initrd.kernelRelease) return [stanza];
    return release === source ? [withKernel(stanza, release, initrd)] : [];
  });
}

function withKernel(stanza: Stanza, from: string, initrd: InitrdContent): Stanza {
  const renamed = [...stanza].map(([name, value]) => [name, value.replaceAll(from, initrd.kernelRelease)]);
  const fields = Object.fromEntries(renamed) as Record<string, string>;
  return changed(stanza, { ...fields, Version: initrd.kernelVersion });
}

/** What becomes of each entry. `made`: stanza of a udeb that was wrapped anew, with its own size and checksum. */
export type Fate =
  | { readonly kind: "keep" | "leave-out" }
  | { readonly kind: "made"; readonly stanza: Stanza };

/** `Packages` as a text, entry by entry; an entry that is in the initrd stays whatever can be downloaded of it. */
export const printIndex = (index: readonly Stanza[], fateOf: (stanza: Stanza) => Fate): string =>
  index
    .flatMap((stanza) => {
      const fate = fateOf(stanza);
      return fate.kind === "leave-out" ? [] : [printStanza(fate.kind === "made" ? fate.stanza : stanza)];
    })
    .join("\n");

/** `Release` for a suite that has this one index (debian-installer's net-retriever reads Components and SHA256). */
export function printRelease(suite: string, indexPath: string, index: Uint8Array): string {
  const sum = createHash("sha256").update(index).digest("hex");
  return [
    "Origin: Goldsmith's tests",
    `Suite: ${suite}`,
    `Codename: ${suite}`,
    "Architectures: amd64",
    "Components: main",
    "Description: Debian's udebs, some of them wrapped anew from Debian's packages; not signed",
    "SHA256:",
    ` ${sum} ${index.length} ${indexPath}`,
    "",
  ].join("\n");
}

/** Reads what is in an initrd from its dpkg status file. Throws when there is no kernel in it. */
export function readInitrdContent(status: string): InitrdContent {
  const installed = new Map(
    parseStanzas(status).flatMap((stanza) => {
      const version = stanza.get("Version");
      return version === undefined ? [] : [[field(stanza, "Package"), version]];
    }),
  );
  for (const [name, version] of installed) {
    const release = /^kernel-image-(.+)-di$/.exec(name)?.[1];
    if (release !== undefined) return { kernelRelease: release, kernelVersion: version, installed };
  }
  throw new Error("There is no kernel in the installer's initrd");
}
