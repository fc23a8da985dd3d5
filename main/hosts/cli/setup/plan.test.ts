import { describe, expect, it } from "vitest";
import type { Processes } from "#ports/processes.ts";
import { managerNames, needs } from "./packages.ts";
import { findMissing, planSetup, type SetupWorld } from "./plan.ts";

const world = (programs: readonly string[], change: Partial<SetupWorld> = {}): SetupWorld => ({
  processes: {
    find: async (name: string) => (programs.includes(name) ? `/usr/bin/${name}` : null),
    run: async () => ({ stdout: "" }),
  } as unknown as Processes,
  platform: "linux",
  userId: 0,
  hasTerminal: true,
  ...change,
});
const machines = needs.filter(({ group }) => group === "machines");
const lines = (plan: { commands: readonly (readonly string[])[] }) =>
  plan.commands.map((argv) => argv.join(" "));

describe("the plan of a set-up", () => {
  it("finds what is missing; one of several programs is enough", async () => {
    const missing = await findMissing(world(["google-chrome", "sshd"]), needs);
    const names = missing.map(({ programs }) => programs[0]);
    expect(names).toContain("qemu-img");
    expect(names).not.toContain("chromium");
    expect(names).not.toContain("sshd");
  });

  it.each([
    ["apt-get", "apt-get", "install --no-install-recommends qemu-system-x86 qemu-utils ovmf"],
    ["dnf", "dnf", "dnf install -y qemu-system-x86 qemu-img edk2-ovmf"],
    ["pacman", "pacman", "pacman -S --needed --noconfirm qemu-system-x86 qemu-img edk2-ovmf"],
    ["zypper", "zypper", "zypper --non-interactive install qemu-x86 qemu-img qemu-tools qemu-ovmf-x86_64"],
  ])("speaks %s", async (program, _, expected) => {
    const plan = await planSetup(world([program]), machines);
    expect(lines(plan).at(-1)).toContain(expected);
    expect(plan.blocked).toBeNull();
  });

  it("names one package once, and every manager has QEMU", async () => {
    const brew = await planSetup(world(["brew"], { platform: "darwin", userId: 501 }), machines);
    expect(lines(brew)).toEqual(["brew install qemu"]);
    const winget = await planSetup(world(["winget"], { platform: "win32", userId: null }), machines);
    expect(lines(winget)).toHaveLength(1);
    for (const manager of managerNames) {
      for (const need of machines)
        expect(need.packages[manager], `${need.programs[0]} by ${manager}`).toBeDefined();
    }
  });

  it("uses sudo, without waiting for a password where nobody can type one", async () => {
    const user = world(["dnf", "sudo"], { userId: 1000 });
    expect(lines(await planSetup(user, machines))[0]).toMatch(/^sudo dnf/);
    expect(lines(await planSetup({ ...user, hasTerminal: false }, machines))[0]).toMatch(/^sudo -n dnf/);
  });

  it("is blocked without root and sudo, and still says the commands", async () => {
    const plan = await planSetup(world(["dnf"], { userId: 1000 }), machines);
    expect(plan.blocked).toContain("root");
    expect(lines(plan)[0]).toContain("dnf install");
  });

  it("says when there is no package manager, or no package", async () => {
    expect((await planSetup(world([]), machines)).blocked).toContain("No package manager");
    const radosgw = needs.filter(({ programs }) => programs[0] === "radosgw");
    const plan = await planSetup(world(["brew"], { platform: "darwin", userId: 501 }), radosgw);
    expect(plan).toMatchObject({ packages: [], commands: [], notPackaged: radosgw });
  });
});
