import type { DoctorReport } from "#contract/doctor.ts";

type Findings = Omit<DoctorReport, "ok" | "problems">;
type Problem = DoctorReport["problems"][number];

const GiB = 1024 ** 3;
/** A Debian guest with its overlay and compacted image takes about 3 GiB. */
const littleFreeBytes = 5 * GiB;
/** compression_type=zstd, blockdev-backup and the sandbox switches that machines use are all older than this. */
const oldestQemuMajor = 6;

/** In the order in which to solve them: without QEMU nothing else matters. */
export function findProblems(report: Findings): Problem[] {
  const problems: Problem[] = [];
  const error = (title: string, fix: string): void => void problems.push({ level: "error", title, fix });
  const warning = (title: string, fix: string): void => void problems.push({ level: "warning", title, fix });

  for (const tool of report.tools.filter(({ needed, path }) => needed === "required" && path === null)) {
    error(`${tool.name} is missing: it ${tool.purpose}`, "goldsmith setup");
  }
  const { chosen, candidates } = report.accelerator;
  if (report.qemu.path !== null) {
    const major = Number.parseInt(report.qemu.version ?? "", 10);
    if (major < oldestQemuMajor) {
      error(`QEMU ${report.qemu.version} is too old`, `Install QEMU ${oldestQemuMajor} or later.`);
    }
    if (chosen === null) {
      error("No accelerator can run a guest", candidates.map(({ reason }) => reason).join(" "));
    }
    if (!report.firmware.biosBundled)
      error("QEMU's BIOS (SeaBIOS) is missing", "Install the package seabios.");
  }
  const { freeBytes, path } = report.disk;
  if (freeBytes < littleFreeBytes) {
    const title = `Only ${(freeBytes / GiB).toFixed(1)} GiB are free in ${path}`;
    (freeBytes < GiB ? error : warning)(
      title,
      "Free some space, or choose another folder by GOLDSMITH_HOME.",
    );
  }
  for (const candidate of candidates) {
    if (candidate.ok || chosen === null) continue;
    warning(candidate.reason, candidate.fix ?? "");
  }
  if (report.qemu.path !== null && report.firmware.uefiCode === null) {
    warning("No UEFI firmware (OVMF): machines can boot by BIOS only", "goldsmith setup");
  }
  if (report.keychain.kind === "file") {
    warning("There is no keychain for secrets", report.keychain.detail);
  }
  return problems;
}
