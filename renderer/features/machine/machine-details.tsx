import type { MachineView } from "#contract/machine.ts";
import { Button } from "#renderer/components/button.tsx";
import { copyText } from "#renderer/components/copy-text.ts";
import { Copyable } from "#renderer/components/copyable.tsx";
import { Notes } from "#renderer/features/library/notes.tsx";
import { FactsList } from "#renderer/components/facts-list.tsx";
import { acceleratorNames } from "#renderer/features/doctor/accelerator-words.ts";
import { formatBytes, formatWholeBytes } from "#renderer/lib/format-bytes.ts";
import { formatMoment } from "#renderer/lib/format-time.ts";
import { shellCommand, shellLines } from "./shell-command.ts";

export function MachineDetails({ machine }: { machine: MachineView }) {
  const { hardware, argv } = machine;
  return (
    <div className="screen-body machine-details">
      <Notes notes={machine.notes} tags={machine.tags} />
      <FactsList
        title="Hardware"
        facts={[
          { name: "Cores", value: hardware.cores },
          { name: "Memory", value: formatWholeBytes(hardware.memoryBytes) },
          { name: "Firmware", value: hardware.firmware.toUpperCase() },
          { name: "Disk bus", value: hardware.diskBus },
          {
            name: "Disk",
            value: `${formatWholeBytes(hardware.diskSizeBytes)}, ${formatBytes(machine.diskUsedBytes)} occupied`,
          },
          {
            name: "Accelerator",
            value:
              machine.accelerator === null
                ? "chosen at the first start"
                : acceleratorNames[machine.accelerator],
          },
        ]}
      />
      <FactsList
        title="Files"
        facts={[
          { name: "Disk file", value: <Copyable text={machine.diskPath} what="the disk's path" /> },
          {
            name: "In the drive",
            value:
              machine.isoPath === null ? (
                "nothing"
              ) : (
                <Copyable text={machine.isoPath} what="the ISO's path" />
              ),
          },
          { name: "Transcript", value: formatBytes(machine.transcriptBytes) },
          { name: "Created", value: formatMoment(machine.createdAt) },
        ]}
      />
      <section className="machine-argv">
        <header>
          <h3>QEMU command line</h3>
          {argv.length > 0 && (
            <Button icon="copy" onClick={() => void copyText(shellCommand(argv), "the command line")}>
              Copy
            </Button>
          )}
        </header>
        {argv.length === 0 ? (
          <p className="soft">It is made at the first start.</p>
        ) : (
          <pre>{shellLines(argv).join(" \\\n  ")}</pre>
        )}
      </section>
    </div>
  );
}
