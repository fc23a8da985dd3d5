import { expect, it } from "vitest";
import { InstallSchema, type IsoLook } from "#contract/install.ts";
import { judgeInstall, newInstall, toForm, emptyForm, withWords } from "./install-draft.ts";

const look: IsoLook = {
  path: "/x.iso",
  volumeId: "Debian 12",
  os: "Debian 12",
  osId: "debian",
  installer: "debian-installer",
  sizeBytes: 1,
  firmware: ["bios"],
  direct: { kernelPath: "/k", initrdPath: "/i", commandLine: "--- console=ttyS0,115200n8" },
  answerKind: "preseed",
};
const answers = {
  kind: "preseed",
  handOver: "initrd",
  label: "preseed",
  files: [{ name: "preseed.cfg", text: "x" }],
} as const;

it("starts directly where a kernel was found, else by the menu", () => {
  expect(newInstall(look).mode).toBe("direct");
  expect(newInstall({ ...look, direct: null }).mode).toBe("menu");
  expect(judgeInstall(newInstall(null), null)).toBeNull();
});

it("sends what the contract takes", () => {
  const draft = { ...newInstall(look), answers: { ...answers, files: [...answers.files] } };
  const install = judgeInstall(draft, look);
  expect(InstallSchema.parse(install)).toMatchObject({ mode: "direct", kernelPath: "/k", answers });
  expect(judgeInstall({ ...newInstall(look), mode: "menu" }, look)).toBeNull();
});

it("adds the words of an unattended installation once, before the separator", () => {
  const once = withWords("quiet --- console=ttyS0", "auto=true priority=critical");
  expect(once).toBe("quiet auto=true priority=critical --- console=ttyS0");
  expect(withWords(once, "auto=true")).toBe(once);
  expect(withWords("a", "b")).toBe("b a");
});

it("splits packages at blanks and commas", () => {
  expect(toForm({ ...emptyForm, packages: "nginx, vim  curl" }).packages).toEqual(["nginx", "vim", "curl"]);
});
