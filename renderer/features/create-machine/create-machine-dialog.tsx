import { useState } from "react";
import { TextField } from "#renderer/components/field.tsx";
import { Segmented } from "#renderer/components/segmented.tsx";
import { FileWell } from "#renderer/features/files/file-well.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { useDoctorReport } from "#renderer/mirror/use-mirror.ts";
import { closeDialog, go } from "#renderer/view-state/view-state.ts";
import {
  diskPresetsBytes,
  judgeDraft,
  memoryPresetsBytes,
  newDraft,
  withIso,
  type MachineDraft,
} from "./machine-draft.ts";
import { judgeInstall, newInstall, type InstallDraft } from "./install-draft.ts";
import { InstallSection } from "./install-section.tsx";
import { SizeField } from "./size-field.tsx";
import { useIsoLook } from "./use-iso-look.ts";

const firmwareHints: Record<MachineDraft["firmware"], string> = {
  bios: "Contabo and Fybe start images with BIOS only; Oracle OCI takes BIOS as well.",
  uefi: "Oracle OCI takes it. At Contabo and Fybe an image that boots by UEFI alone does not start.",
};

export function CreateMachineDialog({ isoPath }: { isoPath: string | null }) {
  const [draft, setDraft] = useState(() => newDraft(isoPath));
  const [touched, setTouched] = useState(false);
  const create = useCall("machines.create", "inline");
  const start = useCall("machines.start");
  const firmware = useDoctorReport()?.firmware;
  const change = (part: Partial<MachineDraft>) => setDraft((before) => ({ ...before, ...part }));
  const { input, problems } = judgeDraft(draft);
  const { look, error: lookError } = useIsoLook(draft.isoPath.trim());
  const [typedInstall, setInstall] = useState<{ path: string; install: InstallDraft } | null>(null);
  // What was chosen for another ISO is void.
  const install = typedInstall?.path === look?.path ? typedInstall?.install : undefined;
  // An empty name is no mistake before anything was tried.
  const nameProblem = draft.name === "" && !touched ? null : (problems.name ?? null);
  const uefiMissing = firmware !== undefined && firmware.uefiCode === null;

  const submit = async () => {
    setTouched(true);
    if (input === null) return;
    const made = await create.run({ ...input, install: judgeInstall(install ?? newInstall(look), look) });
    if (made === null) return;
    closeDialog();
    go({ screen: "machine", id: made.machineId, tab: "console" });
    await start.run(made);
  };

  return (
    <FormDialog
      title="New machine"
      size="medium"
      onClose={closeDialog}
      confirm="Create and start"
      busy={create.pending || start.pending}
      error={create.error}
      onSubmit={submit}
    >
      <FileWell
        label="Installer ISO"
        icon="disc"
        what="an installer ISO"
        path={draft.isoPath}
        problem={lookError?.message ?? null}
        onPath={(path) => setDraft((before) => withIso(before, path))}
      />
      {look !== null && (
        <InstallSection
          look={look}
          draft={install ?? newInstall(look)}
          onDraft={(changed) => setInstall({ path: look.path, install: changed })}
        />
      )}
      <TextField
        label="Name"
        value={draft.name}
        problem={nameProblem}
        onValue={(name) => change({ name, nameTyped: name !== "" })}
      />
      <div className="field-row">
        <TextField
          label="Cores"
          inputMode="numeric"
          value={draft.cores}
          problem={problems.cores ?? null}
          onValue={(cores) => change({ cores })}
        />
        <SizeField
          label="Memory"
          text={draft.memory}
          presetsBytes={memoryPresetsBytes}
          problem={problems.memory ?? null}
          onText={(memory) => change({ memory })}
        />
        <SizeField
          label="Disk"
          text={draft.disk}
          presetsBytes={diskPresetsBytes}
          problem={problems.disk ?? null}
          onText={(disk) => change({ disk })}
        />
      </div>
      <div className="field-row">
        <Segmented
          label="Firmware"
          value={draft.firmware}
          hint={
            uefiMissing
              ? "UEFI firmware is not installed; the doctor tells how."
              : firmwareHints[draft.firmware]
          }
          options={[
            { value: "bios", label: "BIOS" },
            { value: "uefi", label: "UEFI", disabled: uefiMissing },
          ]}
          onValue={(chosen) => change({ firmware: chosen })}
        />
        <Segmented
          label="Disk bus"
          value={draft.diskBus}
          hint="VirtIO SCSI is what Contabo and Fybe attach disks with."
          options={[
            { value: "virtio-scsi", label: "VirtIO SCSI" },
            { value: "virtio-blk", label: "VirtIO block" },
          ]}
          onValue={(diskBus) => change({ diskBus })}
        />
      </div>
    </FormDialog>
  );
}
