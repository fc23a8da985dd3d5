import { describe, expect, it } from "vitest";
import { parseIni } from "./ini.ts";
import { revealRclone } from "./rclone-reveal.ts";
import { yamlValues } from "./yaml-values.ts";

describe("parseIni", () => {
  it("reads sections, values to the end of the line and nested settings", () => {
    const text = [
      "lost = before any section",
      "# comment",
      "[ a ]",
      "key = with = sign ; and # more",
      "s3 =",
      "  endpoint_url = https://nested.example",
      "\tother=2",
      "next=1",
      "  indented = its own",
      "; comment",
      "no equals",
      "= no name",
      "[b]",
      "x=1\r",
      "[ a ]",
      "key=later",
    ].join("\n");
    expect(
      Object.fromEntries([...parseIni(text)].map(([name, values]) => [name, Object.fromEntries(values)])),
    ).toEqual({
      a: {
        key: "later",
        s3: "",
        "s3.endpoint_url": "https://nested.example",
        "s3.other": "2",
        next: "1",
        indented: "its own",
      },
      b: { x: "1" },
    });
  });

  it("takes names like those of objects as names", () => {
    expect(parseIni("[__proto__]\nconstructor=1").get("__proto__")?.get("constructor")).toBe("1");
  });
});

describe("revealRclone", () => {
  it.each(["k9S8wvmJXfisosuGCe0-UAmpBpg4ZGXr1wY", "qiByAxKnG8FH6HuxLm7gNJvvFWZ3yri4my8"])(
    "reads what rclone obscured: %s",
    (obscured) => {
      expect(revealRclone(obscured)).toBe("hunter2 ü");
    },
  );

  it.each(["", "short", "not base64url!", "AAAAAAAAAAAAAAAAAAAAAP____8"])(
    "refuses what rclone never wrote: %s",
    (text) => {
      expect(revealRclone(text)).toBeNull();
    },
  );
});

describe("yamlValues", () => {
  it("answers scalars and maps of scalars, and nothing else", () => {
    const values = yamlValues("a: 1\nb: ''\nc: [1]\nd: {x: y, z: [1], w: true}\n__proto__: {q: 1}\n");
    expect([values?.text("a"), values?.text("b"), values?.text("c"), values?.text("toString")]).toEqual([
      "1",
      null,
      null,
      null,
    ]);
    expect([...(values?.texts("d") ?? [])]).toEqual([
      ["x", "y"],
      ["w", "true"],
    ]);
    expect([...(values?.texts("toString") ?? [])]).toEqual([]);
  });

  it.each(["[1, 2]", "text", "a: [", "a: b: c", "a: &x 1\nb: *x", "\t- x"])(
    "refuses other documents: %j",
    (text) => {
      expect(yamlValues(text)).toBeNull();
    },
  );

  it("takes an empty file for one without values", () => {
    expect(yamlValues("")?.text("a")).toBeNull();
  });
});
