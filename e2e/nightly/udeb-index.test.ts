import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { field, parseStanzas, printStanza } from "./control-stanzas.ts";
import { indexForKernel, moduleStem, printIndex, printRelease, readInitrdContent } from "./udeb-index.ts";

const index = parseStanzas(`Package: anna
Version: 1.99
Filename: pool/main/a/anna.udeb
Description: first line
 second line

Package: ext4-modules-6.12.94+deb13-amd64-di
Version: 6.12.94-1
Kernel-Version: 6.12.94+deb13-amd64

Package: ext4-modules-6.12.107+deb13-amd64-di
Version: 6.12.107-1
Depends: kernel-image-6.12.107+deb13-amd64-di
Kernel-Version: 6.12.107+deb13-amd64
`);
const initrd = readInitrdContent(`Package: kernel-image-6.12.117+deb13-amd64-di
Status: install ok installed
Version: 6.12.117-1

Package: main-menu
Version: 1.70
`);

describe("the index of udebs", () => {
  it("is read and printed without a change", () => {
    expect(index[0] && printStanza(index[0])).toBe(
      "Package: anna\nVersion: 1.99\nFilename: pool/main/a/anna.udeb\nDescription: first line\n second line\n",
    );
  });

  it("takes the newest kernel's entries for a kernel that it does not list, and no others", () => {
    const fitting = indexForKernel(index, initrd);
    expect(fitting.map((stanza) => stanza.get("Package"))).toEqual([
      "anna",
      "ext4-modules-6.12.117+deb13-amd64-di",
    ]);
    expect(fitting[1] && Object.fromEntries(fitting[1])).toMatchObject({
      Version: "6.12.117-1",
      Depends: "kernel-image-6.12.117+deb13-amd64-di",
      "Kernel-Version": "6.12.117+deb13-amd64",
    });
  });

  it("stays as it is where the kernel is listed", () => {
    const listed = { ...initrd, kernelRelease: "6.12.94+deb13-amd64" };
    expect(indexForKernel(index, listed).map((stanza) => stanza.get("Version"))).toEqual([
      "1.99",
      "6.12.94-1",
    ]);
  });

  it("leaves out what cannot be had, and names a made one's own file", () => {
    const [anna, ...modules] = indexForKernel(index, initrd);
    const text = printIndex([...(anna ? [anna] : []), ...modules], (stanza) =>
      stanza === anna
        ? { kind: "leave-out" }
        : { kind: "made", stanza: new Map([...stanza, ["Filename", "pool/made/x.udeb"]]) },
    );
    expect(parseStanzas(text).map((stanza) => field(stanza, "Filename"))).toEqual(["pool/made/x.udeb"]);
  });

  it("is named by the Release with its checksum and size", () => {
    const bytes = Buffer.from("index");
    const sum = createHash("sha256").update(bytes).digest("hex");
    const path = "main/debian-installer/binary-amd64/Packages.gz";
    const release = parseStanzas(printRelease("wrapped", path, bytes))[0];
    expect(release?.get("Components")).toBe("main");
    expect(release?.get("SHA256")).toBe(`\n ${sum} 5 ${path}`);
  });
});

it("knows the udebs of a kernel by their names", () => {
  expect(moduleStem("ext4-modules-6.12.117+deb13-amd64-di", initrd.kernelRelease)).toBe("ext4-modules");
  expect(moduleStem("partman-ext3", initrd.kernelRelease)).toBeNull();
});

it("refuses an initrd without a kernel", () => {
  expect(() => readInitrdContent("Package: main-menu\nVersion: 1.70\n")).toThrow("no kernel");
});
