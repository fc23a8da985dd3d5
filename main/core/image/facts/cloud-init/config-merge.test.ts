import { describe, expect, it } from "vitest";
import { mergeConfigs } from "./config-merge.ts";
import { entryAt, parseConfig, type ConfigMap, type ConfigValue } from "./config-value.ts";

const parse = (text: string, path = "x"): ConfigMap => {
  const config = parseConfig(text, path);
  if (config === null) throw new Error("no configuration");
  return config;
};
const plain = (value: ConfigValue): unknown => {
  if (value.kind === "scalar") return value.value;
  if (value.kind === "list") return value.items.map(plain);
  return Object.fromEntries([...value.entries].map(([key, entry]) => [key, plain(entry.value)]));
};
/** Texts in the order of reading, as cloud-init's files are. */
const merged = (...texts: string[]): unknown =>
  plain(mergeConfigs(texts.map((text) => parse(text)).toReversed()));

describe("mergeConfigs", () => {
  it("lets the last file win for words and lists, and goes into mappings", () => {
    expect(merged("a: 1\nl: [1]\nm: {x: 1, y: {z: 1}}\n", "a: 2\nl: [2, 3]\nm: {y: {z: 2, w: 3}}\n")).toEqual(
      {
        a: 2,
        l: [2, 3],
        m: { x: 1, y: { z: 2, w: 3 } },
      },
    );
  });

  // "Merging user data sections", cloud-init documentation; the strong value is the later file's
  it.each([
    ["dict(recurse_array)+list(append)", "l: [new, old]"],
    ["dict(recurse_array)+list(prepend)", "l: [old, new]"],
    ["dict(replace)+list()", "l: [old]"],
    ["list(append)+dict()", "l: [new]"],
    ["dict(recurse_list)+list(no_replace)", "l: [new]"],
    ["dict(recurse_list)+list()", "l: [old]"],
  ])("merge_how: %s", (how, expected) => {
    expect(merged(`l: [old]\nmerge_how: "${how}"\n`, "l: [new]\n")).toEqual(plain(parse(expected)));
  });

  it("reads merge_how as a list, deletes and appends text where it is asked for", () => {
    const how =
      "merge_how:\n - name: list\n   settings: [append]\n - name: dict\n   settings: [recurse_list]\n";
    expect(merged(`l: [old]\n${how}`, "l: [new]\n")).toEqual({ l: ["new", "old"] });
    expect(merged("a: null\nmerge_type: dict(allow_delete)\n", "a: 1\nb: 2\n")).toEqual({ b: 2 });
    expect(merged("a: x\nmerge_how: dict(recurse_str)+str(append)\n", "a: y\n")).toEqual({ a: "yx" });
  });

  // found by running cloudinit.util.mergemanydict of 22.4 over some thousand random configurations beside this
  it("does as cloud-init does where kinds differ", () => {
    expect(merged("d: {a: 1}\n", "d: yes!\n")).toEqual({ d: { a: 1 } });
    expect(merged("d: {a: 1}\n", "d: true\n")).toEqual({ d: true });
    expect(merged("c: {b: 1, c: 2}\n", "c: [x]\n")).toEqual({ c: { b: 1, c: 2 } });
    const how = "merge_how: dict()+list(append)\n";
    expect(merged(`c: {b: 1, c: 2}\n${how}`, "c: [x]\n")).toEqual({ c: ["x", "b", "c"] });
    expect(merged("c: 1\nmerge_how: str()\n", "d: 2\n")).toEqual({ d: 2 });
  });

  it("keeps the line of the file that wins", () => {
    const config = mergeConfigs([parse("\nm: {}\n", "late"), parse("m:\n  x: 1\n", "early")]);
    expect(entryAt(config, "m")?.where).toEqual({ path: "late", line: 2 });
    expect(entryAt(config, "m", "x")?.where).toEqual({ path: "early", line: 2 });
  });
});

describe("parseConfig", () => {
  it.each<[string, string]>([
    [
      "an alias bomb",
      [
        "a0: &a0 [x, x, x, x]",
        ...Array.from({ length: 30 }, (_v, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(4)}]`),
      ].join("\n"),
    ],
    ["deep brackets", "[".repeat(100_000)],
    ["deep dashes", "- ".repeat(100_000)],
    ["errors without end", "a: [\n" + "}: {]\n".repeat(40_000)],
    ["anchors without end", "&a ".repeat(40_000)],
    ["tags without end", "!!str ".repeat(20_000)],
    ["escapes without end", `"${"\\q".repeat(60_000)}"`],
    ["very many keys", Array.from({ length: 20_000 }, (_v, i) => `k${i}: ${i}`).join("\n")],
  ])("refuses %s in time", (_name, text) => {
    const startedMs = performance.now();
    expect(parseConfig(text, "x")).toBeNull();
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it("reads what PyYAML reads: 1.1 booleans, merge keys, the last of equal keys, recursive aliases not", () => {
    const text =
      "base: &b {x: 1, y: 2}\nm:\n  <<: *b\n  y: 3\nflag: yes\noff: off\nlist: [None, null]\nflag: on\n";
    expect(plain(parse(text))).toEqual({
      base: { x: 1, y: 2 },
      m: { x: 1, y: 3 },
      flag: true,
      off: false,
      list: ["None", null],
    });
    expect(parseConfig("- a\n", "x")).toBeNull();
    expect(parseConfig("", "x")?.entries.size).toBe(0);
    expect(parseConfig("a: &a [*a]\n", "x")).toBeNull();
  });
});
