import { useState } from "react";
import type { MachineView } from "#contract/machine.ts";
import { TextField } from "#renderer/components/field.tsx";
import { NotesField } from "#renderer/features/library/notes-field.tsx";
import { parseTags } from "#renderer/features/library/tags.ts";
import {
  diskPresetsBytes,
  judgeHardware,
  memoryPresetsBytes,
} from "#renderer/features/create-machine/machine-draft.ts";
import { SizeField } from "#renderer/features/create-machine/size-field.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { formatWholeBytes } from "#renderer/lib/format-bytes.ts";
import { machineControls } from "./machine-controls.ts";

/** What a machine is called and what it is made of. */
export function EditMachineDialog({ machine, onClose }: { machine: MachineView; onClose: () => void }) {
  const { hardware } = machine;
  const [name, setName] = useState(machine.name);
  const [notes, setNotes] = useState(machine.notes);
  const [tags, setTags] = useState(machine.tags.join(", "));
  const [parts, setParts] = useState({
    cores: String(hardware.cores),
    memory: formatWholeBytes(hardware.memoryBytes),
    disk: formatWholeBytes(hardware.diskSizeBytes),
  });
  const change = useCall("machines.change", "inline");
  const { changeHardware } = machineControls(machine);
  const { hardware: wanted, problems } = judgeHardware(parts, hardware);
  const shrinks = wanted !== null && wanted.diskSizeBytes < hardware.diskSizeBytes;
  const diskProblem = problems.disk ?? (shrinks ? "A disk can grow, not shrink" : null);
  const part = (key: keyof typeof parts) => (text: string) =>
    setParts((before) => ({ ...before, [key]: text }));
  const missing =
    name.trim() === "" ? "A name is needed" : wanted === null || shrinks ? "Correct what is marked" : null;

  const submit = async () => {
    if (missing !== null || wanted === null) return;
    const { cores, memoryBytes, diskSizeBytes } = wanted;
    const done = await change.run({
      machineId: machine.id,
      name: name.trim(),
      notes,
      tags: parseTags(tags),
      ...(changeHardware === null ? { hardware: { cores, memoryBytes, diskSizeBytes } } : {}),
    });
    if (done !== null) onClose();
  };

  return (
    <FormDialog
      title="Name, notes and hardware"
      onClose={onClose}
      confirm="Save"
      busy={change.pending}
      heldBack={missing}
      error={change.error}
      onSubmit={submit}
    >
      <TextField label="Name" value={name} maxLength={80} onValue={setName} />
      <NotesField value={notes} onValue={setNotes} />
      <TextField label="Tags" hint="Words with commas between" value={tags} onValue={setTags} />
      {changeHardware === null ? (
        <div className="field-row">
          <TextField
            label="Cores"
            inputMode="numeric"
            value={parts.cores}
            problem={problems.cores ?? null}
            onValue={part("cores")}
          />
          <SizeField
            label="Memory"
            text={parts.memory}
            presetsBytes={memoryPresetsBytes}
            problem={problems.memory ?? null}
            onText={part("memory")}
          />
          <SizeField
            label="Disk"
            text={parts.disk}
            presetsBytes={diskPresetsBytes}
            problem={diskProblem}
            onText={part("disk")}
          />
        </div>
      ) : (
        <p className="faint">Cores, memory and disk can be changed when it is off. {changeHardware}.</p>
      )}
    </FormDialog>
  );
}
