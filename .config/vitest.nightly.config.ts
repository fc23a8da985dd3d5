import { defineConfig } from "vitest/config";

/** What takes too long for every run: `npm run test:nightly`. See `e2e/nightly`. */
export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    name: "nightly",
    include: ["e2e/nightly/**/*.nightly.ts"],
    maxWorkers: 1,
    expect: { poll: { timeout: 10_000 } },
  },
});
