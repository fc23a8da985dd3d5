import { describe, expect, it } from "vitest";
import { commands } from "./commands.ts";
import { UsageError } from "./command.ts";
import { parseCommandLine, suggest } from "./parse-command-line.ts";

const parse = (...argv: string[]) => parseCommandLine(argv, commands);
const words = (...argv: string[]) => parse(...argv).command?.words.join(" ") ?? null;

describe("finding the command", () => {
  it("takes the longest match, and global options before or after it", () => {
    expect(words("machine", "list")).toBe("machine list");
    expect(words("--json", "machine", "list")).toBe("machine list");
    expect(parse("--json", "machine", "list").json).toBe(true);
    expect(parse("machine", "list", "--json").json).toBe(true);
    expect(parse("doctor", "-h")).toMatchObject({ help: true });
    expect(parse("help", "doctor")).toMatchObject({ help: true, command: { words: ["doctor"] } });
  });

  it("shows help for a group and for nothing", () => {
    expect(parse("machine", "--help")).toMatchObject({ command: null, group: ["machine"], help: true });
    expect(parse()).toMatchObject({ command: null, group: [], help: false });
    expect(parse("--version")).toMatchObject({ version: true });
  });

  it("suggests the nearest command", () => {
    expect(() => parse("docter")).toThrow("There is no command docter. Did you mean doctor?");
    expect(() => parse("machine", "lst")).toThrow("Did you mean list?");
    expect(() => parse("machine")).toThrow("machine what? One of: create, list");
    expect(suggest("xyzzy", ["doctor"])).toBe("");
  });
});

describe("options and arguments", () => {
  it("are parsed strictly", () => {
    expect(parse("publish", "web", "--to", "practice", "--override")).toMatchObject({
      positionals: ["web"],
      options: { to: ["practice"], override: true },
    });
    expect(parse("check", "a", "b", "--for=oci").positionals).toEqual(["a", "b"]);
    expect(parse("check", "--", "--odd-name").positionals).toEqual(["--odd-name"]);
  });

  it.each([
    ["an unknown option", ["doctor", "--frsh"]],
    ["an unknown global option", ["--frsh", "doctor"]],
    ["a missing value", ["publish", "web", "--to"]],
    ["a value for a flag", ["doctor", "--fresh=yes"]],
    ["a missing argument", ["console"]],
    ["one argument too many", ["console", "a", "b"]],
    ["an argument where none is taken", ["doctor", "now"]],
  ])("refuse %s", (_, argv) => {
    expect(() => parse(...argv)).toThrow(UsageError);
  });

  it("are not missed when help is asked for", () => {
    expect(parse("console", "--help")).toMatchObject({ help: true });
  });
});

describe("the table of commands", () => {
  it("has a summary without full stop, examples, and no clash of names", () => {
    const seen = commands.map((spec) => spec.words.join(" "));
    expect(new Set(seen).size).toBe(seen.length);
    for (const spec of commands) {
      expect(spec.summary).not.toMatch(/\.$/);
      expect(spec.examples.length).toBeGreaterThan(0);
      for (const example of spec.examples) expect(example).toContain(`goldsmith ${spec.words.join(" ")}`);
      expect(Object.keys(spec.options)).not.toContain("json");
    }
  });
});
