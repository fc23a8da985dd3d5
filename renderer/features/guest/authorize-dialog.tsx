import { useState, type FormEvent } from "react";
import type { MachineView } from "#contract/machine.ts";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { useCall } from "#renderer/host/use-call.ts";

/** Puts the machine's own key into the guest, by a password that is used once. */
export function AuthorizeDialog({ machine, onClose }: { machine: MachineView; onClose: () => void }) {
  const [username, setUsername] = useState("root");
  const [password, setPassword] = useState("");
  const authorize = useCall("guest.authorize", "inline");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const done = await authorize.run({ machineId: machine.id, username: username.trim(), password });
    setPassword("");
    if (done !== null) onClose();
  };
  const missing =
    username.trim() === "" ? "A user is needed" : password === "" ? "A password is needed" : null;
  return (
    <Dialog
      title="Let me into the guest"
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="authorize-guest"
            busy={authorize.pending}
            unavailable={missing}
          >
            Install the key
          </Button>
        </>
      }
    >
      <form id="authorize-guest" className="form" noValidate onSubmit={(event) => void submit(event)}>
        <p className="soft">
          Goldsmith logs in once with this password over SSH and adds the key that it made for this machine.
          The password is not kept; the key is removed when the machine is sealed.
        </p>
        <TextField label="User in the guest" value={username} onValue={setUsername} />
        <TextField label="Password" type="password" value={password} onValue={setPassword} />
        {authorize.error !== null && <ErrorNotice error={authorize.error} />}
      </form>
    </Dialog>
  );
}
