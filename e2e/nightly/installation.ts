import { join } from "node:path";
import { aptMirror, openDebianArchive } from "./debian-archive.ts";
import { writeInstallerIso } from "./installer-iso.ts";
import { startMirror, type Mirror } from "./mirror.ts";
import { fetchNetboot } from "./netboot.ts";
import { makeUdebSuite } from "./udeb-suite.ts";

const cache = join(import.meta.dirname, "../../.cache/nightly");
const debian = { release: "trixie", version: "13" };

export interface Installation extends AsyncDisposable {
  readonly isoPath: string;
  readonly mirror: Mirror;
  /** Where the installer finds its udebs. */
  readonly suite: string;
}

/** A medium of Debian 13 and a mirror that has all it needs. Downloads about 400 MB the first time. */
export async function openInstallation(work: string): Promise<Installation> {
  const base = await aptMirror();
  const archive = openDebianArchive(base, join(cache, "pool"));
  const security = openDebianArchive(securityOf(base), join(cache, "pool"));
  const netboot = await fetchNetboot(archive, { ...debian, folder: join(cache, "netboot") });
  const suite = "goldsmith";
  const folder = join(cache, "udebs");
  const udebs = await makeUdebSuite({
    archive,
    release: debian.release,
    suite,
    initrd: netboot.content,
    folder,
  });
  console.log(`${udebs.made.length} udebs wrapped anew: ${udebs.made.join(" ")}`);
  const isoPath = await writeInstallerIso(netboot, work);
  const mirror = await startMirror({ debian: archive, "debian-security": security }, udebs);
  return { isoPath, mirror, suite, [Symbol.asyncDispose]: () => mirror[Symbol.asyncDispose]() };
}

/** Beside the main archive, on Debian's own hosts and on mirrors. */
const securityOf = (base: string): string => base.replace(/debian$/, "debian-security");
