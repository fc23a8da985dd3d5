import type { DoctorReport } from "#contract/doctor.ts";
import { createDoctor } from "#core/doctor/doctor.ts";
import { StateStore } from "#core/state-store.ts";
import { defineCommand, flag } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatBytes, formatDuration } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { bold, dim, green, red, yellow } from "../terminal/style.ts";
import { wrap } from "../terminal/table.ts";

const outcomeWords: Record<DoctorReport["accelerator"]["candidates"][number]["outcome"], string> = {
  works: "works",
  absent: "not there",
  "no-permission": "there, but you may not use it",
  aborts: "broken: QEMU ends",
  hangs: "broken: the probe guest hangs",
  "wrong-result": "broken: the probe guest computes wrongly",
  "slower-than-tcg": "there, but slower than software emulation",
  "not-tried": "not tried",
};
const mark = { good: green("✓"), warning: yellow("!"), bad: red("✗"), none: dim("·") };

export const doctorCommand = defineCommand({
  words: ["doctor"],
  summary: "Find out what this computer can do for machines, and what to mend",
  details:
    "Boots a tiny guest under every accelerator, because a hypervisor that is there does not always work. " +
    "The verdict is kept until QEMU, the processor or the kernel change.",
  positionals: [],
  options: {
    fresh: { type: "boolean", help: "Boot the probe guest again instead of using the kept verdict" },
  },
  examples: [
    "goldsmith doctor",
    "goldsmith doctor --fresh",
    "goldsmith doctor --json | jq .accelerator.chosen",
  ],
  // Asks the doctor directly: it must work, and fast, also when the library cannot be opened.
  async run(context) {
    const doctor = createDoctor({ ports: await context.ports(), store: new StateStore() });
    const report = await doctor.run({ fresh: flag(context, "fresh") }, context.signal);
    if (context.json) context.printJson(report);
    else printReport(report, context.out);
    return report.ok ? exitCodes.ok : exitCodes.failure;
  },
});

function printReport(report: DoctorReport, out: Output): void {
  const fact = (sign: string, name: string, text: string): void =>
    out.line(`${sign} ${name.padEnd(12)} ${text}`);
  const { qemu, firmware, disk, accelerator } = report;
  fact(
    qemu.path === null ? mark.bad : mark.good,
    "QEMU",
    qemu.path === null ? "not installed" : `${qemu.version}  ${dim(qemu.path)}`,
  );
  for (const { name, ok, outcome, elapsedMs } of accelerator.candidates) {
    const took = ok && elapsedMs !== null ? `, the probe guest took ${formatDuration(elapsedMs)}` : "";
    const chosen = name === accelerator.chosen ? bold("  chosen") : "";
    fact(ok ? mark.good : mark.warning, name.toUpperCase(), outcomeWords[outcome] + took + chosen);
  }
  if (report.cached)
    out.line(dim(`${" ".repeat(15)}from an earlier run; goldsmith doctor --fresh boots again`));
  fact(firmware.biosBundled ? mark.good : mark.bad, "BIOS", firmware.biosBundled ? "SeaBIOS" : "missing");
  fact(
    firmware.uefiCode === null ? mark.warning : mark.good,
    "UEFI",
    firmware.uefiCode ?? "no OVMF firmware",
  );
  fact(
    mark.good,
    "Disk",
    `${formatBytes(disk.freeBytes)} free of ${formatBytes(disk.totalBytes)}  ${dim(disk.path)}`,
  );
  fact(
    report.keychain.kind === "file" ? mark.warning : mark.good,
    "Keychain",
    report.keychain.kind === "file" ? "none: secrets rest in a file" : "the system's",
  );
  printTools(report, out, "required", "Programs");
  printTools(report, out, "optional", "Optional");
  printTools(report, out, "tests", "For tests");
  printProblems(report, out);
}

function printTools(
  report: DoctorReport,
  out: Output,
  needed: DoctorReport["tools"][number]["needed"],
  title: string,
): void {
  const tools = report.tools.filter((tool) => tool.needed === needed);
  const missing = tools.filter(({ path }) => path === null);
  const sign = missing.length === 0 ? mark.good : needed === "required" ? mark.bad : mark.none;
  const names = tools.map(({ name, path }) => (path === null ? dim(`${name} (missing)`) : name));
  const [first, ...more] = wrap(names.join(", "), Math.max(out.columns, 80) - 16);
  out.line(`${sign} ${title.padEnd(12)} ${first ?? ""}`);
  for (const line of more) out.line(`${" ".repeat(15)}${line}`);
}

function printProblems(report: DoctorReport, out: Output): void {
  out.line();
  if (report.problems.length === 0) return out.line(green("Everything is in order."));
  const cells = Math.max(out.columns, 80);
  for (const { level, title, fix } of report.problems) {
    const sign = level === "error" ? red("error  ") : yellow("warning");
    const [first, ...more] = wrap(title, cells - 9);
    out.line(`${sign}  ${first ?? ""}`);
    for (const line of [...more, ...wrap(fix, cells - 9).map(dim)]) out.line(`${" ".repeat(9)}${line}`);
  }
  out.line();
  out.line(report.ok ? green("Machines can run.") : red("Mend the errors from top to bottom."));
}
