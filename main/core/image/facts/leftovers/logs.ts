import type { LeftoverFacts } from "#contract/facts-identity.ts";
import type { Survey } from "./survey.ts";

/** img-check of DigitalOcean's Marketplace takes a log of up to 50 bytes as cleared. */
const clearedBytes = 50;
const maxLogs = 100;
const root = "/var/log";

/** Folders below /var/log that tell of the installation, not of the machine. */
const installerFolders = new Set(["installer", "anaconda", "curtin", "YaST2", "archinstall"]);
const lastlogHeadBytes = 512 * 1024;

/** Logs with content; a folder of logs is one entry. */
export async function findLogs(survey: Survey): Promise<LeftoverFacts[]> {
  const entries = (await survey.list(root)).slice(0, maxLogs);
  const found = entries.map(async ({ name, kind }): Promise<LeftoverFacts[]> => {
    const path = `${root}/${name}`;
    if (kind === "directory") return inFolder(survey, name, path);
    if (kind !== "file") return [];
    const sizeBytes = await survey.sizeOf(path);
    if (sizeBytes <= clearedBytes || (name === "lastlog" && !(await hasLogins(survey, path)))) return [];
    return [{ kind: "log", path, detail: describe(name), sizeBytes }];
  });
  return (await Promise.all(found)).flat();
}

function describe(name: string): string {
  if (/^(?:wtmp|btmp|utmp|lastlog)/.test(name)) return "record of logins";
  if (name.startsWith("cloud-init")) return "log of cloud-init";
  return /-\d{8}(?:\.|$)|\.\d+(?:\.|$)|\.gz$/.test(name) ? "archived log" : "log";
}

/** lastlog is as long as the highest user id and full of zeros until somebody logs in. */
async function hasLogins(survey: Survey, path: string): Promise<boolean> {
  const head = await survey.head(path, lastlogHeadBytes);
  return head?.some((byte) => byte !== 0) ?? false;
}

async function inFolder(survey: Survey, name: string, path: string): Promise<LeftoverFacts[]> {
  const { files, sizeBytes } = await survey.sum(path);
  const isInstaller = installerFolders.has(name);
  if (sizeBytes <= (isInstaller ? 0 : clearedBytes)) return [];
  const count = `${files} file${files === 1 ? "" : "s"}`;
  if (isInstaller)
    return [{ kind: "installer-log", path, detail: `log of the installation, ${count}`, sizeBytes }];
  const detail = name === "journal" ? `systemd's journal, ${count}` : `logs, ${count}`;
  return [{ kind: "log", path, detail, sizeBytes }];
}

/** What installers leave in /root and elsewhere. Kickstart and autoinstall files hold the password's hash. */
const installerFiles = [
  "/root/anaconda-ks.cfg",
  "/root/original-ks.cfg",
  "/root/initial-setup-ks.cfg",
  "/root/install.log",
  "/root/install.log.syslog",
  "/root/ks-post.log",
  "/root/autoinst.xml",
  "/var/adm/autoinstall/cache/installedSystem.xml",
  "/autoinstall.yaml",
  "/preseed.cfg",
  "/etc/cloud/ds-identify.cfg.curtin-old",
];
const password =
  /^[ \t]*(?:rootpw|user)\b.*(?:--iscrypted|--password|\s\S)|passw(?:or)?d["']?\s*[:>]\s*\S|root-password/m;

export async function findInstallerLogs(survey: Survey): Promise<LeftoverFacts[]> {
  const found = installerFiles.map(async (path): Promise<LeftoverFacts[]> => {
    const sizeBytes = await survey.sizeOf(path);
    if (sizeBytes === 0) return [];
    const text = (await survey.head(path, 64 * 1024))?.toString("latin1") ?? "";
    const detail = password.test(text)
      ? "file of the installation, with a password"
      : "file of the installation";
    return [{ kind: "installer-log", path, detail, sizeBytes }];
  });
  return (await Promise.all(found)).flat();
}
