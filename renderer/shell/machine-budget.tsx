import { formatWholeBytes } from "#renderer/lib/format-bytes.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";

/** What the machines that run have taken of this computer's cores and memory; nothing while none runs. */
export function MachineBudget() {
  const { count, cores, memoryBytes, hostCores, hostMemoryBytes } = useDerived(({ machines, app }) => {
    const on = Object.values(machines).filter(({ power }) => power !== "off");
    return {
      count: on.length,
      cores: on.reduce((sum, { hardware }) => sum + hardware.cores, 0),
      memoryBytes: on.reduce((sum, { hardware }) => sum + hardware.memoryBytes, 0),
      hostCores: app["info"]?.hostCores ?? 0,
      hostMemoryBytes: app["info"]?.hostMemoryBytes ?? 0,
    };
  });
  if (count === 0) return null;
  return (
    <span
      className={
        memoryBytes > hostMemoryBytes ? "status-item status-text status-bad" : "status-item status-text"
      }
      title={`${count === 1 ? "One machine has" : `${count} machines have`} ${cores} cores and ${formatWholeBytes(memoryBytes)}; this computer has ${hostCores} and ${formatWholeBytes(hostMemoryBytes)}`}
    >
      {cores} of {hostCores} cores, {formatWholeBytes(memoryBytes)} of {formatWholeBytes(hostMemoryBytes)}
    </span>
  );
}
