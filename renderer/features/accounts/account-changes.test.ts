import { describe, expect, it } from "vitest";
import type { AccountView } from "#contract/account.ts";
import type { ConnectField } from "#contract/provider-info.ts";
import { accountDraft, judgeChanges } from "./account-changes.ts";

const field = (name: string, kind: ConnectField["kind"], required = true): ConnectField => ({
  name,
  label: name,
  hint: "",
  kind,
  required,
  choices: [],
  initial: "",
});
const fields = [
  field("user", "text"),
  field("privateKey", "secret-file"),
  field("passphrase", "secret", false),
  field("profile", "text", false),
];
const account: AccountView = {
  id: "a1",
  name: "Work",
  provider: "oci",
  practice: false,
  apiBase: "https://iaas.example.com",
  defaultRegion: "eu-1",
  settings: { user: "ocid1.user..a", profile: "DEFAULT" },
  stagingId: null,
  createdAt: "2026-01-10T12:00:00.000Z",
};
const judge = (typed: Readonly<Record<string, string>>, name = "Work") => {
  const draft = accountDraft(account, fields);
  return judgeChanges({ name, fields: { ...draft.fields, ...typed } }, account, fields);
};

describe("the changes of an account", () => {
  it("begin with what is known, and are none then", () => {
    expect(accountDraft(account, fields).fields).toEqual({
      user: "ocid1.user..a",
      privateKey: "",
      passphrase: "",
      profile: "DEFAULT",
    });
    expect(judge({})).toEqual({ input: { accountId: "a1" }, asksProvider: false, problems: {} });
  });

  it("hold only what differs: an empty secret stays, another empty field goes", () => {
    expect(judge({ privateKey: "-----BEGIN\nAA\n", profile: " " })).toMatchObject({
      asksProvider: true,
      input: { accountId: "a1", fields: { privateKey: "-----BEGIN\nAA\n", profile: "" } },
    });
    expect(judge({ user: " ocid1.user..b " }).input).toEqual({
      accountId: "a1",
      fields: { user: "ocid1.user..b" },
    });
    expect(judge({}, " Home ")).toMatchObject({
      asksProvider: false,
      input: { accountId: "a1", name: "Home" },
    });
  });

  it("are refused where something needed is gone", () => {
    expect(judge({ user: "" })).toMatchObject({ input: null, problems: { user: "user is needed" } });
    expect(Object.keys(judge({}, " ").problems)).toEqual(["name"]);
  });
});
