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
}

type TextName = {
  [K in keyof StagingDraft]: StagingDraft[K] extends string ? K : never;
}[keyof StagingDraft];

/** What a storage of the draft's kind asks for. */
export function StagingFields({ draft, problems, onDraft, fetched = true }: StagingFieldsProps) {
  const text = (name: Exclude<TextName, "kind" | "auth">) => ({
    value: draft[name],
    problem: problems[name] ?? null,
    onValue: (value: string) => onDraft({ [name]: value }),
  });
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
            {...text("endpoint")}
          />
          <div className="field-row">
            <TextField label="Bucket" mono {...text("bucket")} />
            <TextField label="Region of the store" mono {...text("region")} />
          </div>
          <div className="field-row">
            <TextField label="Access key id" mono {...text("accessKeyId")} />
            <TextField label="Secret access key" type="password" {...text("secret")} />
          </div>
          {url("Optional: where a provider reaches the object. Without it: endpoint/bucket/key.")}
        </>
      );
    case "sftp":
      return (
        <>
          <div className="field-row">
            <TextField label="Server" mono placeholder="www.example.org" {...text("host")} />
            <TextField label="Port" mono inputMode="numeric" {...text("port")} />
          </div>
          <HostKeyField draft={draft} problem={problems.hostKeySha256 ?? null} onDraft={onDraft} />
          <div className="field-row">
            <TextField label="User" mono {...text("username")} />
            <TextField label="Folder" mono placeholder="/var/www/images" {...text("directory")} />
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
              <TextField label="Passphrase, if it has one" type="password" {...text("secret")} />
            </div>
          )}
          {draft.auth === "password" && <TextField label="Password" type="password" {...text("secret")} />}
          {url("The folder as the web server shows it.")}
        </>
      );
    case "folder":
      return (
        <>
          <TextField label="Folder" mono placeholder="/mnt/images" {...text("path")} />
          {url("Optional: the folder as a web server shows it. A provider that fetches needs one.")}
        </>
      );
  }
}
