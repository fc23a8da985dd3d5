// npm links the commands of dependencies only; `npx goldsmith` in the checkout would look for a stranger's package
// of that name in the registry. Run by `prepare`, with whatever Node npm itself runs on.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "node_modules", ".bin");
const target = join("..", "..", "main", "hosts", "cli", "bin.mjs");
const link = join(folder, "goldsmith");
mkdirSync(folder, { recursive: true });
rmSync(link, { force: true });
if (process.platform === "win32") writeFileSync(`${link}.cmd`, `@node "%~dp0\\${target}" %*\r\n`);
else symlinkSync(target, link);
