import { defineConfig } from "vitest/config";

/** A machine that other work keeps busy needs more than the second that is the default. */
const patience = { poll: { timeout: 10_000 } };

/**
 * Two projects. `unit` needs nothing but Node; `integration` (*.integration.test.ts) uses real QEMU, real
 * images and real servers from the system's packages, two files at a time: most of the time one of them waits for a
 * guest or a program that uses one core.
 */
export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["main/**/*.test.ts", "renderer/**/*.test.ts", "preload/**/*.test.ts", "e2e/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts", "**/node_modules/**"],
          testTimeout: 20_000,
          expect: patience,
        },
      },
      {
        test: {
          name: "integration",
          include: ["main/**/*.integration.test.ts", "e2e/**/*.integration.test.ts"],
          maxWorkers: 2,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          expect: patience,
        },
      },
    ],
  },
});
