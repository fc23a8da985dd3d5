import type { AnswerForm, Answers, Install } from "#contract/install.ts";
import type { OpenSession } from "#hosts/cli/session.ts";

/** QEMU's own address of this computer as a guest with user networking sees it. */
const hostAddress = "10.0.2.2";

/** What a test changes in the answers: where the packages come from, and that our wrapped udebs carry no signature. */
export const testMirrorLines = (port: number, suite: string): readonly string[] => [
  `d-i mirror/udeb/suite string ${suite}`,
  "d-i debian-installer/allow_unauthenticated boolean true",
  // From here on Debian's own signatures count again: base system and packages are verified.
  "d-i partman/early_command string debconf-set debian-installer/allow_unauthenticated false",
  `d-i apt-setup/security_host string ${hostAddress}:${port}`,
];

export const mirrorUrl = (port: number): string => `http://${hostAddress}:${port}/debian`;

/** A text behind the answers, as a person would add it in the window's editor. */
export const withLines = (answers: Answers, lines: readonly string[]): Answers => ({
  ...answers,
  files: answers.files.map((file) => ({ ...file, text: `${file.text}${lines.join("\n")}\n` })),
});

/** Creates a machine that installs itself, by the calls that `goldsmith iso answers` and `machine create` make. */
export async function createUnattended(
  { client }: Pick<OpenSession, "client">,
  given: {
    name: string;
    isoPath: string;
    form: AnswerForm;
    moreLines: readonly string[];
    diskSizeBytes: number;
  },
): Promise<string> {
  const look = await client.call("isos.look", { path: given.isoPath });
  if (look.direct === null || look.answerKind === null)
    throw new Error("The medium cannot install by itself");
  const made = await client.call("isos.answers", { kind: look.answerKind, form: given.form });
  const install: Install = {
    mode: "direct",
    kernelPath: look.direct.kernelPath,
    initrdPath: look.direct.initrdPath,
    commandLine: `${made.commandLine} ${look.direct.commandLine}`,
    answers: withLines(made.answers, given.moreLines),
  };
  const { machineId } = await client.call("machines.create", {
    name: given.name,
    isoPath: given.isoPath,
    hardware: { diskSizeBytes: given.diskSizeBytes },
    install,
  });
  return machineId;
}
