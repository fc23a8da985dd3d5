import { describe, expect, it } from "vitest";
import { createRedactor } from "./redactor.ts";

describe("redaction", () => {
  it("removes registered secrets in every spelling", () => {
    const redactor = createRedactor();
    redactor.register('pa"ss/w+rd');
    expect(redactor.redact('plain pa"ss/w+rd, url pa%22ss%2Fw%2Brd, json pa\\"ss/w+rd')).toBe(
      "plain ***, url ***, json ***",
    );
  });

  it("removes the longer of two secrets first", () => {
    const redactor = createRedactor();
    redactor.register("secret");
    redactor.register("secret-and-more");
    expect(redactor.redact("x secret-and-more y secret z")).toBe("x *** y *** z");
  });

  it.each([
    ["authorization: Bearer abcdef0123456789", "authorization: Bearer ***"],
    ["Basic dXNlcjpwYXNzd29yZA==", "Basic ***"],
    [`dop_v1_${"a1".repeat(32)}`, "***"],
    ["AKIAABCDEFGHIJKLMNOP", "***"],
    ["https://s/x?a=1&X-Amz-Signature=abc123&b=2", "https://s/x?a=1&X-Amz-Signature=***&b=2"],
    ['{"apiToken":"abc","n":1}', '{"apiToken":"***","n":1}'],
    ['{"secretAccessKey":"a\\"b"}', '{"secretAccessKey":"***"}'],
  ])("knows the shape of credentials: %s", (text, clean) => {
    expect(createRedactor().redact(text)).toBe(clean);
  });

  it("leaves ordinary words alone", () => {
    const text = "The token was refused; basic facts of the bearer follow.";
    const redactor = createRedactor();
    redactor.register("to");
    expect(redactor.redact(text)).toBe(text);
  });
});
