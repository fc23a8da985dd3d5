import { describe, expect, it } from "vitest";
import { createMemoryTree } from "#core/image/testing/memory-filesystem.ts";
import { readIdentity } from "./identity.ts";

describe("identity", () => {
  it.each([
    ["absent", {}],
    ["empty", { "/etc/machine-id": "\n" }],
    ["uninitialized", { "/etc/machine-id": "uninitialized\n" }],
    ["set", { "/etc/machine-id": "0123456789abcdef0123456789abcdef\n" }],
  ])("machine-id %s", async (state, files) => {
    expect((await readIdentity(createMemoryTree(files))).machineId).toBe(state);
  });

  it("finds authorized keys in the homes of /etc/passwd, not empty ones", async () => {
    const tree = createMemoryTree({
      "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nme:x:1000:1000::/srv/me:/bin/sh\n",
      "/root/.ssh/authorized_keys": "# none\n\n",
      "/srv/me/.ssh/authorized_keys": "ssh-ed25519 AAAA me\n",
    });
    expect((await readIdentity(tree)).authorizedKeys).toEqual(["/srv/me/.ssh/authorized_keys"]);
  });
});
