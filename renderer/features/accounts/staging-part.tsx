import type { ProviderInfo } from "#contract/provider-info.ts";
import { SelectField, TextField } from "#renderer/components/field.tsx";
import type { StagingKind, StagingProblems } from "#renderer/features/staging/staging-draft.ts";
import { StagingFields } from "#renderer/features/staging/staging-fields.tsx";
import { stagingLabel } from "#renderer/features/staging/staging-words.ts";
import { byName, useEntries } from "#renderer/mirror/use-mirror.ts";
import type { ConnectDraft, StagingPick } from "./connect-draft.ts";

interface StagingPartProps {
  draft: ConnectDraft;
  provider: ProviderInfo;
  bucketProblem: string | null;
  problems: StagingProblems;
  onDraft: (change: Partial<ConnectDraft>) => void;
}

type Choice = Exclude<StagingPick, "new"> | `new:${StagingKind}`;

/** Where images for this account are put: a storage that is there, a new one, or nothing yet. */
export function StagingPart({ draft, provider, bucketProblem, problems, onDraft }: StagingPartProps) {
  const { ingest } = provider.capabilities;
  const own = ingest.includes("own-object-storage");
  const handOff = ingest.includes("operator-hand-off");
  const stagings = useEntries("stagings", byName, ({ place }) => place.kind !== "oci" || own);
  const options: { value: Choice; label: string }[] = [
    ...(own ? [{ value: "own" as const, label: "A bucket of this account" }] : []),
    ...stagings.map((staging) => ({
      value: `existing:${staging.id}` as const,
      label: stagingLabel(staging),
    })),
    { value: "new:s3", label: "New: S3-compatible storage" },
    { value: "new:sftp", label: handOff ? "New: SFTP to the operator" : "New: SFTP to your web server" },
    { value: "new:folder", label: "New: folder or mounted share" },
    { value: "none", label: "Choose later" },
  ];
  const choice: Choice = draft.pick === "new" ? `new:${draft.staging.kind}` : draft.pick;
  const choose = (value: Choice) => {
    if (!value.startsWith("new:")) return onDraft({ pick: value as StagingPick });
    const kind = value.slice("new:".length) as StagingKind;
    onDraft({ pick: "new", staging: { ...draft.staging, kind, secret: "" } });
  };
  return (
    <section className="connect-part form" aria-label="Staging storage">
      <SelectField
        label="Staging storage"
        hint={hintFor(provider, own, handOff)}
        value={choice}
        options={options}
        onValue={choose}
      />
      {draft.pick === "own" && (
        <TextField
          label="Bucket"
          mono
          hint="In the account's object storage; it must be there already."
          value={draft.bucket}
          problem={bucketProblem}
          onValue={(bucket) => onDraft({ bucket })}
        />
      )}
      {draft.pick === "new" && (
        <StagingFields
          draft={draft.staging}
          problems={problems}
          fetched={!handOff}
          onDraft={(change) => onDraft({ staging: { ...draft.staging, ...change } })}
        />
      )}
    </section>
  );
}

function hintFor({ name }: ProviderInfo, own: boolean, handOff: boolean): string {
  if (handOff) return "The operator takes the file from there and registers it; no API call can.";
  if (own) return `${name} imports from its own object storage. The object is removed afterwards.`;
  return `${name} fetches an image from an address: it is put there under a name that cannot be guessed, and removed afterwards.`;
}
