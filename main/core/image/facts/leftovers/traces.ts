import type { LeftoverFacts } from "#contract/facts-identity.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readPasswd, readTable } from "#core/image/facts/accounts/account-files.ts";
import { passwordState } from "#core/image/facts/accounts/read-accounts.ts";
import { keyHeadBytes, privateKeyForm } from "./private-key-form.ts";
import type { Survey } from "./survey.ts";

const maxEntries = 200;
const files = (count: number): string => `${count} file${count === 1 ? "" : "s"}`;

/** Mail that was delivered: mbox files of users, and mail in homes. */
export async function findMail(survey: Survey, homes: readonly string[]): Promise<LeftoverFacts[]> {
  const spool = (await survey.list("/var/mail")).slice(0, maxEntries).map(({ name }) => `/var/mail/${name}`);
  const old = (await survey.list("/var/spool/mail")).slice(0, maxEntries);
  const others = old.map(({ name }) => `/var/spool/mail/${name}`); // on most systems a link to the other, or it to this
  const known = new Set(spool.map((path) => path.slice("/var/mail/".length)));
  const paths = [
    ...spool,
    ...others.filter((path) => !known.has(path.slice("/var/spool/mail/".length))),
    ...homes.flatMap((home) => [`${home}/mbox`, `${home}/dead.letter`]),
  ];
  const sizes = await Promise.all(paths.map((path) => survey.sizeOf(path)));
  return paths.flatMap((path, index): LeftoverFacts[] => {
    const sizeBytes = sizes[index] ?? 0;
    return sizeBytes === 0 ? [] : [{ kind: "mail", path, detail: "mail of a user", sizeBytes }];
  });
}

const sshOwnFiles = /^(?:authorized_keys2?|environment|rc)$|\.pub$/;

/** What else lies in `.ssh`: known hosts, settings, and files that are none of OpenSSH's. */
export async function findSshTraces(survey: Survey, homes: readonly string[]): Promise<LeftoverFacts[]> {
  const clearedBytes = 50; // as img-check of DigitalOcean's Marketplace counts
  const found = [...homes.map((home) => `${home}/.ssh`), "/etc/ssh"].map(async (folder) => {
    const isHome = folder !== "/etc/ssh";
    const entries = (await survey.list(folder)).slice(0, maxEntries);
    const there = entries.map(async ({ name, kind }): Promise<LeftoverFacts[]> => {
      if (kind !== "file" || sshOwnFiles.test(name)) return [];
      const path = `${folder}/${name}`;
      const isKnownHosts = /^(?:ssh_)?known_hosts/.test(name);
      if (!isKnownHosts && !isHome) return [];
      const sizeBytes = await survey.sizeOf(path);
      if (isKnownHosts)
        return sizeBytes <= clearedBytes
          ? []
          : [{ kind: "known-hosts", path, detail: "hosts that were connected to", sizeBytes }];
      if (name === "config" && sizeBytes > 0)
        return [{ kind: "known-hosts", path, detail: "settings that name hosts", sizeBytes }];
      if (name.startsWith("id_") && sizeBytes === 0)
        return [{ kind: "temporary", path, detail: "empty private key file", sizeBytes }];
      const isCopy = /^(?:authorized_keys|id_).*(?:~|\.(?:bak|old|orig|save))$/.test(name);
      if (isCopy) return [{ kind: "backup", path, detail: "copy of an SSH file", sizeBytes }];
      const head = await survey.head(path, keyHeadBytes);
      const isKey = head !== null && privateKeyForm(head) !== null; // private-keys.ts has it
      return isKey ? [] : [{ kind: "temporary", path, detail: "file in an .ssh folder", sizeBytes }];
    });
    return (await Promise.all(there)).flat();
  });
  return (await Promise.all(found)).flat();
}

/** Folders that systemd and X make anew at every boot. */
const isUsual = (name: string): boolean =>
  /^(?:systemd-private-|snap-private-tmp|\.(?:X11|ICE|XIM|font|Test)-unix$|cloud-init$)/.test(name) ||
  name === "lost+found";

export async function findTemporary(survey: Survey): Promise<LeftoverFacts[]> {
  const found = ["/tmp", "/var/tmp"].map(async (path): Promise<LeftoverFacts[]> => {
    if (await survey.isHuge(path))
      return [{ kind: "temporary", path, detail: "tens of thousands of files, not counted", sizeBytes: 0 }];
    const entries = (await survey.list(path)).filter(({ name }) => !isUsual(name));
    if (entries.length === 0) return [];
    const parts = await Promise.all(
      entries.slice(0, maxEntries).map(async ({ name, kind }) => {
        const below = `${path}/${name}`;
        return kind === "directory" ? (await survey.sum(below)).sizeBytes : survey.sizeOf(below);
      }),
    );
    const names = entries
      .slice(0, 3)
      .map(({ name }) => name)
      .join(", ");
    const more = entries.length > 3 ? ` and ${entries.length - 3} more` : "";
    return [
      {
        kind: "temporary",
        path,
        detail: `${names}${more}`,
        sizeBytes: parts.reduce((sum, size) => sum + size, 0),
      },
    ];
  });
  return (await Promise.all(found)).flat();
}

/** Folders and names of what crashed programs leave: systemd-coredump(8), apport, kdump, abrt. */
const crashFolders: readonly (readonly [path: string, counts: RegExp])[] = [
  ["/var/lib/systemd/coredump", /^core\./],
  ["/var/crash", /^(?!\.lock$|kdump_lock$|kexec_cmd$)/],
  ["/var/spool/abrt", /./],
  ["/var/lib/apport/coredump", /^core/],
  ["/var/lib/systemd/pstore", /./],
];

