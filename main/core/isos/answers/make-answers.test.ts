import { DOMParser } from "@xmldom/xmldom";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { AnswerFormSchema, AnswerKindSchema, AnswersSchema } from "#contract/install.ts";
import { makeAnswers } from "./make-answers.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample mira@laptop";
const form = (change: object = {}) =>
  AnswerFormSchema.parse({
    hostname: "web-01",
    username: "mira",
    publicKey: key,
    password: "correct horse",
    timezone: "Europe/Berlin",
    packages: ["nginx", "cloud-init"],
    ...change,
  });
const textOf = (kind: (typeof AnswerKindSchema.options)[number], change: object = {}): string =>
  makeAnswers(kind, form(change))
    .answers.files.map(({ text }) => text)
    .join("\n");

describe.each(AnswerKindSchema.options)("%s", (kind) => {
  it("holds what the form says, and the password as a hash only", () => {
    const text = textOf(kind);
    for (const word of ["mira", "web-01", "Europe/Berlin", "nginx", key]) expect(text).toContain(word);
    expect(text).not.toContain("correct horse");
    expect(text).toMatch(/\$6\$[./0-9A-Za-z]{16}\$/);
    expect(text.match(/\bcloud-init\b/g)?.length).toBeGreaterThan(0);
    expect(AnswersSchema.safeParse(makeAnswers(kind, form()).answers).success).toBe(true);
  });

  it("works with a key alone and with a password alone", () => {
    expect(textOf(kind, { password: "" })).not.toContain("$6$");
    expect(textOf(kind, { publicKey: "" })).not.toContain("ssh-ed25519");
  });

  it("refuses an installation that nobody could log in to", () => {
    expect(() => makeAnswers(kind, form({ password: "", publicKey: "" }))).toThrow("nobody could log in");
  });
});

it("lets no field carry words into the answers", () => {
  const hostile = ["a b", "a;reboot", "a\nb", "$(reboot)", "`x`", 'a"b', "a'b", "-x"];
  for (const text of hostile) {
    for (const field of ["hostname", "username", "locale", "timezone", "keyboard"] as const) {
      if (text === "-x" && field !== "username" && field !== "hostname") continue;
      expect(AnswerFormSchema.safeParse({ [field]: text }).success, `${field} ${text}`).toBe(false);
    }
    expect(AnswerFormSchema.safeParse({ packages: [text] }).success, `package ${text}`).toBe(false);
  }
});

it.each(["$(reboot)", "`x`", 'a"b', "a'b", "a\\b", "a\nreboot"])(
  "takes no key with %j in its comment",
  (text) => {
    expect(AnswerFormSchema.safeParse({ publicKey: `${key} ${text} x` }).success).toBe(false);
  },
);

it("writes YAML that Subiquity's schema knows", () => {
  const [userData] = makeAnswers("autoinstall", form()).answers.files;
  expect(userData?.text.startsWith("#cloud-config\n")).toBe(true);
  expect(parse(userData?.text ?? "")).toMatchObject({
    autoinstall: {
      version: 1,
      identity: { hostname: "web-01", username: "mira", password: expect.stringContaining("$6$") as string },
      ssh: { "install-server": true, "authorized-keys": [key] },
      storage: { layout: { name: "direct" }, swap: { size: 0 } },
      packages: ["qemu-guest-agent", "nginx", "cloud-init"],
    },
  });
});

it("writes well-formed XML for AutoYaST", () => {
  const problems: string[] = [];
  new DOMParser({
    errorHandler: (level, message) => void problems.push(`${level} ${String(message)}`),
  }).parseFromString(textOf("autoyast"), "text/xml");
  expect(problems).toEqual([]);
});

it("gives Debian's installer one line a question", () => {
  const lines = textOf("preseed").trim().split("\n");
  for (const line of lines) expect(line).toMatch(/^(?:#|d-i \S+ \S+|\S+ \S+ \S+)/);
  expect(textOf("preseed", { mirror: "http://mirror.example:8080/debian" })).toContain(
    "mirror/http/hostname string mirror.example:8080\n",
  );
});

describe("Debian's partitions", () => {
  const recipe =
    /partman-auto\/expert_recipe string goldsmith :: (.*) \.\n/.exec(textOf("preseed"))?.[1] ?? "";
  /** Those of a kind of table, as partman's `$iflabel` chooses them. */
  const on = (table: string): string[] =>
    recipe.split(" . ").filter((one) => (/\$iflabel\{ ([^}]*) \}/.exec(one)?.[1] ?? table) === table);

  it("are one bootable root on the MBR that a BIOS gets", () => {
    expect(on("msdos")).toHaveLength(1);
    expect(on("msdos")[0]).toContain("$primary{ } $bootable{ } method{ format }");
    expect(on("msdos")[0]).toContain("mountpoint{ / }");
  });

  it("are an EFI partition and then the root on the GPT that UEFI gets, found without boot entries", () => {
    const [efi, root, ...rest] = on("gpt");
    expect(efi).toContain("method{ efi } format{ }");
    expect(Number(efi?.split(" ")[0])).toBeGreaterThan(34); // partman-efi refuses less than a FAT32 needs
    expect(root).toContain("mountpoint{ / }");
    expect(root).not.toContain("$bootable"); // on GPT that flag makes an EFI partition
    expect(root?.split(" ")[2]).toBe("-1");
    expect(rest).toEqual([]);
    expect(textOf("preseed")).toContain("grub-installer/force-efi-extra-removable boolean true\n");
  });
});
