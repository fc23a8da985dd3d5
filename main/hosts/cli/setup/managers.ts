import type { ManagerName } from "./packages.ts";

export interface Manager {
  readonly name: ManagerName;
  /** Present when this program is. */
  readonly program: string;
  readonly platforms: readonly NodeJS.Platform[];
  readonly needsRoot: boolean;
  /** Command lines that install these packages without asking again, in order. */
  commands(packages: readonly string[]): readonly (readonly string[])[];
}

const words = (text: string): string[] => text.split(" ");

/** Asked in this order; the first that is there is used. */
export const managers: readonly Manager[] = [
  {
    name: "apt",
    program: "apt-get",
    platforms: ["linux"],
    needsRoot: true,
    // Lists may be missing or old (containers have none); a lock held by unattended upgrades is waited for.
    commands: (packages) => [
      ["apt-get", "-q", "update"],
      [
        ...words("env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300"),
        ...words("install --no-install-recommends"),
        ...packages,
      ],
    ],
  },
  {
    name: "dnf",
    program: "dnf",
    platforms: ["linux"],
    needsRoot: true,
    commands: (packages) => [["dnf", "install", "-y", ...packages]],
  },
  {
    name: "pacman",
    program: "pacman",
    platforms: ["linux"],
    needsRoot: true,
    commands: (packages) => [["pacman", "-S", "--needed", "--noconfirm", ...packages]],
  },
  {
    name: "zypper",
    program: "zypper",
    platforms: ["linux"],
    needsRoot: true,
    commands: (packages) => [["zypper", "--non-interactive", "install", ...packages]],
  },
  {
    name: "brew",
    program: "brew",
    platforms: ["darwin", "linux"],
    needsRoot: false,
    commands: (packages) => [["brew", "install", ...packages]],
  },
  {
    name: "winget",
    program: "winget",
    platforms: ["win32"],
    needsRoot: false,
    commands: (packages) =>
      packages.map((id) => [
        ...words("winget install --exact --id"),
        id,
        ...words("--accept-source-agreements --accept-package-agreements"),
      ]),
  },
  {
    name: "choco",
    program: "choco",
    platforms: ["win32"],
    needsRoot: false,
    commands: (packages) => [["choco", "install", "-y", ...packages]],
  },
];
