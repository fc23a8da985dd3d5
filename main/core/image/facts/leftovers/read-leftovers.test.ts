import { describe, expect, it } from "vitest";
import type { LeftoverFacts } from "#contract/facts-identity.ts";
import { createFileTree, type FileTree } from "#core/image/filesystem/file-tree.ts";
import {
  createMemoryFilesystem,
  createMemoryTree,
  type MemoryFiles,
} from "#core/image/testing/memory-filesystem.ts";
import { readLeftovers } from "./read-leftovers.ts";

/** `kind path: detail` of everything found. */
async function find(files: MemoryFiles): Promise<string[]> {
  const notes: string[] = [];
  const found = await readLeftovers(createMemoryTree(files), notes);
  expect(notes).toEqual([]);
  return found.map(({ kind, path, detail }) => `${kind} ${path}: ${detail}`);
}

const pem = (kind: string, body = "MIIE\nabc\n"): string =>
  `-----BEGIN ${kind}-----\n${body}-----END ${kind}-----\n`;

function openssh(cipher: string): string {
  const name = Buffer.alloc(4 + cipher.length);
  name.writeUInt32BE(cipher.length);
  name.write(cipher, 4);
  const body = Buffer.concat([Buffer.from("openssh-key-v1\0"), name, Buffer.alloc(60)]).toString("base64");
  return pem("OPENSSH PRIVATE KEY", `${body}\n`);
}

const clean: MemoryFiles = {
  "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
  "/etc/shadow": "root:*:1::::::\n",
  "/etc/shadow-": "root:*:1::::::\n",
  "/etc/fstab": "UUID=1 / ext4 defaults 0 1\n",
  "/etc/ssl/private": null,
  "/etc/ssl/certs/ca.pem": pem("CERTIFICATE"),
  "/etc/ssl/cert.pem": pem("CERTIFICATE"),
  "/etc/environment": 'PATH="/usr/bin"\n',
  "/etc/profile.d/bash.sh":
    'export PROMPT_COMMAND="$OLD_TOKEN"\n# DEMO_TOKEN=abcdefghij\nexport GIT_TOKEN=$(cat x)\n',
  "/root/.bashrc": "alias ls='ls --color'\n# export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n",
  "/root/.ssh/authorized_keys": "",
  "/root/.ssh/id_ed25519.pub": "ssh-ed25519 AAAA\n",
  "/root/.docker/config.json": '{"credsStore":"desktop"}',
  "/root/.aws/config": "[default]\nregion = eu-central-1\n",
  "/root/.npmrc": "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n",
  "/var/log/wtmp": "",
  "/var/log/btmp": "",
  "/var/log/lastlog": Buffer.alloc(292_000),
  "/var/log/dpkg.log": "",
  "/var/log/journal": null,
  "/var/log/apt": null,
  "/var/cache/apt/archives/lock": "",
  "/var/cache/apt/archives/partial": null,
  "/var/lib/apt/lists/lock": "",
  "/var/mail": null,
  "/var/spool/mail": { link: "../mail" },
  "/tmp/.X11-unix": null,
  "/tmp/systemd-private-1-x.service-y/tmp": null,
  "/var/tmp": null,
  "/var/crash": null,
  "/var/lib/cloud/instances": null,
};

