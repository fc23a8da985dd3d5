import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines } from "#core/image/facts/text-lines.ts";
import { entriesOf, runGrubScript } from "./grub-script.ts";
import { parseGrubLegacy } from "./grub-legacy.ts";
import { parseLilo } from "./lilo.ts";

const run = (text: string): ReturnType<typeof runGrubScript> =>
  runGrubScript("/g", splitLines(text), new Map());

describe("runGrubScript", () => {
  it.each([
    ["if [ a = a ]; then set x=1; else set x=2; fi", "1"],
    ["if [ a = b ]; then set x=1; elif [ b = b ]; then set x=2; else set x=3; fi", "2"],
    ["if [ a = b ]; then set x=1; elif [ b != b ]; then set x=2; else set x=3; fi", "3"],
    ["if [ -z $y ]; then set x=1; fi", "1"],
    ['set y=1\nif [ -n "${y}" ]; then\n if [ $y = 2 ]; then\n set x=2\n fi\nelse\nset x=3\nfi', ""],
    ["if test x$y = x; then x='a $y'; fi", "a $y"],
    ["if [ -e /file ]; then set x=1; else set x=2; fi", "2"], // who knows: both, in order
    ["function f {\n if true; then\n set x=1\n fi\n}\nset x=2", "2"],
    ["function f { set x=1 ; }\nset x=2", "2"],
    ["set x=1\nunset x", ""],
    ['set x="a\\"b"; set x="${x}c$x"', 'a"bca"b'],
  ])("%j", (text, expected) => {
    expect(run(text).variables.get("x")?.value ?? "").toBe(expected);
  });

  it("keeps menus apart: entries that are skipped, nested ones, ones without an end", () => {
    const { nodes } = run(`if [ 1 = 2 ]; then
menuentry 'skipped' { linux /a
}
fi
submenu 'more' --id=more {
 menuentry one --id one { linux /b x; initrd /i }
 submenu deep { menuentry two { linux /c
 } }
}
menuentry 'open' { linux /d`);
    expect(nodes.map(({ title }) => title)).toEqual(["more", "open"]);
    expect(entriesOf(nodes, "more>deep>two").map(({ kernel }) => kernel)).toEqual(["/c", "/b", "/d"]);
    expect(entriesOf(nodes, "nothing").map(({ kernel }) => kernel)).toEqual(["/b", "/c", "/d"]);
    expect(entriesOf(nodes, "1")[0]).toEqual({ kernel: "/d", initrds: [], options: "", line: 10 });
  });

  it("ends on whatever is written", () => {
    const word = fc.constantFrom(
      ..."if [ ] = -z then else elif fi { } ; $x ${x} ${ ' \" \\ menuentry submenu function linux initrd set x=1 > --id while do done # case".split(
        " ",
      ),
    );
    const line = fc
      .array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 12 })
      .map((words) => words.join(" "));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.string({ maxLength: 8 }), (lines, chosen) => {
        const text = lines.join("\n");
        entriesOf(run(text).nodes, chosen);
        parseGrubLegacy(splitLines(text));
        parseLilo(splitLines(text));
      }),
      { numRuns: 1000, seed: 20261121 },
    );
  });
});
