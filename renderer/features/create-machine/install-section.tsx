import { useState } from "react";
import type { OutputOf } from "#contract/contract.ts";
import type { IsoLook } from "#contract/install.ts";
import { Button } from "#renderer/components/button.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { Field, TextField } from "#renderer/components/field.tsx";
import { Segmented } from "#renderer/components/segmented.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { emptyForm, toForm, withWords, type FormDraft, type InstallDraft } from "./install-draft.ts";
import "./install-section.css";

interface InstallSectionProps {
  look: IsoLook;
  draft: InstallDraft;
  onDraft: (draft: InstallDraft) => void;
}

/** How the installer starts, and whether it asks anything. */
export function InstallSection({ look, draft, onDraft }: InstallSectionProps) {
  const [filling, setFilling] = useState(false);
  const { direct, answerKind } = look;
  return (
    <section className="install-section">
      <p className="soft">
        {look.os ?? look.volumeId}
        {look.installer !== null && `, installed by ${look.installer}`}
      </p>
      {direct === null ? (
        <p className="faint">
          No kernel was found on the medium, so its own boot menu is used. If it shows nothing on the console,
          look at the display.
        </p>
      ) : (
        <Segmented
          label="Start"
          value={draft.mode}
          hint={
            draft.mode === "direct"
              ? "Kernel and initrd are taken from the ISO, so that the serial console talks from the first line."
              : "As a computer would boot the medium."
          }
          options={[
            { value: "direct", label: "Serial console" },
            { value: "menu", label: "Boot menu" },
          ]}
          onValue={(mode) => onDraft({ ...draft, mode })}
        />
      )}
      {direct !== null && draft.mode === "direct" && (
        <TextField
          label="Kernel command line"
          mono
          value={draft.commandLine}
          onValue={(commandLine) => onDraft({ ...draft, commandLine })}
        />
      )}
      {answerKind !== null && draft.answers === null && !filling && (
        <Button onClick={() => setFilling(true)}>Install unattended…</Button>
      )}
      {answerKind !== null && filling && (
        <AnswerFormFields
          kind={answerKind}
          onMade={({ answers, commandLine, note }) => {
            setFilling(false);
            onDraft({ ...draft, answers, note, commandLine: withWords(draft.commandLine, commandLine) });
          }}
          onCancel={() => setFilling(false)}
        />
      )}
      {draft.answers !== null && (
        <>
          {draft.note !== null && <p className="soft selectable">{draft.note}</p>}
          {draft.answers.files.map((file, index) => (
            <Field
              key={file.name}
              label={file.name}
              hint={
                index === 0 ? "Handed to the installer as it stands here. The password is a hash." : undefined
              }
            >
              {({ id, describedBy }) => (
                <textarea
                  id={id}
                  className="input mono install-answers"
                  aria-describedby={describedBy}
                  spellCheck={false}
                  value={file.text}
                  onChange={(event) => {
                    const { answers } = draft;
                    if (answers === null) return;
                    const files = answers.files.map((other, at) =>
                      at === index ? { ...other, text: event.target.value } : other,
                    );
                    onDraft({ ...draft, answers: { ...answers, files } });
                  }}
                />
              )}
            </Field>
          ))}
          <Button onClick={() => onDraft({ ...draft, answers: null, note: null })}>
            Answer by hand instead
          </Button>
        </>
      )}
    </section>
  );
}

interface AnswerFormProps {
  kind: NonNullable<IsoLook["answerKind"]>;
  onMade: (made: OutputOf<"isos.answers">) => void;
  onCancel: () => void;
}

function AnswerFormFields({ kind, onMade, onCancel }: AnswerFormProps) {
  const [form, setForm] = useState<FormDraft>(emptyForm);
  const make = useCall("isos.answers", "inline");
  const field = (name: keyof FormDraft) => ({
    value: form[name],
    onValue: (value: string) => setForm((before) => ({ ...before, [name]: value })),
  });
  const submit = async () => {
    const made = await make.run({ kind, form: toForm(form) });
    if (made !== null) onMade(made);
  };
  return (
    <fieldset className="install-form">
      <legend className="field-label">Unattended, one ext4 root on the whole disk</legend>
      <div className="field-row">
        <TextField label="Host name" {...field("hostname")} />
        <TextField label="User" {...field("username")} />
      </div>
      <TextField label="Public key" mono placeholder="ssh-ed25519 AAAA… you@laptop" {...field("publicKey")} />
      <TextField label="Password" type="password" {...field("password")} />
      <div className="field-row">
        <TextField label="Locale" {...field("locale")} />
        <TextField label="Keyboard" {...field("keyboard")} />
        <TextField label="Time zone" {...field("timezone")} />
      </div>
      <TextField label="More packages" placeholder="nginx, vim" {...field("packages")} />
      {make.error !== null && <ErrorNotice error={make.error} />}
      <div className="install-form-buttons">
        <Button onClick={onCancel}>Cancel</Button>
        <Button busy={make.pending} onClick={() => void submit()}>
          Write the answers
        </Button>
      </div>
    </fieldset>
  );
}
