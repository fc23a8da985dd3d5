import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A private key made for the test; it opens nothing. */
export function privateKey(): string {
  const folder = mkdtempSync(join(tmpdir(), "goldsmith-key-"));
  try {
    const path = join(folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "builder", "-f", path]);
    return readFileSync(path, "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
