import { describe, expect, it } from "vitest";
import { createMemoryFilesystem, createMemoryTree } from "#core/image/testing/memory-filesystem.ts";
import { createFileTree } from "./file-tree.ts";

const tree = createMemoryTree({
  "/etc/os-release": { link: "../usr/lib/os-release" },
  "/usr/lib/os-release": "ID=test\n",
  "/lib": { link: "usr/lib" },
  "/escape": { link: "../../../../etc/os-release" },
  "/ring-a": { link: "ring-b" },
  "/ring-b": { link: "ring-a" },
  "/self": { link: "/self/x" },
  "/dangling": { link: "/nowhere/at/all" },
  "/masked": { link: "/dev/null" },
  "/empty": null,
});

describe("paths in an image", () => {
  it("follows links inside the image only", async () => {
    expect(await tree.readText("/etc/os-release", 100)).toBe("ID=test\n");
    expect(await tree.readText("/lib/os-release", 100)).toBe("ID=test\n");
    expect(await tree.readText("/escape", 100)).toBe("ID=test\n");
    expect(await tree.realPath("/lib/../lib/./os-release")).toBe("/usr/lib/os-release");
  });

  it("ends in rings and at missing targets", async () => {
    for (const path of ["/ring-a", "/self", "/dangling", "/masked", "/etc/os-release/x"]) {
      expect(await tree.stat(path), path).toBeNull();
    }
    expect(await tree.readLink("/masked")).toBe("/dev/null");
    expect(await tree.lstat("/masked")).toMatchObject({ kind: "symlink" });
  });

  it("refuses more than was asked for", async () => {
    await expect(tree.readFile("/usr/lib/os-release", 3)).rejects.toMatchObject({ code: "image-unreadable" });
    expect(await tree.readFile("/usr/lib", 3)).toBeNull();
  });

  it("crosses from one filesystem to another and back", async () => {
    const joined = createFileTree([
      {
        path: "/",
        filesystem: createMemoryFilesystem({
          "/boot/hidden": "x",
          "/etc/fstab": "y",
          "/vmlinuz": { link: "boot/vmlinuz" },
        }),
      },
      {
        path: "/boot",
        filesystem: createMemoryFilesystem({
          "/vmlinuz": "kernel",
          "/up": { link: "../etc/fstab" },
          "/root": { link: "/etc/fstab" },
        }),
      },
    ]);
    expect(await joined.readText("/vmlinuz", 100)).toBe("kernel");
    expect(await joined.readText("/boot/up", 100)).toBe("y");
    expect(await joined.readText("/boot/root", 100)).toBe("y");
    expect(await joined.stat("/boot/hidden")).toBeNull();
    expect((await joined.readDirectory("/boot")).map((entry) => entry.name)).toEqual([
      "root",
      "up",
      "vmlinuz",
    ]);
  });
});
