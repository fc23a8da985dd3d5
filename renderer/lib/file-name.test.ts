import { describe, expect, it } from "vitest";
import { fileName, nameFromIso } from "./file-name.ts";

describe("fileName", () => {
  it.each([
    ["/home/a/debian.iso", "debian.iso"],
    ["C:\\isos\\debian.iso", "debian.iso"],
    ["debian.iso", "debian.iso"],
    ["/trailing/", "trailing"],
  ])("%s", (path, name) => {
    expect(fileName(path)).toBe(name);
  });
});

describe("nameFromIso", () => {
  it.each([
    ["/x/debian-12.5.0-amd64-netinst.iso", "debian-12.5.0"],
    ["ubuntu-24.04.1-live-server-amd64.iso", "ubuntu-24.04.1"],
    ["Rocky-9.4-x86_64-minimal.iso", "Rocky-9.4"],
    ["alpine-virt-3.20.0-x86_64.iso", "alpine-virt-3.20.0"],
    ["mine.iso", "mine"],
  ])("%s", (path, name) => {
    expect(nameFromIso(path)).toBe(name);
  });
});
