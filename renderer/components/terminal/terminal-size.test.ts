import { describe, expect, it } from "vitest";
import { atLeastSerial, suitableFontPx, typicalCell } from "./terminal-size.ts";

describe("suitableFontPx", () => {
  it("fills the pane with 80x24 within readable limits", () => {
    expect(suitableFontPx(true, 646, 480, typicalCell)).toBe(13);
    expect(suitableFontPx(true, 3000, 2000, typicalCell)).toBe(15);
    expect(suitableFontPx(true, 300, 200, typicalCell)).toBe(10);
  });
  it("stays put where the pane sets the size", () => {
    expect(suitableFontPx(false, 3000, 2000, typicalCell)).toBe(13);
  });
});

describe("atLeastSerial", () => {
  it("never goes below 80x24", () => {
    expect(atLeastSerial({ cols: 40, rows: 60 })).toEqual({ columns: 80, rows: 60 });
    expect(atLeastSerial(undefined)).toEqual({ columns: 80, rows: 24 });
  });
});
