import { useState } from "react";
import type { Checkpoint } from "#contract/checkpoint.ts";
import type { MachineView } from "#contract/machine.ts";
import { Badge } from "#renderer/components/badge.tsx";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { CheckLine } from "#renderer/components/check-line.tsx";
import { ConfirmDialog } from "#renderer/components/confirm-dialog.tsx";
import { NameDialog } from "#renderer/components/name-dialog.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { formatAgo, formatMoment } from "#renderer/lib/format-time.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { machineControls } from "#renderer/features/machine/machine-controls.ts";
import { checkpointRows } from "./checkpoint-tree.ts";
import "./checkpoints-panel.css";

type Asking = { what: "restore" | "delete" | "branch"; checkpoint: Checkpoint } | { what: "create" } | null;

/** States of the machine that can be returned to, each with what builds on it below. */
export function CheckpointsPanel({ machine }: { machine: MachineView }) {
  const [asking, setAsking] = useState<Asking>(null);
  const nowMs = useNow(30_000);
  const restore = useCall("checkpoints.restore");
  const remove = useCall("checkpoints.delete");
  const rows = checkpointRows(machine.checkpoints);
  const { checkpoint: unavailable, restore: noRestore } = machineControls(machine);
  const close = () => setAsking(null);

  return (
    <div className="screen-body checkpoints">
      <header className="checkpoints-header">
        <p className="soft">
          A checkpoint keeps the disk as it is now, and the memory too if you like. What comes after goes into
          a layer above it, so keeping one costs nothing but what changes.
        </p>
        <Button icon="plus" unavailable={unavailable} onClick={() => setAsking({ what: "create" })}>
          New checkpoint…
        </Button>
      </header>
      {rows.length === 0 ? (
        <p className="checkpoints-none soft">
          No checkpoints yet. Make one before a step that you may want to take back: an update, a clean-up, a
          seal.
        </p>
      ) : (
        <ul className="checkpoint-list" aria-label="Checkpoints">
          {rows.map(({ checkpoint, depth }) => (
            <li
              key={checkpoint.id}
              className="checkpoint"
              data-depth={Math.min(depth, 8)}
              aria-current={machine.currentCheckpointId === checkpoint.id || undefined}
            >
              <span className="checkpoint-mark" aria-hidden="true" />
              <div className="checkpoint-text">
                <div className="checkpoint-title">
                  <strong className="truncate">{checkpoint.name}</strong>
                  {machine.currentCheckpointId === checkpoint.id && <Badge tone="accent">you are here</Badge>}
                  {checkpoint.withMemory && <Badge title="The guest goes on where it was">with memory</Badge>}
                  {checkpoint.stage !== null && <Badge title="Made by a build">stage</Badge>}
                </div>
                <div className="faint">
                  <span title={formatMoment(checkpoint.createdAt)}>
                    {formatAgo(checkpoint.createdAt, nowMs)}
                  </span>
                  , {formatBytes(checkpoint.diskBytes + checkpoint.memoryBytes)}
                </div>
                {checkpoint.note !== "" && <p className="soft checkpoint-note">{checkpoint.note}</p>}
              </div>
              <div className="checkpoint-actions">
                <Button
                  unavailable={noRestore}
                  aria-label={`Restore ${checkpoint.name}`}
                  onClick={() => setAsking({ what: "restore", checkpoint })}
                >
                  Restore
                </Button>
                <Button
                  aria-label={`Branch from ${checkpoint.name}`}
                  title="A new machine that goes on from here"
                  onClick={() => setAsking({ what: "branch", checkpoint })}
                >
                  Branch…
                </Button>
                <IconButton
                  icon="trash"
                  label={`Delete ${checkpoint.name}`}
                  unavailable={noRestore}
                  onClick={() => setAsking({ what: "delete", checkpoint })}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
      {asking?.what === "create" && <CreateDialog machine={machine} onClose={close} />}
      {asking?.what === "branch" && (
        <BranchDialog machine={machine} checkpoint={asking.checkpoint} onClose={close} />
      )}
      {asking?.what === "restore" && (
        <ConfirmDialog
          title={`Return to “${asking.checkpoint.name}”?`}
          confirm="Restore"
          onConfirm={() => void restore.run({ machineId: machine.id, checkpointId: asking.checkpoint.id })}
          onClose={close}
        >
          What has changed on the disk since the last checkpoint is lost. Make a checkpoint first to keep it.
        </ConfirmDialog>
      )}
      {asking?.what === "delete" && (
        <ConfirmDialog
          title={`Delete “${asking.checkpoint.name}”?`}
          confirm="Delete"
          onConfirm={() => void remove.run({ machineId: machine.id, checkpointId: asking.checkpoint.id })}
          onClose={close}
        >
          You can no longer return to it. What builds on it stays as it is.
        </ConfirmDialog>
      )}
    </div>
  );
}

interface DialogOfMachine {
  machine: MachineView;
  onClose: () => void;
}

function CreateDialog({ machine, onClose }: DialogOfMachine) {
  const running = machine.power !== "off";
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const [withMemory, setWithMemory] = useState(running);
  const create = useCall("checkpoints.create", "inline");
  const submit = async () => {
    const started = await create.run({
      machineId: machine.id,
      name: name.trim(),
      note: note.trim(),
      withMemory: running && withMemory,
    });
    if (started !== null) onClose();
  };
  return (
    <FormDialog
      title="New checkpoint"
      size="small"
      onClose={onClose}
      confirm="Make checkpoint"
      busy={create.pending}
      heldBack={name.trim() === "" ? "A name is needed" : null}
      error={create.error}
      onSubmit={submit}
    >
      <TextField label="Name" value={name} placeholder="before the update" onValue={setName} />
      <TextField label="Note" value={note} onValue={setNote} />
      {running && (
        <CheckLine
          checked={withMemory}
          onChecked={setWithMemory}
          hint="Restoring then goes on where the guest is now. Without it the disk is kept as after a power cut."
        >
          Keep the memory as well
        </CheckLine>
      )}
    </FormDialog>
  );
}

function BranchDialog({ machine, checkpoint, onClose }: DialogOfMachine & { checkpoint: Checkpoint }) {
  const branch = useCall("checkpoints.branch", "inline");
  return (
    <NameDialog
      title={`Branch from “${checkpoint.name}”`}
      confirm="Make machine"
      initial={`${machine.name} ${checkpoint.name}`.slice(0, 80)}
      busy={branch.pending}
      error={branch.error}
      onClose={onClose}
      onName={async (name) => {
        const ref = { machineId: machine.id, checkpointId: checkpoint.id };
        if ((await branch.run({ ...ref, name })) !== null) onClose();
      }}
    >
      <p className="soft">
        The new machine shares the layers up to here and takes no room for them. This one cannot delete them
        while the new one is there.
      </p>
    </NameDialog>
  );
}
