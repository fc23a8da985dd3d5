import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Settings } from "#contract/settings.ts";
import { createSettings } from "./settings.ts";
import { StateStore } from "./state-store.ts";

it("limits uploads for this process only, whatever is set meanwhile", async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), "goldsmith-settings-"));
  try {
    const applied: (number | null)[] = [];
    const apply = (settings: Settings): void => void applied.push(settings.uploadLimitBytesPerSecond);
    const open = (): ReturnType<typeof createSettings> =>
      createSettings({ dataDirectory, store: new StateStore(), apply });
    const settings = open();
    await settings.load();
    settings.limitForNow(5_000);
    await settings.change({ uploadLimitBytesPerSecond: 7_000 });
    expect(settings.current().uploadLimitBytesPerSecond).toBe(7_000);
    // A process that is killed leaves nothing behind.
    await open().load();
    expect(applied).toEqual([null, 5_000, 5_000, 7_000]);
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
});

it("applies what holds: at load, after a change, and after the next start", async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), "goldsmith-settings-"));
  try {
    const applied: Settings[] = [];
    const apply = (settings: Settings): void => void applied.push(settings);
    const open = (): ReturnType<typeof createSettings> =>
      createSettings({ dataDirectory, store: new StateStore(), apply });
    const settings = open();
    await settings.load();
    await Promise.all([
      settings.change({ uploadLimitBytesPerSecond: 1_000_000 }),
      settings.change({ uploadsPaused: true, prices: undefined }),
    ]);
    await open().load();
    const both = { uploadLimitBytesPerSecond: 1_000_000, uploadsPaused: true, prices: {} };
    expect(applied).toEqual([
      { uploadLimitBytesPerSecond: null, uploadsPaused: false, prices: {} },
      { uploadLimitBytesPerSecond: 1_000_000, uploadsPaused: false, prices: {} },
      both,
      both,
    ]);
    expect(settings.current()).toEqual(both);
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
});
