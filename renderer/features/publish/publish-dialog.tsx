import { useEffect, useState, type FormEvent } from "react";
import type { ImageView } from "#contract/image.ts";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { ConnectDialog } from "#renderer/features/accounts/connect-dialog.tsx";
import { useCheckState, useRunCheck } from "#renderer/features/check/use-check.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { byName, useEntries } from "#renderer/mirror/use-mirror.ts";
import { closeDialog, go } from "#renderer/view-state/view-state.ts";
import { AccountChoice } from "./account-choice.tsx";
import { Preflight } from "./preflight.tsx";

/** One image, one account, one button; the judge speaks first. */
export function PublishDialog({ image }: { image: ImageView }) {
  const accounts = useEntries("accounts", byName);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [name, setName] = useState(image.name);
  const [typedRegion, setTypedRegion] = useState<string | null>(null);
  const [override, setOverride] = useState(false);
  const [connecting, setConnecting] = useState(false);
  const addPractice = useCall("accounts.addPractice", "inline");
  const publish = useCall("publish.start", "inline");
  const check = useCheckState(`image:${image.id}`);
  const runCheck = useRunCheck();

  const account = accounts.find(({ id }) => id === chosenId) ?? accounts[0];
  const region = typedRegion ?? account?.defaultRegion ?? "";
  const level = account === undefined ? undefined : check.report?.verdicts[account.provider]?.level;
  const unchecked = check.report === undefined && check.failure === null && !check.running;

  useEffect(() => {
    if (unchecked) void runCheck({ kind: "image", imageId: image.id });
  }, [unchecked, runCheck, image.id]);
  const checkAgain = () => void runCheck({ kind: "image", imageId: image.id });

  const heldBack = (): string | null => {
    if (account === undefined) return "Choose an account first";
    if (name.trim() === "") return "A name is needed";
    if (region.trim() === "") return "A region is needed";
    if (level === undefined) return check.running ? "Wait for the check" : "The image could not be checked";
    return level === "error" && !override ? "The check found errors; fix them or override them" : null;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (account === undefined || heldBack() !== null) return;
    const started = await publish.run({
      imageId: image.id,
      destinations: [
        {
          accountId: account.id,
          name: name.trim(),
          region: region.trim(),
          override: override && level === "error",
        },
      ],
    });
    if (started === null) return;
    closeDialog();
    go({ screen: "job", id: started.jobIds[0] ?? "" });
  };

  if (connecting) {
    return (
      <ConnectDialog
        onClose={() => setConnecting(false)}
        onConnected={(accountId) => {
          setChosenId(accountId);
          setConnecting(false);
        }}
      />
    );
  }
  return (
    <Dialog
      title="Publish image"
      onClose={closeDialog}
      footer={
        <>
          <span className="dialog-footer-note faint truncate">
            {image.name}, {formatBytes(image.fileBytes)}
          </span>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="publish-image"
            busy={publish.pending}
            unavailable={heldBack()}
          >
            Publish now
          </Button>
        </>
      }
    >
      <form id="publish-image" className="form" noValidate onSubmit={(event) => void submit(event)}>
        <AccountChoice
          accounts={accounts}
          value={account?.id ?? null}
          onValue={(id) => {
            setChosenId(id);
            setTypedRegion(null);
            setOverride(false);
          }}
          addingPractice={addPractice.pending}
          onAddPractice={() => {
            void addPractice
              .run({})
              .then((added) => added !== null && setChosenId(added.accountIds[0] ?? null));
          }}
          onConnect={() => setConnecting(true)}
        />
        <div className="field-row">
          <TextField label="Name there" value={name} onValue={setName} />
          <TextField label="Region" value={region} onValue={setTypedRegion} />
        </div>
        <Preflight
          check={check}
          account={account}
          override={override}
          onOverride={setOverride}
          onCheckAgain={checkAgain}
        />
        {addPractice.error !== null && <ErrorNotice error={addPractice.error} />}
        {publish.error !== null && <ErrorNotice error={publish.error} />}
      </form>
    </Dialog>
  );
}
