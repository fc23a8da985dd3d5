import { TextField } from "#renderer/components/field.tsx";
import { Segmented } from "#renderer/components/segmented.tsx";
import { HostKeyField } from "./host-key-field.tsx";
import type { StagingDraft, StagingProblems } from "./staging-draft.ts";

interface StagingFieldsProps {
  draft: StagingDraft;
  problems: StagingProblems;
  onDraft: (change: Partial<StagingDraft>) => void;
  /** false: an operator's share, nobody fetches by HTTP. */
  fetched?: boolean;
  /** A storage that is connected already: its place stays, and so does its secret when none is typed. */
  kept?: boolean;
}

type TextName = {
  [K in keyof StagingDraft]: StagingDraft[K] extends string ? K : never;
}[keyof StagingDraft];

/** What a storage of the draft's kind asks for. */
export function StagingFields({
  draft,
  problems,
  onDraft,
  fetched = true,
  kept = false,
}: StagingFieldsProps) {
  const text = (name: Exclude<TextName, "kind" | "auth">) => ({
    value: draft[name],
    problem: problems[name] ?? null,
    onValue: (value: string) => onDraft({ [name]: value }),
  });
  const place = (name: Exclude<TextName, "kind" | "auth">) => ({ ...text(name), disabled: kept });
  const secret = {
    ...text("secret"),
    type: "password",
    placeholder: kept ? "Kept when left empty" : undefined,
  };
  const url = (hint: string) =>
    fetched && (
      <TextField
        label="Public address"
        mono
        placeholder="https://images.example.org/{key}"
        hint={hint}
        {...text("publicUrlTemplate")}
      />
    );
  switch (draft.kind) {
    case "s3":
      return (
        <>
          <TextField
            label="Endpoint"
            mono
            placeholder="https://fra1.digitaloceanspaces.com"
            {...place("endpoint")}
          />
          <div className="field-row">
            <TextField label="Bucket" mono {...place("bucket")} />
            <TextField label="Region of the store" mono {...place("region")} />
          </div>
          <div className="field-row">
            <TextField label="Access key id" mono {...text("accessKeyId")} />
            <TextField label="Secret access key" {...secret} />
          </div>
          {url("Optional: where a provider reaches the object. Without it: endpoint/bucket/key.")}
        </>
      );
    case "sftp":
      return (
        <>
          <div className="field-row">
            <TextField label="Server" mono placeholder="www.example.org" {...place("host")} />
            <TextField label="Port" mono inputMode="numeric" {...place("port")} />
          </div>
          <HostKeyField draft={draft} problem={problems.hostKeySha256 ?? null} onDraft={onDraft} />
          <div className="field-row">
            <TextField label="User" mono {...text("username")} />
            <TextField label="Folder" mono placeholder="/var/www/images" {...place("directory")} />
          </div>
          <Segmented
            label="Log in with"
            value={draft.auth}
            options={[
              { value: "key", label: "Key file" },
              { value: "password", label: "Password" },
              { value: "agent", label: "SSH agent" },
            ]}
            onValue={(auth) => onDraft({ auth, secret: "" })}
          />
          {draft.auth === "key" && (
            <div className="field-row">
              <TextField label="Private key" mono placeholder="~/.ssh/id_ed25519" {...text("keyPath")} />
              <TextField label="Passphrase, if it has one" {...secret} />
            </div>
          )}
          {draft.auth === "password" && <TextField label="Password" {...secret} />}
          {url("The folder as the web server shows it.")}
        </>
      );
    case "folder":
      return (
        <>
          <TextField label="Folder" mono placeholder="/mnt/images" {...place("path")} />
          {url("Optional: the folder as a web server shows it. A provider that fetches needs one.")}
        </>
      );
  }
}
