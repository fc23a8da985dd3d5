import type { AnswerForm, Answers, Install, IsoLook } from "#contract/install.ts";

/** How the installer of the chosen ISO is started, as chosen so far. */
export interface InstallDraft {
  mode: Install["mode"];
  commandLine: string;
  /** The answers as they would be handed over, edited or not; null: a person answers. */
  answers: Answers | null;
  /** What these answers leave to a person, in words. */
  note: string | null;
}

export const newInstall = (look: IsoLook | null): InstallDraft => ({
  mode: look?.direct ? "direct" : "menu",
  commandLine: look?.direct?.commandLine ?? "",
  answers: null,
  note: null,
});

/** What goes to the core: null where nothing differs from booting the medium as it is. */
export function judgeInstall(draft: InstallDraft, look: IsoLook | null): Install | null {
  const direct = draft.mode === "direct" && look?.direct;
  if (!direct && draft.answers === null) return null;
  return {
    mode: direct ? "direct" : "menu",
    kernelPath: direct ? direct.kernelPath : null,
    initrdPath: direct ? direct.initrdPath : null,
    commandLine: direct ? draft.commandLine.trim() : "",
    answers: draft.answers,
  };
}

/** Words of an unattended installation in front of what stands behind `---`, each once. */
export function withWords(commandLine: string, words: string): string {
  const have = commandLine.split(/\s+/).filter(Boolean);
  const added = words.split(/\s+/).filter((word) => word !== "" && !have.includes(word));
  const at = have.indexOf("---");
  return (at < 0 ? [...added, ...have] : [...have.slice(0, at), ...added, ...have.slice(at)]).join(" ");
}

/** The form of an unattended installation as typed. */
export interface FormDraft {
  hostname: string;
  username: string;
  publicKey: string;
  password: string;
  locale: string;
  keyboard: string;
  timezone: string;
  packages: string;
}

export const emptyForm: FormDraft = {
  hostname: "golden",
  username: "golden",
  publicKey: "",
  password: "",
  locale: "en_US.UTF-8",
  keyboard: "us",
  timezone: "UTC",
  packages: "",
};

/** The form as the contract takes it. */
export const toForm = ({ packages, ...rest }: FormDraft): AnswerForm => ({
  ...rest,
  packages: packages.split(/[\s,]+/).filter(Boolean),
});
