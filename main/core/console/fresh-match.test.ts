import { describe, expect, it } from "vitest";
import { matchFresh } from "./fresh-match.ts";

describe("matchFresh", () => {
  it("finds what is new on the screen", () => {
    expect(matchFresh(/login: /, ["Debian", "host login: "], ["Debian", ""])?.[0]).toBe("login: ");
  });

  it("does not find what stood there before, also after it scrolled", () => {
    expect(matchFresh(/login:/, ["host login:", ""], ["Debian", "host login:"])).toBeNull();
  });

  it("does not take an old prompt for a new one because something was typed behind it", () => {
    expect(matchFresh(/# /, ["root@x:~# ls", ""], ["root@x:~#", ""])).toBeNull();
    expect(matchFresh(/ls/, ["root@x:~# ls", ""], ["root@x:~#", ""])?.[0]).toBe("ls");
  });

  it("goes on behind an old place to a new one, and over rows", () => {
    expect(matchFresh(/b\nc/, ["a", "b", "c"], ["a", "b"])?.index).toBe(2);
    expect(matchFresh(/ok/, ["ok", "and ok too"], ["ok"])?.index).toBe(7);
  });

  it("never matches nothing", () => {
    expect(matchFresh(/x*/, ["new"], [])).toBeNull();
  });
});
