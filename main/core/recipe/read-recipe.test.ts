import { Ajv2020 } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { publishedSchema } from "#contract/json-schemas.ts";
import { parseRecipe, readRecipe } from "./read-recipe.ts";

const good = `# a golden image
name: Golden
machine: { cores: 1, memory: 512 MiB, disk: 2G }
iso: ./installer.iso
variables:
  user: craft
  password: { secret: true }
steps:
  - boot
  - choose: { entry: Install, in: GNU GRUB, timeout: 5 min }
  - expect: { prompt: "login:" }
  - login: { user: "{{user}}", password: "{{password}}", over: ssh }
  - run: |
      echo \${HOME} {{user}} {{.Names}}
  - checkpoint: installed
  - press: [up, Enter, Ctrl-C]
  - powerOff
  - compact: Golden image
  - publish: { to: practice }
`;
const tell = (text: string): string[] =>
  readRecipe(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
const steps = (...lines: string[]): string =>
  `name: x\nsteps:\n${lines.map((line) => `  - ${line}\n`).join("")}`;

describe("readRecipe", () => {
  it("reads every kind of step", () => {
    expect(tell(good)).toEqual([]);
    const recipe = parseRecipe(good);
    expect(recipe.head).toMatchObject({ name: "Golden", machine: { cores: 1 } });
    expect(recipe.steps.map(({ name }) => name)).toEqual(
      "boot choose expect login run checkpoint press powerOff compact publish".split(" "),
    );
  });

  it.each([
    [
      `nmae: x\nsteps: [boot]\n`,
      ["1:1 This needs `name`, a text", "1:1 Unknown field `nmae`; did you mean `name`?"],
    ],
    [
      `name: x\nmachine:\n  memry: 1G\nsteps: [boot]\n`,
      ["3:3 Unknown field `memry`; did you mean `memory`?"],
    ],
    [`name: x\nmachine: { memory: much }\nsteps: [boot]\n`, [/^2:20 .*size is written like/]],
    [`name: x\n`, ["1:1 `steps:` needs a list of at least one step"]],
    [`name: x\nsteps: []\n`, ["2:8 `steps:` needs a list of at least one step"]],
    [steps("boot", "exepct: hello"), ["4:5 There is no step `exepct`; did you mean `expect`?"]],
    [steps("login"), ["3:5 `login` needs a value: write `login: …`"]],
    [steps("boot\n    expect: x"), [/^\d+:\d+ /]],
    [steps("expect: x\n    type: y"), ["4:5 A step has one name; put `- ` before `type`"]],
    [steps("expect: { txt: x }"), ["3:15 Unknown field `txt`; did you mean `text`?"]],
    [steps("expect: { text: x, timeout: soon }"), [/^3:33 .*time is written like/]],
    [steps("expect: { timeout: 5 s }"), ["3:13 `expect` needs one of `text`, `pattern` and `prompt`"]],
    [steps('expect: { pattern: "(" }'), [/^3:24 This is no pattern: /]],
    [
      steps(`expect: { pattern: "${"(x|".repeat(3000)}y${")".repeat(3000)}" }`),
      ["3:24 This must have at most 1000 characters"],
    ],
    [steps("press: entr"), ["3:12 There is no key `entr`; did you mean `enter`?"]],
    [steps('type: "{{usr}}"'), ["3:11 There is no variable `usr`; declare it under `variables:`"]],
    [steps("checkpoint: a", "checkpoint: a"), ["4:17 Two checkpoints have the name `a`"]],
    [steps("publish: { to: x }"), ["3:14 `publish` needs an image: put `compact` before it"]],
    [steps("copy: { from: a, to: b }"), [/^3:11 .*over SSH/]],
    [`name: [x\nsteps: [boot]\n`, [/^2:1 /]],
    [`name: 5\nmachine: { cores: two }\nsteps: [boot]\n`, [/^1:7 This must be a text/, /^2:19 .*a number/]],
    [`name: x\nname: y\nsteps: [boot]\n`, ["2:1 This field stands here twice"]],
    [`name: x\nsteps:\n\t- boot\n`, [/^3:1 Tabs/]],
    [`name: x\nsteps: [boot]\n---\nname: y\n`, [/^3:1 A second document/]],
    [`name: x\nmachine: { memory: 1 B }\nsteps: [boot]\n`, [/^2:20 A machine cannot have 1 B of memory/]],
    [`name: x\nmachine: { disk: 0.3 GiB }\nsteps: [boot]\n`, [/^2:18 A machine cannot have 0.3 GiB/]],
    [
      `name: x\niso: { url: "file:///etc/passwd", sha256: x }\nsteps: [boot]\n`,
      [/^2:13 .*https:/, /^2:43 A SHA-256/],
    ],
    [
      `name: x\niso: { url: "http://x/y", sha256: ${"0".repeat(64)} }\nsteps: [boot]\n`,
      ["2:35 This must be a text, and is a number; put it in quotes"],
    ],
    [steps("run: !!js/function 'x'"), ["3:10 Tags (`!…`) have no meaning in a recipe"]],
    [steps("run: !!binary aGVsbG8="), ["3:10 Tags (`!…`) have no meaning in a recipe"]],
    [steps("boot: { timeout: 600 h }"), [/^3:22 A time to wait is/]],
    [steps("__proto__: 1", "toString"), [/^3:5 There is no step/, /^4:5 There is no step/]],
    [`name: x\nsteps: &a [*a]\n`, ["2:12 This alias stands inside what it names"]],
    [`- boot\n`, ["1:1 A recipe begins with `name:` and `steps:`"]],
    [``, ["1:1 A recipe begins with `name:` and `steps:`"]],
  ])("tells what is wrong and where: %j", (text, expected) => {
    expect(tell(text)).toEqual(
      expected.map((one) => (typeof one === "string" ? one : expect.stringMatching(one))),
    );
  });

  it("tells all of it at once, in the order of the lines", () => {
    const text = steps("boot", "exepct: x", 'type: "{{usr}}"', "press: entr");
    expect(tell(text).map((one) => one.split(" ")[0])).toEqual(["4:5", "5:11", "6:12"]);
  });

  it("refuses a document that blows itself up", () => {
    const level = (name: string, of: string): string =>
      `${name}: &${name} [${Array(9).fill(`*${of}`).join(", ")}]\n`;
    const bomb = `a: &a [x]\n${level("b", "a")}${level("c", "b")}${level("d", "c")}${level("e", "d")}`;
    expect(tell(bomb)).toEqual([expect.stringMatching(/^5:\d+ .*too many aliases/)]);
    expect(tell(`name: x\nsteps: ${"[".repeat(20_000)}`)[0]).toMatch(/^2:\d+ This is nested too deeply/);
    const deep = `name: x\nsteps: ${"[".repeat(40)}${"]".repeat(40)}\n`;
    expect(tell(deep)).toEqual([expect.stringMatching(/^2:\d+ This is nested too deeply/)]);
  });

  it("does not begin to read one of ten megabytes, and takes little time for the largest", () => {
    const line = "  - rnu: echo {{nobody}}\n";
    expect(tell(`name: x\nsteps:\n${line.repeat(400_000)}`)).toEqual([
      expect.stringMatching(/^\d{5}:\d+ A recipe has at most 512 KiB/),
    ]);
    const startMs = performance.now();
    expect(tell(`name: x\nsteps:\n${line.repeat(10_000)}`)).toHaveLength(100);
    expect(performance.now() - startMs).toBeLessThan(4_000);
  });

  it("agrees with the schema that editors use", () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    addFormatsModule.default(ajv);
    const validate = ajv.compile(publishedSchema("recipe"));
    expect(validate(parse(good)), JSON.stringify(validate.errors)).toBe(true);
    for (const [field, bad] of [
      ["iso", { url: "no address", sha256: "0".repeat(64) }],
      ["iso", { url: "https://x/y.iso", sha256: "0" }],
      ["machine", { memory: "much" }],
      ["steps", ["login"]],
      ["steps", [{ exepct: "x" }]],
      ["steps", [{ run: "x", boot: null }]],
      ["steps", []],
      ["nmae", "x"],
    ] as const) {
      const recipe = { name: "x", steps: ["boot"], [field]: bad };
      expect(tell(stringify(recipe)), field).not.toEqual([]);
      expect(validate(recipe), JSON.stringify(recipe)).toBe(false);
    }
  });

  it("throws all of it at once for a caller that needs a recipe", () => {
    expect(() => parseRecipe(steps("a", "b"))).toThrow(/Line 3, column 5: .*\(and 1 more\)/);
  });
});
