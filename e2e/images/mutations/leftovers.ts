import type { Mutation } from "./mutation.ts";
import { privateKey } from "./private-key.ts";

/** What a finished image must not carry. */
export const leftoverMutations: readonly Mutation[] = [
  {
    name: "a machine-id baked in",
    change: (disk) => disk.writeFile("/etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
    expected: { all: ["+ warning identity.machine-id"] },
  },
  {
    name: "authorized_keys left",
    change: (disk) =>
      disk.writeFile("/root/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKv1 builder\n"),
    expected: { all: ["+ warning identity.authorized-keys"] },
  },
  {
    name: "a private key left",
    change: (disk) => disk.writeFile("/root/.ssh/id_ed25519", privateKey()),
    expected: { all: ["+ warning leftovers.private-keys"] },
  },
  {
    name: "cloud credentials left",
    change: (disk) =>
      disk.writeFile(
        "/root/.aws/credentials",
        "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
      ),
    expected: { all: ["+ warning leftovers.credentials"] },
  },
  {
    name: "a shell history left",
    change: (disk) => disk.writeFile("/root/.bash_history", "apt install nginx\n"),
    expected: { all: ["+ info leftovers.histories"] },
  },
  {
    name: "a password for root",
    change: (disk) =>
      disk.edit("/etc/shadow", /^root:[^:]*:/m, "root:$6$salt$notarealhashbutlongenoughtobetaken:"),
    expected: { all: ["+ warning accounts.passwords"] },
  },
  {
    name: "an installer's logs left",
    change: (disk) => disk.writeFile("/var/log/installer/syslog", "Jan  1 00:00:00 installer: done\n"),
    expected: { all: ["+ info leftovers.installer-files"] },
  },
  {
    name: "logs left",
    change: (disk) =>
      disk.writeFile("/var/log/auth.log", "Jan  1 00:00:00 host sshd[1]: Accepted publickey for root\n"),
    expected: { all: ["+ info leftovers.logs"] },
  },
  {
    name: "a package cache left",
    change: (disk) =>
      disk.writeFile("/var/cache/apt/archives/nginx_1.22.1-9_amd64.deb", Buffer.alloc(2_000_000, 1)),
    expected: { all: ["+ info leftovers.package-caches"] },
  },
];
