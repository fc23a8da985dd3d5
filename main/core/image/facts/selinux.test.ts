import { describe, expect, it } from "vitest";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readSelinux } from "./selinux.ts";

const config = "# comment\nSELINUX=enforcing\nSELINUXTYPE=targeted\n";
const files: MemoryFiles = {
  "/etc/selinux/config": config,
  "/etc/passwd": "",
  "/etc/shadow": "",
  "/var/log": null,
};

/** A tree whose nodes have labels but for `unlabelled`. */
const treeOf = (content: MemoryFiles, unlabelled: readonly string[]): FileTree => ({
  ...createMemoryTree(content),
  attribute: (path) =>
    Promise.resolve(unlabelled.includes(path) ? null : Buffer.from("system_u:object_r:etc_t:s0\0")),
});

describe("readSelinux", () => {
  const where = { path: "/etc/selinux/config", line: 2 };

  it("samples labels", async () => {
    expect(await readSelinux(treeOf(files, []), "")).toEqual({
      mode: "enforcing",
      where,
      relabelPending: false,
      unlabelled: [],
    });
    // what is not there needs no label
    const some = treeOf(files, ["/etc/shadow", "/usr/sbin/sshd"]);
    expect((await readSelinux(some, ""))?.unlabelled).toEqual(["/etc/shadow"]);
  });

  it("does not know where attributes are not read", async () => {
    expect((await readSelinux(createMemoryTree(files), ""))?.unlabelled).toBeNull();
  });

  it.each([
    ["enforcing", "selinux=0", "disabled"],
    ["enforcing", "ro enforcing=0", "permissive"],
    ["permissive", "enforcing=1", "enforcing"],
    ["disabled", "enforcing=1", "disabled"],
    ["permissive", "", "permissive"],
    ["Enforcing ", "", "enforcing"],
    ["nonsense", "", "permissive"],
  ])("SELINUX=%s with %j is %s", async (value, commandLine, mode) => {
    const tree = treeOf({ ...files, "/etc/selinux/config": `\nSELINUX=${value}\n` }, []);
    expect(await readSelinux(tree, commandLine)).toMatchObject({ mode, where });
  });

  it("sees a relabelling that is pending", async () => {
    const pending = treeOf({ ...files, "/.autorelabel": "" }, ["/etc/passwd"]);
    expect(await readSelinux(pending, "")).toMatchObject({
      relabelPending: true,
      unlabelled: ["/etc/passwd"],
    });
  });

  it("is null without a configuration", async () => {
    expect(await readSelinux(createMemoryTree({ "/etc/passwd": "" }), "")).toBeNull();
  });
});
