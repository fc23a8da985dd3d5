import { expect, it } from "vitest";
import { UsageError } from "./command.ts";
import { insideWord } from "./inside-word.ts";

const there = ["/d.img", "/a:/b.img", "/d.img:/x"];
const parse = (word: string, options: Record<string, string> = {}) =>
  insideWord(word, { options }, (path) => there.includes(path));

it.each([
  ["/d.img", "/d.img", "/", "system"],
  ["/d.img:/etc/hosts", "/d.img", "/etc/hosts", "system"],
  ["/d.img:/", "/d.img", "/", "system"],
  ["/d.img:@2/grub/x", "/d.img", "/grub/x", "partition"],
  ["/d.img:@15", "/d.img", "/", "partition"],
  ["/a:/b.img:/etc", "/a:/b.img", "/etc", "system"],
  ["/a:/b.img", "/a:/b.img", "/", "system"],
  ["/d.img:/etc/a:/b", "/d.img", "/etc/a:/b", "system"],
  ["/d.img:/x:/y", "/d.img:/x", "/y", "system"],
  ["/nowhere.img:/etc", "/nowhere.img", "/etc", "system"],
  ["/d.img:/a\nb", "/d.img", "/a\nb", "system"],
])("%s", (word, file, path, kind) => {
  expect(parse(word)).toMatchObject({ file, path, place: { kind } });
});

it("takes a place by option, and only one", () => {
  expect(parse("/d.img:/x", { volume: "vg/root" }).place).toEqual({ kind: "volume", name: "vg/root" });
  expect(parse("/d.img:/x", { partition: "0" }).place).toEqual({ kind: "partition", number: 0 });
  expect(() => parse("/d.img:@1/x", { partition: "1" })).toThrow(UsageError);
  expect(() => parse("/d.img", { partition: "x" })).toThrow(UsageError);
});