describe("leftovers", () => {
  it("finds nothing in an image that is clean", async () => {
    expect(await find(clean)).toEqual([]);
  });

  it.each<[string, MemoryFiles, string[]]>([
    [
      "SSH keys by their content, with and without a passphrase",
      {
        "/root/.ssh/id_ed25519": openssh("none"),
        "/home/a/.ssh/deploy": openssh("aes256-ctr"),
        "/home/a/.ssh/old": pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\nabc\n"),
        "/home/a/work.pem": pem("RSA PRIVATE KEY"),
        "/home/b/.ssh/pkcs8": pem("ENCRYPTED PRIVATE KEY"),
        "/home/b/.ssh/x.ppk": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\n",
        "/home/b/.ssh/notes": "nothing",
      },
      [
        "private-key /home/a/.ssh/deploy: OpenSSH private key with a passphrase",
        "private-key /home/a/.ssh/old: RSA private key with a passphrase",
        "private-key /home/a/work.pem: RSA private key without a passphrase",
        "private-key /home/b/.ssh/pkcs8: Private key with a passphrase",
        "private-key /home/b/.ssh/x.ppk: PuTTY private key without a passphrase",
        "private-key /root/.ssh/id_ed25519: OpenSSH private key without a passphrase",
        "temporary /home/b/.ssh/notes: file in an .ssh folder",
      ],
    ],
    [
      "keys of servers",
      {
        "/etc/ssl/private/ssl-cert-snakeoil.key": pem("PRIVATE KEY"),
        "/etc/ssl/private/www.key": pem("PRIVATE KEY"),
        "/etc/letsencrypt/archive/example.org/privkey1.pem": pem("PRIVATE KEY"),
        "/etc/letsencrypt/live/example.org/privkey.pem": { link: "../../archive/example.org/privkey1.pem" },
        "/etc/letsencrypt/accounts/acme/directory/ab/private_key.json": '{"n": "1", "d": "2"}',
        "/etc/wireguard/wg0.conf": "[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n",
        "/etc/openvpn/server/easy.p12": "x",
        "/etc/kubernetes/pki/ca.key": pem("EC PRIVATE KEY"),
        "/root/.gnupg/private-keys-v1.d/A.key": "(x)",
      },
      [
        "private-key /etc/kubernetes/pki/ca.key: EC private key without a passphrase",
        "private-key /etc/letsencrypt/accounts/acme/directory/ab/private_key.json: ACME account key",
        "private-key /etc/letsencrypt/archive/example.org/privkey1.pem: Private key without a passphrase",
        "private-key /etc/openvpn/server/easy.p12: PKCS #12 key store",
        "private-key /etc/ssl/private/ssl-cert-snakeoil.key: Self-signed test key of the package ssl-cert",
        "private-key /etc/ssl/private/www.key: Private key without a passphrase",
        "private-key /etc/wireguard/wg0.conf: WireGuard private key",
        "private-key /root/.gnupg/private-keys-v1.d: OpenPGP private key",
      ],
    ],
    [
      "credentials of clouds",
      {
        "/root/.aws/credentials": "[default]\naws_access_key_id = AKIA\naws_secret_access_key = abc\n",
        "/root/.config/doctl/config.yaml": "access-token: dop_v1_abc\n",
        "/root/.config/gcloud/credentials.db": "SQLite",
        "/root/.oci/config": "[DEFAULT]\nuser=ocid1\nkey_file=~/.oci/key.pem\n",
        "/home/a/.kube/config": "users:\n- user:\n    client-key-data: LS0t\n",
        "/home/a/.docker/config.json": '{"auths": {"r": {"auth": "dXNlcjpw"}}}',
        "/home/a/.s3cfg": "access_key = a\nsecret_key = b\n",
        "/home/a/.config/rclone/rclone.conf": "[x]\ntype = sftp\npass = abc\n",
        "/home/a/.terraform.d/credentials.tfrc.json": '{"credentials":{"app":{"token": "x.atlasv1.y"}}}',
        "/etc/kubernetes/admin.conf": "users:\n- name: x\n  user: {}\n    token: abcd1234\n",
      },
      [
        "cloud-credential /etc/kubernetes/admin.conf: Kubernetes access",
        "cloud-credential /home/a/.config/rclone/rclone.conf: rclone access",
        "cloud-credential /home/a/.docker/config.json: Container registry login",
        "cloud-credential /home/a/.kube/config: Kubernetes access",
        "cloud-credential /home/a/.s3cfg: S3 secret key",
        "cloud-credential /home/a/.terraform.d/credentials.tfrc.json: Terraform token",
        "cloud-credential /root/.aws/credentials: AWS credentials",
        "cloud-credential /root/.config/doctl/config.yaml: DigitalOcean token of doctl",
        "cloud-credential /root/.config/gcloud/credentials.db: Google Cloud credentials",
        "cloud-credential /root/.oci/config: Oracle Cloud configuration of a user",
      ],
    ],
    [
      "tokens in files of tools",
      {
        "/root/.netrc": "machine example.org login me password secret\n",
        "/root/.git-credentials": "https://me:ghp_x@github.com\n",
        "/root/.npmrc": "//registry.npmjs.org/:_authToken=npm_abc\n",
        "/root/.pypirc": "[pypi]\nusername = __token__\npassword = pypi-x\n",
        "/root/.vault-token": "hvs.x",
        "/root/.pgpass": "db:5432:*:me:secret\n",
      },
      [
        "token /root/.git-credentials: Git password or token",
        "token /root/.netrc: Passwords of netrc",
        "token /root/.npmrc: npm token",
        "token /root/.pgpass: PostgreSQL password",
        "token /root/.pypirc: PyPI password",
        "token /root/.vault-token: Vault token",
      ],
    ],
    [
      "tokens in histories, shell files and /etc/environment, with their line",
      {
        "/root/.bash_history": `ls\ncurl -H "Authorization: token ghp_${"a".repeat(36)}" https://x\nexport DO=dop_v1_${"0".repeat(64)}\n`,
        "/home/a/.profile": "umask 22\nexport DB_PASSWORD='correct horse'\nexport API_TOKEN=abcdefgh12\n",
        "/etc/environment": "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI\nAWS_ACCESS_KEY_ID=AKIAABCDEFGHIJKLMNOP\n",
      },
      [
        "token /etc/environment:1: value of AWS_SECRET_ACCESS_KEY",
        "token /etc/environment:2: AWS access key",
        "token /home/a/.profile:3: value of API_TOKEN",
        "token /root/.bash_history:2: GitHub token",
        "token /root/.bash_history:3: DigitalOcean token",
        "shell-history /root/.bash_history: bash history",
      ],
    ],
    [
      "histories of shells and other programs",
      {
        "/root/.bash_history": "ls\n",
        "/root/.zsh_history": "ls\n",
        "/root/.local/share/fish/fish_history": "- cmd: ls\n",
        "/root/.python_history": "1\n",
        "/root/.mysql_history": "x\n",
        "/root/.psql_history": "x\n",
        "/root/.viminfo": "x\n",
        "/root/.lesshst": "x\n",
        "/home/a/.bash_history": "",
      },
      [
        "shell-history /root/.bash_history: bash history",
        "shell-history /root/.lesshst: searches of less",
        "shell-history /root/.local/share/fish/fish_history: fish history",
        "shell-history /root/.mysql_history: MySQL history",
        "shell-history /root/.psql_history: PostgreSQL history",
        "shell-history /root/.python_history: Python history",
        "shell-history /root/.viminfo: vim's marks and searches",
        "shell-history /root/.zsh_history: zsh history",
      ],
    ],
    [
      "logs, as img-check does, and those of installers",
      {
        "/var/log/syslog": "x".repeat(51),
        "/var/log/kern.log": "x".repeat(50),
        "/var/log/messages-20240101": "x".repeat(60),
        "/var/log/auth.log.1": "x".repeat(60),
        "/var/log/cloud-init-output.log": "x".repeat(60),
        "/var/log/wtmp": Buffer.alloc(384, 1),
        "/var/log/lastlog": Buffer.concat([Buffer.alloc(292_000), Buffer.alloc(292, 1)]),
        "/var/log/journal/0123/system.journal": "x".repeat(100),
        "/var/log/apt/history.log": "x".repeat(100),
        "/var/log/installer/syslog": "x",
        "/root/anaconda-ks.cfg": "lang en\nrootpw --iscrypted $6$x\n",
        "/root/original-ks.cfg": "lang en\n",
      },
      [
        "log /var/log/apt: logs, 1 file",
        "log /var/log/auth.log.1: archived log",
        "log /var/log/cloud-init-output.log: log of cloud-init",
        "log /var/log/journal: systemd's journal, 1 file",
        "log /var/log/lastlog: record of logins",
        "log /var/log/messages-20240101: archived log",
        "log /var/log/syslog: log",
        "log /var/log/wtmp: record of logins",
        "installer-log /root/anaconda-ks.cfg: file of the installation, with a password",
        "installer-log /root/original-ks.cfg: file of the installation",
        "installer-log /var/log/installer: log of the installation, 1 file",
      ],
    ],
    [
      "package caches",
      {
        "/var/cache/apt/archives/a_1_amd64.deb": "deb",
        "/var/cache/apt/archives/partial/b_1_amd64.deb": "deb",
        "/var/cache/apt/pkgcache.bin": "x",
        "/var/lib/apt/lists/deb.debian.org_InRelease": "x",
        "/var/cache/dnf/base-0123/repodata/primary.xml.gz": "x",
        "/var/cache/pacman/pkg/a.pkg.tar.zst": "x",
        "/var/cache/apk/APKINDEX.1.tar.gz": "x",
      },
      [
        "package-cache /var/cache/apk: cache of apk, 1 file",
        "package-cache /var/cache/apt: index of apt, 1 file",
        "package-cache /var/cache/apt/archives: packages fetched by apt, 2 files",
        "package-cache /var/cache/dnf: cache of dnf, 1 file",
        "package-cache /var/cache/pacman/pkg: packages fetched by pacman, 1 file",
        "package-cache /var/lib/apt/lists: package lists of apt, 1 file",
      ],
    ],
    [
      "mail, known hosts, temporary files, crashes and swap files",
      {
        "/var/mail/root": "From x\n",
        "/root/.ssh/known_hosts": `|1|${"x".repeat(60)}`,
        "/root/.ssh/config": "Host secret.example\n",
        "/root/.ssh/id_rsa": "",
        "/root/.ssh/authorized_keys.bak": "x",
        "/tmp/build/step.sh": "x".repeat(10),
        "/tmp/a": "x",
        "/var/lib/systemd/coredump/core.bash.0.zst": "x",
        "/core.1234": "x",
        "/etc/fstab": "/data/swap none swap sw 0 0\n/swap.img none swap sw 0 0\n",
        "/data/swap": "x",
        "/swap.img": "x",
      },
      [
        "mail /var/mail/root: mail of a user",
        "known-hosts /root/.ssh/config: settings that name hosts",
        "known-hosts /root/.ssh/known_hosts: hosts that were connected to",
        "temporary /root/.ssh/id_rsa: empty private key file",
        "temporary /tmp: a, build",
        "core-dump /core.1234: memory of a crashed program",
        "core-dump /var/lib/systemd/coredump: memory of crashed programs, 1 file",
        "swap-file /data/swap: swap file",
        "swap-file /swap.img: swap file",
        "backup /root/.ssh/authorized_keys.bak: copy of an SSH file",
      ],
    ],
    [
      "users and keys of the build, earlier passwords, state of cloud-init",
      {
        "/etc/passwd": "vagrant:x:1000:1000::/home/vagrant:/bin/bash\n",
        "/home/vagrant/.ssh/authorized_keys":
          "ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4 x\n",
        "/root/.ssh/authorized_keys": "ssh-rsa AAAA packer_64f0c1\n",
        "/etc/shadow-": "root:$6$a$bcd:1::::::\nme:!:1::::::\n",
        "/var/lib/cloud/instances/i-1/user-data.txt": "#cloud-config\n",
        "/var/lib/cloud/instance": { link: "instances/i-1" },
      },
      [
        "build-user /etc/passwd: user vagrant",
        "build-user /home/vagrant/.ssh/authorized_keys: Vagrant's key, which everybody has",
        "build-user /root/.ssh/authorized_keys: temporary key of Packer",
        "cloud-init-state /var/lib/cloud/instances/i-1: state of an earlier machine, with user data",
        "backup /etc/shadow-: earlier password of 1 account",
      ],
    ],
  ])("finds %s", async (_name, files, expected) => {
    expect(await find({ ...clean, ...files })).toEqual(expected);
  });

  it("adds up sizes, and never tells a content", async () => {
    const notes: string[] = [];
    const secret = `ghp_${"Z".repeat(36)}`;
    const found = await readLeftovers(
      createMemoryTree({
        "/root/.bash_history": `TOKEN=${secret}\n`,
        "/tmp/a": "x".repeat(10),
        "/tmp/b/c/d": "x".repeat(7),
      }),
      notes,
    );
    expect(found.find(({ kind }) => kind === "temporary")?.sizeBytes).toBe(17);
    expect(JSON.stringify([found, notes])).not.toContain(secret);
  });
});