export async function findCrashes(survey: Survey): Promise<LeftoverFacts[]> {
  const sums = await Promise.all(
    crashFolders.map(([path, counts]) => survey.sum(path, (name) => counts.test(name))),
  );
  const inFolders = crashFolders.flatMap(([path], index): LeftoverFacts[] => {
    const { files: count, sizeBytes } = sums[index] ?? { files: 0, sizeBytes: 0 };
    if (count === 0) return [];
    return [{ kind: "core-dump", path, detail: `memory of crashed programs, ${files(count)}`, sizeBytes }];
  });
  const names = (await survey.list("/")).filter(({ name }) => /^core(?:\.\d+)?$/.test(name));
  const atRoot = await Promise.all(names.map(({ name }) => survey.sizeOf(`/${name}`)));
  return [
    ...inFolders,
    ...names.flatMap(({ name }, index): LeftoverFacts[] => {
      const sizeBytes = atRoot[index] ?? 0;
      if (sizeBytes === 0) return [];
      return [{ kind: "core-dump", path: `/${name}`, detail: "memory of a crashed program", sizeBytes }];
    }),
  ];
}

const swapPaths = ["/swapfile", "/swap.img", "/swap", "/swap/swapfile", "/var/swap", "/var/swapfile"];

/** Files that the system swaps to: at the usual places and where fstab(5) names one. */
export async function findSwapFiles(survey: Survey): Promise<LeftoverFacts[]> {
  const fstab = (await survey.head("/etc/fstab", 64 * 1024))?.toString("utf8") ?? "";
  const named = fstab
    .split("\n", 500)
    .map((line) => line.trim().split(/\s+/))
    .filter(([spec = "", , type]) => spec.startsWith("/") && !spec.startsWith("/dev/") && type === "swap")
    .map(([spec = ""]) => spec);
  const paths = [...new Set([...swapPaths, ...named])];
  const sizes = await Promise.all(paths.map((path) => survey.sizeOf(path)));
  return paths.flatMap((path, index): LeftoverFacts[] => {
    const sizeBytes = sizes[index] ?? 0;
    return sizeBytes === 0 ? [] : [{ kind: "swap-file", path, detail: "swap file", sizeBytes }];
  });
}

/** Copies of shadow(5) that passwd(1) and cron keep. One without a hash tells nothing and is left out. */
const shadowCopies = [
  "/etc/shadow-",
  "/etc/shadow~",
  "/etc/shadow.bak",
  "/etc/shadow.old",
  "/etc/shadow.orig",
  "/etc/master.passwd-",
  "/var/backups/shadow.bak",
  "/var/backups/master.passwd.bak",
];

export async function findPasswordCopies(tree: FileTree, survey: Survey): Promise<LeftoverFacts[]> {
  const found = shadowCopies.map(async (path): Promise<LeftoverFacts[]> => {
    const sizeBytes = await survey.sizeOf(path);
    if (sizeBytes === 0) return [];
    const rows = (await readTable(tree, path)) ?? [];
    const count = rows.filter(([, field]) => passwordState(field ?? "") === "set").length;
    if (count === 0) return [];
    const detail = `earlier password of ${count} account${count === 1 ? "" : "s"}`;
    return [{ kind: "backup", path, detail, sizeBytes }];
  });
  return (await Promise.all(found)).flat();
}

const buildUsers = new Set(["vagrant", "packer", "veewee", "imagebuilder", "image-builder"]);
/** Packer's temporary keys and Vagrant's well-known pair name themselves; the pair's RSA half starts like this. */
const buildKey =
  /\bvagrant insecure\b|\bpacker[ _-]|AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr/i;

/** Users and keys that tools make to build an image and that everybody knows or nobody needs. */
export async function findBuildUsers(
  tree: FileTree,
  survey: Survey,
  homes: readonly string[],
): Promise<LeftoverFacts[]> {
  const users = ((await readPasswd(tree)) ?? []).filter(({ user }) => buildUsers.has(user));
  const keyFiles = homes.map(async (home): Promise<LeftoverFacts[]> => {
    const path = `${home}/.ssh/authorized_keys`;
    const text = (await survey.head(path, 64 * 1024))?.toString("latin1") ?? "";
    const line = text.split("\n").find((each) => buildKey.test(each) && !each.trimStart().startsWith("#"));
    if (line === undefined) return [];
    const detail = /packer/i.test(line) ? "temporary key of Packer" : "Vagrant's key, which everybody has";
    return [{ kind: "build-user", path, detail, sizeBytes: text.length }];
  });
  return [
    ...users.map(({ user }): LeftoverFacts => {
      return { kind: "build-user", path: "/etc/passwd", detail: `user ${user}`, sizeBytes: 0 };
    }),
    ...(await Promise.all(keyFiles)).flat(),
  ];
}

/** What cloud-init keeps of a machine that was made before: its user data may hold passwords. */
export async function findCloudInitState(survey: Survey): Promise<LeftoverFacts[]> {
  const root = "/var/lib/cloud/instances";
  const instances = (await survey.list(root)).slice(0, maxEntries).filter(({ kind }) => kind === "directory");
  const found = instances.map(async ({ name }): Promise<LeftoverFacts> => {
    const path = `${root}/${name}`;
    const [userData, { sizeBytes }] = await Promise.all([
      survey.sizeOf(`${path}/user-data.txt`),
      survey.sum(path),
    ]);
    const detail =
      userData > 0 ? "state of an earlier machine, with user data" : "state of an earlier machine";
    return { kind: "cloud-init-state", path, detail, sizeBytes };
  });
  return Promise.all(found);
}
