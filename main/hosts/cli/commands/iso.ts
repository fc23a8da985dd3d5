import { resolve } from "node:path";
import type { IsoView } from "#contract/install.ts";
import { AnswerFormSchema, AnswerKindSchema } from "#contract/install.ts";
import { defineCommand, firstPositional, textOption, UsageError, type CommandSpec } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { followJob } from "../follow-job.ts";
import { formatBytes } from "../terminal/format.ts";
import { bold, green, yellow } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";

const stateWords: Record<IsoView["state"], (iso: IsoView) => string> = {
  absent: () => "not downloaded",
  partial: ({ doneBytes }) => yellow(`${formatBytes(doneBytes ?? 0)} so far`),
  downloading: ({ doneBytes }) => yellow(`downloading, ${formatBytes(doneBytes ?? 0)}`),
  ready: () => green("ready"),
  missing: () => yellow("not where it was"),
};

/** By id or title. */
const findIso = (word: string, isos: Iterable<IsoView>): IsoView =>
  findByName(
    "installer",
    word,
    [...isos].map((iso) => ({ ...iso, name: iso.title })),
  );

const list = defineCommand({
  words: ["iso", "list"],
  summary: "List known installers and your own ISOs",
  positionals: [],
  options: {},
  examples: ["goldsmith iso list", "goldsmith iso list --json | jq '.[] | select(.state == \"ready\").path'"],
  async run(context) {
    const { state } = await context.session();
    const isos = Object.values(state.isos);
    if (context.json) context.printJson(isos);
    else {
      const rows = isos.map((iso) => [
        iso.id,
        iso.title,
        stateWords[iso.state](iso),
        iso.sizeBytes === null ? "" : formatBytes(iso.sizeBytes),
        iso.own ? (iso.path ?? "") : "",
      ]);
      for (const line of table(["ID", "INSTALLER", "STATE", "SIZE", ""], rows, context.out.columns))
        context.out.line(line);
    }
    return exitCodes.ok;
  },
});

const download = defineCommand({
  words: ["iso", "download"],
  summary: "Download an installer and verify its checksum",
  details:
    "The newest file and its SHA-256 are asked of the project's own server over HTTPS. A download that broke off, also " +
    "of an earlier run, goes on where it stopped.",
  positionals: [{ name: "ISO", required: true, many: false }],
  options: {},
  examples: ["goldsmith iso download alpine-virt", "goldsmith iso download debian-stable-netinst --json"],
  async run(context) {
    const session = await context.session();
    const iso = findIso(firstPositional(context), Object.values(session.state.isos));
    const { jobId } = await session.client.call("isos.download", { isoId: iso.id }, context.signal);
    const job = await followJob(context, session, jobId);
    const ready = session.state.isos[iso.id];
    if (context.json) context.printJson({ job, iso: ready ?? null });
    else {
      context.out.line(`${bold(iso.title)} lies at ${ready?.path ?? ""}`);
      context.out.line(`  sha256 ${ready?.sha256 ?? ""}`);
    }
    return exitCodes.ok;
  },
});

const add = defineCommand({
  words: ["iso", "add"],
  summary: "Remember an ISO of your own where it lies",
  positionals: [{ name: "FILE", required: true, many: false }],
  options: {},
  examples: ["goldsmith iso add ~/Downloads/custom-installer.iso"],
  async run(context) {
    const session = await context.session();
    const path = resolve(firstPositional(context));
    const { isoId } = await session.client.call("isos.addOwn", { path }, context.signal);
    if (context.json) context.printJson(session.state.isos[isoId] ?? null);
    else context.out.line(`Remembered ${session.state.isos[isoId]?.title ?? path} (${isoId}).`);
    return exitCodes.ok;
  },
});

const remove = defineCommand({
  words: ["iso", "remove"],
  summary: "Remove a download, or forget an ISO of your own",
  details: "The file of an ISO of your own is not touched.",
  positionals: [{ name: "ISO", required: true, many: false }],
  options: {},
  examples: ["goldsmith iso remove alpine-virt"],
  async run(context) {
    const session = await context.session();
    const iso = findIso(firstPositional(context), Object.values(session.state.isos));
    await session.client.call("isos.remove", { isoId: iso.id }, context.signal);
    if (context.json) context.printJson({ isoId: iso.id });
    else context.out.line(iso.own ? `Forgot ${iso.title}.` : `Removed ${iso.title}.`);
    return exitCodes.ok;
  },
});

