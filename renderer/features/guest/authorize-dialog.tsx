import { useEffect, useState } from "react";
import type { MachineView } from "#contract/machine.ts";
import { Button } from "#renderer/components/button.tsx";
import { copyText } from "#renderer/components/copy-text.ts";
import { TextField } from "#renderer/components/field.tsx";
import { Segmented } from "#renderer/components/segmented.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import "./authorize-dialog.css";

type Way = "password" | "console";

/** Puts the machine's own key into the guest: by a password that is used once, or by a line at the console. */
export function AuthorizeDialog({ machine, onClose }: { machine: MachineView; onClose: () => void }) {
  const [way, setWay] = useState<Way>("password");
  const [username, setUsername] = useState("root");
  const [password, setPassword] = useState("");
  const [command, setCommand] = useState<string | null>(null);
  const authorize = useCall("guest.authorize", "inline");
  const key = useCall("guest.key", "inline");
  const type = useCall("console.write", "inline");
  const machineId = machine.id;
  const askKey = key.run;

  useEffect(() => {
    if (way === "console")
      void askKey({ machineId }).then((made) => setCommand(made === null ? null : made.command));
  }, [way, askKey, machineId]);

  const submit = async () => {
    const login = way === "password" ? { password } : {};
    const done = await authorize.run({ machineId, username: username.trim(), ...login });
    setPassword("");
    if (done !== null) onClose();
  };
  const missing =
    username.trim() === ""
      ? "A user is needed"
      : way === "password" && password === ""
        ? "A password is needed"
        : null;
  const error = authorize.error ?? key.error ?? type.error;

  return (
    <FormDialog
      title="Let me into the guest"
      onClose={onClose}
      confirm={way === "password" ? "Install the key" : "It is in, try it"}
      busy={authorize.pending}
      heldBack={missing}
      error={error}
      onSubmit={submit}
    >
      <Segmented
        label="How the machine’s key comes into the guest"
        value={way}
        hint={
          way === "password"
            ? "Goldsmith logs in once over SSH. The password is not kept; the key is removed when you seal."
            : "For guests whose sshd takes no passwords. Log in at the console first."
        }
        options={[
          { value: "password", label: "By a password" },
          { value: "console", label: "At the console" },
        ]}
        onValue={setWay}
      />
      <TextField label="User in the guest" value={username} onValue={setUsername} />
      {way === "password" ? (
        <TextField label="Password" type="password" value={password} onValue={setPassword} />
      ) : (
        command !== null && (
          <div className="authorize-line">
            <pre>{command}</pre>
            <div className="authorize-line-buttons">
              <Button icon="copy" onClick={() => void copyText(command, "the line")}>
                Copy
              </Button>
              <Button
                busy={type.pending}
                title="Types the line and Enter at the serial console, where you are logged in"
                onClick={() => void type.run({ machineId, text: `${command}\r` })}
              >
                Type it at the console
              </Button>
            </div>
          </div>
        )
      )}
    </FormDialog>
  );
}
