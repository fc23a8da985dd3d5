import { useState } from "react";
import type { ConnectField } from "#contract/provider-info.ts";
import { IconButton } from "#renderer/components/button.tsx";
import { SelectField, TextField } from "#renderer/components/field.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { TextAreaField } from "#renderer/components/text-area-field.tsx";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { ChooseSecretFile } from "./choose-secret-file.tsx";

interface ConnectFieldInputProps {
  field: ConnectField;
  value: string;
  problem: string | null;
  /** The secret is there already: left empty it stays. */
  kept: boolean;
  onValue: (value: string) => void;
}

const keptWords = "Kept as it is when left empty";

/** One field of a provider's form. */
export function ConnectFieldInput({ field, value, problem, kept, onValue }: ConnectFieldInputProps) {
  const label = field.required ? field.label : `${field.label} (optional)`;
  const shared = { label, hint: field.hint, value, problem, onValue };
  switch (field.kind) {
    case "text":
      return <TextField {...shared} />;
    case "url":
      return <TextField {...shared} mono inputMode="url" />;
    case "secret":
      return <TextField {...shared} type="password" placeholder={kept ? keptWords : undefined} />;
    case "choice":
      return (
        <SelectField
          label={label}
          hint={problem ?? field.hint}
          value={value}
          options={[
            ...(field.choices.includes(value) ? [] : [{ value, label: "Choose…" }]),
            ...field.choices.map((choice) => ({ value: choice, label: choice })),
          ]}
          onValue={onValue}
        />
      );
    case "secret-file":
      return (
        <SecretFile {...shared} placeholder={kept ? keptWords : "Paste the key here, or choose its file"} />
      );
  }
}

interface SecretFileProps {
  label: string;
  hint: string;
  value: string;
  problem: string | null;
  placeholder: string;
  onValue: (value: string) => void;
}

/** The content of a key file: chosen, or pasted. Its path is not kept, so that the file may go away. */
function SecretFile({ label, hint, value, problem, placeholder, onValue }: SecretFileProps) {
  const [fileName, setFileName] = useState<string | null>(null);
  if (fileName !== null && value !== "") {
    return (
      <div className="field">
        <span className="field-label">{label}</span>
        <div className="secret-file">
          <span className="secret-file-name">
            <Icon name="check" />
            <span className="truncate">{fileName}</span>
            <span className="faint">{formatBytes(value.length)}</span>
          </span>
          <IconButton
            icon="close"
            label="Take another key"
            onClick={() => {
              setFileName(null);
              onValue("");
            }}
          />
        </div>
      </div>
    );
  }
  return (
    <div className="field">
      <TextAreaField
        label={label}
        hint={hint}
        problem={problem}
        secret
        rows={3}
        placeholder={placeholder}
        value={value}
        onValue={onValue}
      />
      <div>
        <ChooseSecretFile
          label={label}
          onText={(text, name) => {
            setFileName(name);
            onValue(text);
          }}
        />
      </div>
    </div>
  );
}