describe("leftovers of an image that was made to hurt", () => {
  /** Folders whose own size says that they are large; counts what is asked for. */
  function hugeTree(huge: readonly string[], files: MemoryFiles): { tree: FileTree; asked: () => number } {
    const memory = createMemoryFilesystem(files);
    let asked = 0;
    const tree = createFileTree([
      {
        path: "/",
        filesystem: {
          ...memory,
          lookup: (folder, name) => {
            asked++;
            return memory.lookup(folder as never, name);
          },
          list: (folder) => {
            asked++;
            return memory.list(folder as never);
          },
          read: (file, at, length) => memory.read(file as never, at, length),
          readLink: (link) => memory.readLink(link as never),
        },
      },
    ]);
    return {
      asked: () => asked,
      tree: {
        ...tree,
        stat: async (path) => {
          const found = await tree.stat(path);
          return found !== null && huge.includes(path) ? { ...found, sizeBytes: 60_000_000 } : found;
        },
      },
    };
  }
  const expectQuick = async (files: MemoryFiles, huge: readonly string[] = []) => {
    const notes: string[] = [];
    const { tree, asked } = hugeTree(huge, files);
    const started = performance.now();
    const found = await readLeftovers(tree, notes);
    expect(performance.now() - started).toBeLessThan(10_000); // a busy computer; what is asked for is the true bound
    expect(asked()).toBeLessThan(150_000);
    return { found, notes };
  };

  it("does not list a folder of a million files", async () => {
    const { found } = await expectQuick({ "/tmp/a": "x" }, ["/tmp"]);
    expect(found).toEqual([
      { kind: "temporary", path: "/tmp", detail: "tens of thousands of files, not counted", sizeBytes: 0 },
    ]);
  });

  it("looks into a hundred homes of ten thousand, and says so in no more than a few thousand steps", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`/home/u${index}/.bash_history`, "ls\n"]),
    );
    const { found, notes } = await expectQuick(files);
    expect(found.length).toBe(40);
    expect(notes).toEqual(["59 more leftovers of the kind shell-history are not listed."]);
  });

  it("goes no deeper and no further than its limits", async () => {
    const deep = `/var/cache/dnf${"/d".repeat(500)}/f`;
    const wide = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`/var/log/a/${index % 1000}/${index}`, "x".repeat(60)]),
    );
    const { notes } = await expectQuick({ ...wide, [deep]: "x" });
    expect(notes).toEqual(["Logs: there are so many files that not all were looked at."]);
  });

  it.each([
    ["line breaks", "\n".repeat(500_000)],
    ["one line", "A".repeat(500_000)],
    ["blanks", " ".repeat(500_000)],
    ["half a URL", "://a:".repeat(100_000)],
    ["half an assignment", ";A_".repeat(160_000)],
    ["half a key", "-----BEGIN ".repeat(45_000)],
    ["half a password", "password ".repeat(55_000)],
  ])("does not stumble over %s", async (_name, text) => {
    const names = [".bash_history", ".netrc", ".git-credentials", ".pgpass", ".pypirc", ".s3cfg", ".my.cnf"];
    const files = Object.fromEntries(names.map((name) => [`/root/${name}`, text]));
    const hostile = { ...files, "/root/anaconda-ks.cfg": text, "/etc/wireguard/a.conf": text };
    await expectQuick({ ...hostile, "/root/.ssh/id_rsa": text, "/etc/ipsec.secrets": text });
  });

  it("survives a part that cannot be read, and says so", async () => {
    const tree = createMemoryTree({ "/root/.bash_history": "ls\n", "/var/log/syslog": "x".repeat(100) });
    const notes: string[] = [];
    const found: LeftoverFacts[] = await readLeftovers(
      {
        ...tree,
        readDirectory: (path) =>
          path === "/var/log" ? Promise.reject(new RangeError("damaged")) : tree.readDirectory(path),
      },
      notes,
    );
    expect(found.map(({ kind }) => kind)).toEqual(["shell-history"]);
    expect(notes).toEqual(["Logs could not be read: its structures are damaged."]);
  });
});
