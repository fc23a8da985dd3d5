import { describe, expect, it } from "vitest";
import { publicUrl } from "./public-url.ts";

const plain = { endpoint: "http://127.0.0.1:9000/", bucket: "images", publicUrlTemplate: null };

describe("publicUrl", () => {
  it.each([
    [plain, "a/b.qcow2", "http://127.0.0.1:9000/images/a/b.qcow2"],
    [plain, "ä b/50%#?&+'.img", "http://127.0.0.1:9000/images/%C3%A4%20b/50%25%23%3F%26%2B%27.img"],
    [
      { ...plain, endpoint: "https://eu2.contabostorage.com", bucket: "0a1b:images" },
      "k:1",
      "https://eu2.contabostorage.com/0a1b:images/k:1",
    ],
    [
      { ...plain, publicUrlTemplate: "https://images.nyc3.digitaloceanspaces.com/{key}" },
      "x/$&.img",
      "https://images.nyc3.digitaloceanspaces.com/x/%24%26.img",
    ],
  ])("%j %s", (config, key, url) => {
    expect(publicUrl(config, key)).toBe(url);
    expect(new URL(url).href).toBe(url);
  });
});
