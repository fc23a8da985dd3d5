import type { ImageFacts } from "#contract/facts.ts";
import { advice, hasSystem, pass, unknown, type Case, type Outcome, type Rule } from "#core/check/rule.ts";

type Kernel = ImageFacts["kernels"][number];
type Answer = "yes" | "no" | "unknown";

/** Usable before the root filesystem is there: built in, or loaded from the initramfs. */
function isEarly(kernel: Kernel, driver: string): Answer {
  const facts = kernel.drivers[driver];
  if (facts === undefined) return "unknown";
  if (facts.builtIn || facts.inInitramfs === true) return "yes";
  if (!facts.module) return "no";
  return kernel.initramfsPath !== null && facts.inInitramfs === null ? "unknown" : "no";
}

const isThere = (kernel: Kernel, driver: string): Answer => {
  const facts = kernel.drivers[driver];
  if (facts === undefined) return "unknown";
  return facts.builtIn || facts.module || facts.inInitramfs === true ? "yes" : "no";
};

const best = (answers: readonly Answer[]): Answer =>
  answers.includes("yes") ? "yes" : answers.includes("unknown") ? "unknown" : "no";

/** The kernel that boots by default is the first one. */
function withKernel({ facts }: Case, judge: (kernel: Kernel) => Outcome): Outcome {
  const kernel = facts.kernels[0];
  if (kernel === undefined) {
    const isBsd = facts.os?.family === "bsd";
    const why = isBsd ? "Only kernels of Linux are looked into." : "Without one, its drivers are not known.";
    return unknown(isBsd ? "The kernel was not looked at" : "No kernel was found in /boot", why, "/boot");
  }
  return judge(kernel);
}

const unknownBecause = (kernel: Kernel, what: string): Outcome =>
  unknown(
    `Whether ${what} is there could not be told`,
    kernel.initramfsUnreadable ?? "The kernel's list of modules is missing.",
    kernel.initramfsPath ?? kernel.imagePath ?? "",
  );

const diskFix = advice(
  "Put the drivers into the initramfs: list them in /etc/initramfs-tools/modules and run `update-initramfs -u`, or use `dracut --add-drivers`.",
  "rebuild-initramfs",
);

export const driverRules: readonly Rule[] = [
  {
    id: "drivers.disk",
    title: "The kernel can see the provider's virtual disk when it boots",
    applies: hasSystem,
    source: (profile) => profile.drivers.source,
    consequence: "The boot stops while it waits for the root filesystem.",
    fix: diskFix,
    evaluate: (subject) =>
      withKernel(subject, (kernel) => {
        const { disk } = subject.profile.drivers.value;
        const transport = isEarly(kernel, "virtio_pci");
        const driver = best(disk.map((name) => isEarly(kernel, name)));
        const where = kernel.initramfsPath ?? kernel.imagePath ?? "";
        const wanted = disk.join(" or ");
        if (transport === "no" || driver === "no") {
          const missing = [
            ...(transport === "no" ? ["virtio_pci"] : []),
            ...(driver === "no" ? [wanted] : []),
          ];
          return {
            level: "error",
            title: `Kernel ${kernel.version} boots without ${missing.join(" and ")}`,
            where,
          };
        }
        if (transport === "unknown" || driver === "unknown") return unknownBecause(kernel, wanted);
        const found = disk.filter((name) => isEarly(kernel, name) === "yes");
        return pass(
          `Kernel ${kernel.version} has ${["virtio_pci", ...found].join(", ")} when it boots`,
          where,
        );
      }),
  },
  {
    id: "drivers.network",
    title: "The kernel can use the provider's network card",
    applies: hasSystem,
    source: (profile) => profile.drivers.source,
    consequence: "The machine has no network.",
    fix: advice("Install a kernel that has the virtio_net driver."),
    evaluate: (subject) =>
      withKernel(subject, (kernel) => {
        const { network } = subject.profile.drivers.value;
        const wanted = network.join(" or ");
        const answer = best(network.map((name) => isThere(kernel, name)));
        if (answer === "unknown") return unknownBecause(kernel, wanted);
        if (answer === "yes") return pass(`Kernel ${kernel.version} has ${wanted}`);
        return {
          level: "error",
          title: `Kernel ${kernel.version} has no ${wanted}`,
          where: kernel.imagePath ?? "",
        };
      }),
  },
];
