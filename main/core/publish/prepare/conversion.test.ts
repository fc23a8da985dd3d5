import { describe, expect, it } from "vitest";
import { manifests } from "#providers/manifests.ts";
import { formatChoices, mayTake, uploadedAs } from "./conversion.ts";

const of = (id: string) => {
  const found = manifests.find((manifest) => manifest.id === id);
  if (found === undefined) throw new Error(`no provider ${id}`);
  return found.capabilities;
};
const packedWith = (compressedClusters: "none" | "zlib" | "zstd" | null) => ({ compressedClusters });

describe("formatChoices", () => {
  it.each([
    // the library's own: as it is, everywhere
    ["digitalocean", "qcow2", null, "zlib", ["as-it-is", "raw-gzip"]],
    ["contabo", "qcow2", null, "zlib", ["as-it-is"]],
    ["oci", "qcow2", null, "zlib", ["as-it-is"]],
    ["digitalocean", "qcow2", null, "none", ["as-it-is", "qcow2-zlib", "raw-gzip"]],
    ["contabo", "qcow2", null, "zstd", ["qcow2-zlib"]],
    ["digitalocean", "qcow2", null, "zstd", ["qcow2-zlib", "raw-gzip"]],
    // raw: holes are not worth an upload
    ["digitalocean", "raw", null, null, ["qcow2-zlib", "raw-gzip", "as-it-is"]],
    ["contabo", "raw", null, null, ["qcow2-zlib"]],
    ["hypervisor-io", "raw", null, null, ["qcow2-zlib", "as-it-is"]],
    // packed: as it is where the provider unpacks it
    ["digitalocean", "raw", "gzip", null, ["as-it-is", "qcow2-zlib"]],
    ["digitalocean", "vmdk", "bzip2", null, ["as-it-is", "qcow2-zlib", "raw-gzip"]],
    ["digitalocean", "raw", "xz", null, ["qcow2-zlib", "raw-gzip"]],
    ["contabo", "qcow2", "gzip", "zlib", ["qcow2-zlib"]],
    ["oci", "raw", "zstd", null, ["qcow2-zlib"]],
    // nothing is made of an installer
    ["contabo", "iso9660", null, null, ["as-it-is"]],
    ["digitalocean", "iso9660", null, null, ["as-it-is"]],
  ] as const)("%s takes %s in %s, clusters %s", (id, format, archive, clusters, expected) => {
    const choices = formatChoices(of(id), { format, archive }, packedWith(clusters));
    expect(choices.map((choice) => choice.format)).toEqual(expected);
    for (const { reason } of choices) expect(reason).not.toBe("");
  });

  it("offers raw in gzip where nothing else is taken", () => {
    const taken = { formats: ["raw" as const], archives: ["gzip" as const] };
    const choices = formatChoices(taken, { format: "qcow2", archive: null }, packedWith("zlib"));
    expect(choices.map(({ format }) => format)).toEqual(["raw-gzip"]);
  });
});

describe("what is uploaded", () => {
  it("is told by its conversion", () => {
    expect(uploadedAs({ format: "raw", archive: "gzip" }, null)).toEqual({ format: "raw", archive: "gzip" });
    expect(uploadedAs({ format: "raw", archive: "xz" }, "qcow2-zlib").format).toBe("qcow2");
    expect(uploadedAs({ format: "qcow2", archive: null }, "raw-gzip")).toEqual({
      format: "raw",
      archive: "gzip",
    });
    expect(mayTake(of("contabo"), "raw-gzip")).toBe(false);
    expect(mayTake(of("digitalocean"), "raw-gzip")).toBe(true);
  });
});
