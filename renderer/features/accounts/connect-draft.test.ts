import { describe, expect, it } from "vitest";
import type { ProviderInfo } from "#contract/provider-info.ts";
import { judgeConnect, newConnectDraft, withoutSecrets, type ConnectDraft } from "./connect-draft.ts";

const field = (
  name: string,
  kind: ProviderInfo["fields"][number]["kind"],
  required = true,
  initial = "",
) => ({
  name,
  label: name,
  hint: "",
  kind,
  required,
  choices: [],
  initial,
});
const info = (change: Partial<ProviderInfo> = {}): ProviderInfo => ({
  id: "oci",
  name: "Oracle OCI",
  defaultApiBase: "https://iaas.example.com",
  defaultRegion: "eu-frankfurt-1",
  regions: ["eu-frankfurt-1"],
  scopes: [],
  fields: [
    field("user", "text"),
    field("privateKey", "secret-file"),
    field("passphrase", "secret", false),
    field("profile", "text", false, "DEFAULT"),
  ],
  capabilities: {
    ingest: ["own-object-storage"],
    formats: ["qcow2"],
    archives: [],
    fetchSendsHead: false,
    takesSignedLink: true,
    deleteImage: true,
    renameImage: true,
    transferImage: false,
    launch: true,
    quota: false,
    exportImage: true,
    shapes: true,
    compartments: true,
    captureImage: false,
    importProgress: true,
  },
  price: null,
  ...change,
});
const pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
const good = (change: Partial<ConnectDraft> = {}): ConnectDraft => {
  const draft = newConnectDraft(info());
  return { ...draft, bucket: "golden", fields: { ...draft.fields, user: " u ", privateKey: pem }, ...change };
};

describe("judgeConnect", () => {
  it("makes the contract's input, without what was left empty", () => {
    expect(judgeConnect(good(), info())).toEqual({
      input: {
        name: "Oracle OCI",
        provider: "oci",
        fields: { user: "u", privateKey: pem, profile: "DEFAULT" },
        defaultRegion: "eu-frankfurt-1",
        staging: { kind: "own", bucket: "golden" },
      },
      problems: {},
      stagingProblems: {},
    });
  });

  it("begins with a bucket of the account, else with a storage that is there already", () => {
    const fetching = info({ capabilities: { ...info().capabilities, ingest: ["url"] } });
    expect(newConnectDraft(info(), "s1").pick).toBe("own");
    expect(newConnectDraft(fetching, "s1").pick).toBe("existing:s1");
    expect(newConnectDraft(fetching).pick).toBe("none");
  });

  it.each([
    [{ pick: "none" }, null],
    [{ pick: "existing:s1" }, { kind: "existing", stagingId: "s1" }],
  ] as const)("takes the staging that was picked: %j", (change, staging) => {
    expect(judgeConnect(good(change), info()).input?.staging).toEqual(staging);
  });

  it("connects a new storage along with the account, or says what it lacks", () => {
    const draft = good({ pick: "new" });
    expect(Object.keys(judgeConnect(draft, info()).stagingProblems)).toEqual(
      expect.arrayContaining(["endpoint", "bucket", "secret"]),
    );
    const staging = {
      ...draft.staging,
      endpoint: "https://s3.example.com",
      bucket: "abc",
      accessKeyId: "A",
      secret: "S",
    };
    expect(judgeConnect({ ...draft, staging }, info()).input?.staging).toMatchObject({
      kind: "new",
      connect: { secret: "S", place: { kind: "s3", bucket: "abc" } },
    });
  });

  it.each([
    [{ name: "" }, "name"],
    [{ fields: { user: "u" } }, "privateKey"],
    [{ apiBase: "panel.example.com" }, "apiBase"],
    [{ bucket: "" }, "bucket"],
  ] as const)("finds what is wrong with %j", (change, name) => {
    const { input, problems } = judgeConnect(good(change), info());
    expect(input).toBeNull();
    expect(Object.keys(problems)).toEqual([name]);
  });

  it("takes the region from the field where the account is one region", () => {
    const oneRegion = info({ fields: [...info().fields, field("region", "text")] });
    const draft = good({ fields: { ...good().fields, region: "us-ashburn-1" } });
    expect(judgeConnect(draft, oneRegion).input).toMatchObject({ defaultRegion: "us-ashburn-1" });
  });

  it("wants an address where every operator has one of its own", () => {
    const { problems } = judgeConnect(good(), info({ defaultApiBase: null }));
    expect(problems).toEqual({ apiBase: "An address that begins with https:// (or http://)" });
  });
});

it("secrets do not stay in the form after an attempt", () => {
  const left = withoutSecrets(good({ staging: { ...good().staging, secret: "S" } }), info());
  expect(JSON.stringify(left)).not.toMatch(/BEGIN|"S"/);
  expect(left.fields["user"]).toBe(" u ");
});
