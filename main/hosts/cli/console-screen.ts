import type { SerializeAddon as Serializer } from "@xterm/addon-serialize";
import type { Terminal as Emulator } from "@xterm/headless";

/**
 * The screen that these bytes leave behind, as text that draws it again. Replaying the bytes themselves would
 * repeat every question that the guest once asked of its terminal, and the answers would be typed at it.
 */
export async function lastScreen(
  bytes: Uint8Array,
  size: { columns: number; rows: number },
): Promise<string> {
  // Both are CommonJS: their names are on the default export. Loaded here, for no other command needs them.
  const headless = (await import("@xterm/headless")) as unknown as { default: { Terminal: typeof Emulator } };
  const addon = (await import("@xterm/addon-serialize")) as unknown as {
    default: { SerializeAddon: typeof Serializer };
  };
  const emulator = new headless.default.Terminal({
    cols: Math.max(size.columns, 20),
    rows: Math.max(size.rows, 5),
    scrollback: 0,
    allowProposedApi: true,
  });
  const serializer = new addon.default.SerializeAddon();
  emulator.loadAddon(serializer);
  await new Promise<void>((done) => emulator.write(bytes, done));
  const text = serializer.serialize({ scrollback: 0 });
  emulator.dispose();
  return text;
}
