import type { MachineView } from "#contract/machine.ts";
import { Copyable } from "#renderer/components/copyable.tsx";
import { acceleratorNames, acceleratorReason } from "#renderer/features/doctor/accelerator-words.ts";
import { formatBytes, formatWholeBytes } from "#renderer/lib/format-bytes.ts";
import { formatClock } from "#renderer/lib/format-duration.ts";
import { formatMoment } from "#renderer/lib/format-time.ts";
import { useDoctorReport } from "#renderer/mirror/use-mirror.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { go } from "#renderer/view-state/view-state.ts";

/** The line under a machine's name. */
export function MachineMeta({ machine }: { machine: MachineView }) {
  const report = useDoctorReport();
  const { hardware, accelerator, sshPort } = machine;
  const reason = accelerator === null ? "" : acceleratorReason(accelerator, report);
  return (
    <>
      {machine.power !== "off" && machine.startedAt !== null && <Uptime startedAt={machine.startedAt} />}
      {accelerator !== null && (
        <button
          type="button"
          className="meta-link"
          title="How this accelerator was chosen"
          onClick={() => go({ screen: "doctor" })}
        >
          {acceleratorNames[accelerator]}
          {reason !== "" && <span className="meta-reason">, because {reason}</span>}
        </button>
      )}
      <span>
        {hardware.cores} {hardware.cores === 1 ? "core" : "cores"}
      </span>
      <span>{formatWholeBytes(hardware.memoryBytes)}</span>
      <span title={`${formatBytes(machine.diskUsedBytes)} occupied on this computer`}>
        {formatWholeBytes(hardware.diskSizeBytes)} disk
      </span>
      <span>{hardware.firmware.toUpperCase()}</span>
      {sshPort !== null && (
        <span className="meta-ssh">
          SSH{" "}
          <Copyable
            text={`ssh -p ${sshPort} 127.0.0.1`}
            shown={`127.0.0.1:${sshPort}`}
            what="the ssh command"
          />
        </span>
      )}
    </>
  );
}

function Uptime({ startedAt }: { startedAt: string }) {
  const nowMs = useNow(1000);
  return (
    <span title={`Since ${formatMoment(startedAt)}`}>Up {formatClock(nowMs - Date.parse(startedAt))}</span>
  );
}
