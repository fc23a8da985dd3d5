import { parse } from "yaml";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";

/** A file as a project's list tells it. `sha256`: 64 lower-case hex digits. */
export interface ListedFile {
  /** Bare name, or a whole address where the list gives one. */
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number | null;
  readonly version: string | null;
}

export const listFormats = ["gnu", "bsd", "alpine-yaml", "fedora-json"] as const;
export type ListFormat = (typeof listFormats)[number];

/**
 * - `gnu`: `<sum>  <name>` or `<sum> *<name>` a line, as sha256sum(1) writes (Debian, Ubuntu, openSUSE).
 * - `bsd`: `SHA256 (<name>) = <sum>`, as sha256(1) writes (FreeBSD, Rocky, AlmaLinux, Fedora's CHECKSUM); a
 *   signature around it is passed over.
 * - `alpine-yaml`: Alpine's `latest-releases.yaml`.
 * - `fedora-json`: Fedora's `releases.json`.
 *
 * Lines that are something else are passed over; a list without any file is `protocol`.
 */
export function parseList(format: ListFormat, text: string): ListedFile[] {
  const files = parsers[format](text);
  if (files.length === 0) throw new AppError("protocol", "The list of checksums names no file");
  return files;
}

const parsers: Record<ListFormat, (text: string) => ListedFile[]> = {
  gnu: (text) => linesOf(text, /^([0-9a-f]{64}) [ *](.+)$/i, 2, 1),
  bsd: (text) => linesOf(text, /^SHA256 \((.+)\) = ([0-9a-f]{64})$/i, 1, 2),
  "alpine-yaml": (text) =>
    readable(AlpineListSchema, () => parse(text, { maxAliasCount: 0, schema: "failsafe" }) as unknown).map(
      ({ file, sha256, size, version }) => ({ name: file, sha256, sizeBytes: size ?? null, version }),
    ),
  "fedora-json": (text) =>
    readable(FedoraListSchema, () => JSON.parse(text) as unknown).flatMap(({ link, sha256, size, version }) =>
      sha256 === undefined ? [] : [{ name: link, sha256, sizeBytes: size ?? null, version }],
    ),
};

function linesOf(text: string, pattern: RegExp, nameGroup: number, sumGroup: number): ListedFile[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const found = pattern.exec(line.trimEnd());
    const name = found?.[nameGroup];
    const sum = found?.[sumGroup];
    if (name === undefined || sum === undefined) return [];
    return [{ name: name.replace(/^\.\//, ""), sha256: sum.toLowerCase(), sizeBytes: null, version: null }];
  });
}

const sum = z
  .string()
  .regex(/^[0-9a-f]{64}$/i)
  .transform((text) => text.toLowerCase());
const sizeBytes = z.coerce.number().int().positive();
const AlpineListSchema = z.array(
  z.object({ file: z.string(), sha256: sum, size: sizeBytes.optional(), version: z.coerce.string() }),
);
const FedoraListSchema = z.array(
  z.object({ link: z.string(), sha256: sum.optional(), size: sizeBytes.optional(), version: z.string() }),
);

function readable<S extends z.ZodType>(schema: S, read: () => unknown): z.output<S> {
  try {
    return schema.parse(read());
  } catch (error) {
    throw new AppError("protocol", "The list of releases has an unknown form", { cause: error });
  }
}
