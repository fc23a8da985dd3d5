import { expect, it } from "vitest";
import { shellCommand, shellLines } from "./shell-command.ts";

const argv = ["qemu-system-x86_64", "-name", "it's mine", "-m", "1024", "-nodefaults", "-smp", "2"];

it("quotes what a shell would take apart", () => {
  expect(shellCommand(argv)).toBe(
    String.raw`qemu-system-x86_64 -name 'it'\''s mine' -m 1024 -nodefaults -smp 2`,
  );
  expect(shellCommand([""])).toBe("''");
});

it("keeps an option and its value on one line", () => {
  expect(shellLines(argv)).toEqual([
    "qemu-system-x86_64",
    String.raw`-name 'it'\''s mine'`,
    "-m 1024",
    "-nodefaults",
    "-smp 2",
  ]);
});
