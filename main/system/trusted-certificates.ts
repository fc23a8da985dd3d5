import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";
import { Worker } from "node:worker_threads";

export interface TrustedCertificates {
  /** PEM, each once. */
  readonly certificates: readonly string[];
  /** What was named and cannot be used, in words. */
  readonly problems: readonly string[];
}

/** Reading the system's store takes a tenth of a second on Linux and longer elsewhere: not on the main thread. */
const readStore = `require("node:worker_threads").parentPort.postMessage(require("node:tls").getCACertificates("system"))`;

/**
 * Whom to trust: what Node brings along, the system's store (where companies put the authority of their inspecting
 * proxy), and the files named by NODE_EXTRA_CA_CERTS and SSL_CERT_FILE.
 */
export async function trustedCertificates(
  env: Readonly<Record<string, string | undefined>>,
): Promise<TrustedCertificates> {
  const problems: string[] = [];
  const system = systemStore().catch((error: unknown) => {
    problems.push(`The system's certificates cannot be read: ${String(error)}`);
    return [];
  });
  const named = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"].map(async (name) => {
    const path = env[name] ?? "";
    if (path === "") return [];
    const { certificates, problem } = await certificatesOf(path);
    if (problem !== null) problems.push(`${name}: ${path} ${problem}`);
    return certificates;
  });
  const all = [rootCertificates, await system, ...(await Promise.all(named))].flat();
  return { certificates: [...new Set(all.map((pem) => pem.trim()))], problems };
}

async function systemStore(): Promise<string[]> {
  const worker = new Worker(readStore, { eval: true });
  try {
    return await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error("the reader ended early")));
    });
  } finally {
    await worker.terminate();
  }
}

async function certificatesOf(path: string): Promise<{ certificates: string[]; problem: string | null }> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return { certificates: [], problem: "cannot be read" };
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  const certificates = blocks.filter(isCertificate);
  if (certificates.length < blocks.length) return { certificates, problem: "holds a damaged certificate" };
  return { certificates, problem: blocks.length === 0 ? "holds no certificate" : null };
}

/** One damaged entry would make the whole store unusable. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