const look = defineCommand({
  words: ["iso", "look"],
  summary: "Say what an ISO is and how its installer can be started on the serial console",
  positionals: [{ name: "FILE", required: true, many: false }],
  options: {},
  examples: ["goldsmith iso look debian-12.11.0-amd64-netinst.iso"],
  async run(context) {
    const { client } = await context.session();
    const path = resolve(firstPositional(context));
    const facts = await client.call("isos.look", { path }, context.signal);
    if (context.json) context.printJson(facts);
    else {
      context.out.line(bold(facts.os ?? facts.volumeId));
      context.out.line(`  volume      ${facts.volumeId}`);
      context.out.line(`  installer   ${facts.installer ?? "not recognised"}`);
      context.out.line(`  boots with  ${facts.firmware.join(" and ") || "nothing"}`);
      if (facts.direct === null) context.out.line("  kernel      not found; use the medium's own menu");
      else {
        context.out.line(`  kernel      ${facts.direct.kernelPath}`);
        context.out.line(`  initrd      ${facts.direct.initrdPath}`);
        context.out.line(`  with        ${facts.direct.commandLine}`);
      }
      if (facts.answerKind !== null) context.out.line(`  unattended  ${facts.answerKind}`);
    }
    return exitCodes.ok;
  },
});

const answers = defineCommand({
  words: ["iso", "answers"],
  summary: "Write the answers for an unattended installation",
  details:
    "Prints the files that would be handed to the installer, to be looked at or kept. A password is asked for, or read " +
    "from GOLDSMITH_PASSWORD, never from the command line; only its hash is written.",
  positionals: [{ name: "KIND", required: true, many: false }],
  options: {
    hostname: { type: "string", value: "NAME", help: "Host name (default: golden)" },
    user: { type: "string", value: "NAME", help: "Name of the user (default: golden)" },
    key: { type: "string", value: "KEY", help: "Public key, in OpenSSH's form" },
    locale: { type: "string", value: "LOCALE", help: "Default: en_US.UTF-8" },
    keyboard: { type: "string", value: "LAYOUT", help: "Default: us" },
    timezone: { type: "string", value: "ZONE", help: "Default: UTC" },
    mirror: { type: "string", value: "URL", help: "Package mirror (default: the installer's own)" },
    packages: { type: "string", value: "LIST", help: "More packages, with commas between" },
  },
  examples: [
    'goldsmith iso answers preseed --user mira --key "$(cat ~/.ssh/id_ed25519.pub)"',
    "GOLDSMITH_PASSWORD=… goldsmith iso answers kickstart --packages nginx,vim --json",
  ],
  async run(context) {
    const kind = AnswerKindSchema.safeParse(firstPositional(context));
    if (!kind.success) throw new UsageError(`KIND is one of ${AnswerKindSchema.options.join(", ")}`);
    const { client } = await context.session();
    const typed = { hostname: "hostname", username: "user", publicKey: "key" } as const;
    const rest = ["locale", "keyboard", "timezone", "mirror"] as const;
    const fields = [...Object.entries(typed), ...rest.map((name) => [name, name] as const)].flatMap(
      ([field, option]) => {
        const value = textOption(context, option);
        return value === undefined ? [] : [[field, value]];
      },
    );
    const packages = textOption(context, "packages")?.split(",").filter(Boolean) ?? [];
    const publicKey = textOption(context, "key") ?? "";
    const password =
      context.env["GOLDSMITH_PASSWORD"] ??
      (publicKey === "" ? await context.prompt.secret("Password of the user") : "");
    const form = AnswerFormSchema.safeParse({ ...Object.fromEntries(fields), packages, password });
    if (!form.success) {
      const issue = form.error.issues[0];
      throw new UsageError(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
    }
    const made = await client.call("isos.answers", { kind: kind.data, form: form.data }, context.signal);
    if (context.json) context.printJson(made);
    else {
      for (const file of made.answers.files) {
        context.err.line(bold(`# ${file.name} (on a medium labelled ${made.answers.label})`));
        context.out.line(file.text.trimEnd());
      }
      if (made.commandLine !== "") context.err.line(`Kernel command line: ${made.commandLine}`);
      if (made.note !== null) context.err.line(yellow(made.note));
    }
    return exitCodes.ok;
  },
});

export const isoCommands: readonly CommandSpec[] = [list, download, add, remove, look, answers];
