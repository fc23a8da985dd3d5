import { describe, expect, it } from "vitest";
import { createMemoryTree } from "#core/image/testing/memory-filesystem.ts";
import { readHomes } from "./homes.ts";
import { passwordState, readAccounts } from "./read-accounts.ts";

const sha512 = "$6$saltsalt$0123456789abcdefghijABCDEFGHIJ./";
const passwd = [
  "root:x:0:0:root:/root:/bin/bash",
  "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin",
  "www-data:x:33:33::/var/www:/usr/sbin/nologin",
  "alice:x:1000:1000::/home/alice:/bin/bash",
  "bob:x:1001:27::/home/bob:/bin/bash",
  "carol:x:1002:1002::/srv/carol:/bin/bash",
  "dave:x:1003:1003::/home/dave:/bin/bash",
].join("\n");

describe("passwordState", () => {
  it.each([
    ["", "empty"],
    [sha512, "set"],
    ["$y$j9T$abc$def", "set"],
    ["rqXexS6ZhobKA", "set"],
    ["!", null],
    ["!!", null],
    ["*", null],
    ["*LK*", null],
    [`!${sha512}`, null],
    ["x", null],
    ["NP", null],
  ])("%s -> %s", (field, state) => {
    expect(passwordState(field)).toBe(state);
  });
});

describe("readAccounts", () => {
  it("tells accounts that a password opens and who may become root, and never a hash", async () => {
    const accounts = await readAccounts(
      createMemoryTree({
        "/etc/passwd": passwd,
        "/etc/shadow": `root:${sha512}:19000:0:99999:7:::\ndaemon:*:1::::::\nalice:!:1::::::\nbob:${sha512}:1::::::\ncarol::1::::::\ndave:${sha512}:1::::::\n`,
        "/etc/group": "sudo:x:27:\nwheel:x:10:nobody\ncarol:x:1002:\n",
        "/etc/sudoers":
          "# carol ALL=(ALL) ALL\nDefaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n",
        "/etc/sudoers.d/90-carol": "carol ALL=(ALL) NOPASSWD:ALL\n",
        "/etc/sudoers.d/off.bak": "dave ALL=(ALL) ALL\n",
      }),
    );
    expect(accounts).toEqual([
      { user: "root", uid: 0, password: "set", mayBecomeRoot: true },
      { user: "bob", uid: 1001, password: "set", mayBecomeRoot: true },
      { user: "carol", uid: 1002, password: "empty", mayBecomeRoot: true },
      { user: "dave", uid: 1003, password: "set", mayBecomeRoot: false },
    ]);
    expect(JSON.stringify(accounts)).not.toContain("salt");
  });

  it("reads doas.conf, passwords in passwd itself, and a second user with uid 0", async () => {
    const accounts = await readAccounts(
      createMemoryTree({
        "/etc/passwd": `toor::0:0::/root:/bin/sh\nold:${sha512}:1000:1000::/home/old:/bin/sh\nx:x:5:5:::`,
        "/etc/doas.conf": "permit nopass keepenv :staff\npermit persist old\ndeny all\n",
      }),
    );
    expect(accounts).toEqual([
      { user: "toor", uid: 0, password: "empty", mayBecomeRoot: true },
      { user: "old", uid: 1000, password: "set", mayBecomeRoot: true },
    ]);
  });

  it("reads master.passwd of the BSDs", async () => {
    const tree = createMemoryTree({
      "/etc/master.passwd": `# $FreeBSD$\nroot:${sha512}:0:0::0:0:Charlie &:/root:/bin/sh\nfreebsd:*:1001:1001::0:0::/home/freebsd:/bin/sh\n`,
      "/etc/passwd": "root:*:0:0:Charlie &:/root:/bin/sh\n",
    });
    expect(await readAccounts(tree)).toEqual([
      { user: "root", uid: 0, password: "set", mayBecomeRoot: true },
    ]);
    expect(await readHomes(tree)).toEqual(["/root", "/home/freebsd"]);
  });

  it("says null where there is no list of accounts", async () => {
    expect(await readAccounts(createMemoryTree({ "/etc/fstab": "" }))).toBeNull();
  });

  it("is quick and bounded with a hundred thousand accounts", async () => {
    const many = Array.from(
      { length: 100_000 },
      (_, index) => `u${index}:x:${index + 1000}:1::/home/u${index}:/bin/sh`,
    );
    const shadow = many.map((line) => `${line.split(":")[0]}:${sha512}:1::::::`);
    const tree = createMemoryTree({ "/etc/passwd": many.join("\n"), "/etc/shadow": shadow.join("\n") });
    const started = performance.now();
    expect((await readAccounts(tree))?.length).toBe(500);
    expect((await readHomes(tree)).length).toBe(100);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("readHomes", () => {
  it("puts root and people first and leaves system folders out", async () => {
    const tree = createMemoryTree({ "/etc/passwd": passwd, "/home/left-behind": null, "/home/alice": null });
    expect(await readHomes(tree)).toEqual([
      "/root",
      "/home/alice",
      "/home/bob",
      "/srv/carol",
      "/home/dave",
      "/home/left-behind",
      "/var/www",
    ]);
  });
});
