import { expect, it } from "vitest";
import { readCatalogue, type CatalogueEntry } from "./catalogue.ts";
import { parseList } from "./checksum-lists.ts";
import { chooseRelease } from "./find-release.ts";

const sum = (digit: string): string => digit.repeat(64);
const resources = new URL("../../../resources", import.meta.url).pathname;
const entry = async (id: string): Promise<CatalogueEntry> => {
  const found = (await readCatalogue(resources)).find((one) => one.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};

it("reads what sha256sum writes, and takes the newest by number", async () => {
  const list = [
    `${sum("a")}  debian-12.9.0-amd64-netinst.iso`,
    `${sum("b")}  debian-12.10.0-amd64-netinst.iso`,
    `${sum("c")} *debian-edu-12.10.0-amd64-netinst.iso`,
    `${sum("d")}  debian-mac-12.10.0-amd64-netinst.iso`,
    "no line of the list",
  ].join("\n");
  expect(chooseRelease(await entry("debian-stable-netinst"), list)).toEqual({
    url: "https://cdimage.debian.org/debian-cd/current/amd64/iso-cd/debian-12.10.0-amd64-netinst.iso",
    fileName: "debian-12.10.0-amd64-netinst.iso",
    sha256: sum("b"),
    sizeBytes: null,
  });
});

it("reads what sha256 of the BSDs writes, also inside a signature", async () => {
  const list = [
    "-----BEGIN PGP SIGNED MESSAGE-----",
    "Hash: SHA256",
    "",
    "# Rocky-9.6-x86_64-minimal.iso: 2000000000 bytes",
    `SHA256 (Rocky-9.6-x86_64-minimal.iso) = ${sum("E")}`,
    `SHA256 (Rocky-9.6-x86_64-dvd.iso) = ${sum("f")}`,
    `SHA256 (Rocky-9-latest-x86_64-minimal.iso) = ${sum("e")}`,
  ].join("\n");
  expect(chooseRelease(await entry("rocky-9-minimal"), list)).toMatchObject({
    fileName: "Rocky-9.6-x86_64-minimal.iso",
    sha256: sum("e"),
  });
});

it("reads Alpine's and Fedora's lists", async () => {
  const alpine = `---
- title: "Virtual"
  version: 3.22.1
  flavor: alpine-virt
  file: alpine-virt-3.22.1-x86_64.iso
  iso: alpine-virt-3.22.1-x86_64.iso
  size: 68157440
  sha256: ${sum("1")}
`;
  expect(chooseRelease(await entry("alpine-virt"), alpine)).toMatchObject({
    url: "https://dl-cdn.alpinelinux.org/alpine/latest-stable/releases/x86_64/alpine-virt-3.22.1-x86_64.iso",
    sizeBytes: 68_157_440,
  });
  const link = (version: string) =>
    `https://download.fedoraproject.org/pub/fedora/linux/releases/${version}/Server/x86_64/iso/Fedora-Server-netinst-x86_64-${version}-1.1.iso`;
  const fedora = JSON.stringify([
    { version: "42", arch: "x86_64", link: link("42"), sha256: sum("2"), size: "900" },
    { version: "43", arch: "x86_64", link: link("43"), sha256: sum("3"), size: "901" },
    { version: "43", arch: "x86_64", link: "https://x/no-sum.iso" },
  ]);
  expect(chooseRelease(await entry("fedora-server-netinst"), fedora)).toEqual({
    url: link("43"),
    fileName: "Fedora-Server-netinst-x86_64-43-1.1.iso",
    sha256: sum("3"),
    sizeBytes: 901,
  });
});

it("says when the list is none, has another form or has lost the file", async () => {
  expect(() => parseList("gnu", "<html>moved</html>")).toThrow("names no file");
  expect(() => parseList("fedora-json", "{}")).toThrow("unknown form");
  expect(() => parseList("alpine-yaml", "a: &a [*a]")).toThrow("unknown form");
  const alpine = await entry("alpine-virt");
  expect(() =>
    chooseRelease({ ...alpine, list: { ...alpine.list, format: "gnu" } }, `${sum("a")}  x.iso`),
  ).toThrow("not in the project's list");
});

it("has a catalogue whose every pattern is a pattern and every list is asked over HTTPS", async () => {
  const entries = await readCatalogue(resources);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  for (const { pattern, base, list } of entries) {
    expect(() => new RegExp(pattern)).not.toThrow();
    expect(pattern).toMatch(/^\^.*\$$/);
    expect(base === null).toBe(list.format === "fedora-json");
  }
});
