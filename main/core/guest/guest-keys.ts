import { generateKeyPairSync } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { Ports } from "#ports/ports.ts";
import { openSshPrivateKey, openSshPublicKey } from "./openssh-key.ts";

/** `<data>/guests/<machine>.json`, version 1: whom the key lets in, and the host key that the guest showed first. */
const GuestFileSchema = z.object({
  version: z.literal(1),
  username: z.string().nullable(),
  publicKey: z.string().nullable(),
  /** `SHA256:…` as ssh-keygen shows it. */
  hostKey: z.string().nullable(),
});
type GuestFile = z.infer<typeof GuestFileSchema>;

export interface GuestKeys {
  /** The public key in OpenSSH's form; the pair is made when there is none. */
  publicKey(machineId: string): Promise<string>;
  /** Throws `not-found` when there is no pair. */
  privateKey(machineId: string): Promise<string>;
  record(machineId: string): Promise<Omit<GuestFile, "version">>;
  /** Remembers whom the key lets in. */
  setUsername(machineId: string, username: string | null): Promise<void>;
  /** Pins the first host key; throws `verify-failed` when another one is pinned. */
  assertHostKey(machineId: string, fingerprint: string): Promise<void>;
  /** The guest's next host key is taken as new: after an installation or a seal. */
  forgetHostKey(machineId: string): Promise<void>;
  /** Forgets all of it, with a machine that is gone. */
  remove(machineId: string): Promise<void>;
  /** Forgets the pair. The guest may still have its public part: see `key-scripts.ts`. */
  forget(machineId: string): Promise<void>;
}

/** What marks the key in a guest's `authorized_keys`, so that it can be found and taken out. */
export const keyComment = (machineId: string): string => `goldsmith-machine-${machineId}`;

export function createGuestKeys(deps: {
  ports: Pick<Ports, "secrets">;
  /** Also for machines that are not there yet. */
  folder: string;
}): GuestKeys {
  const { secrets } = deps.ports;
  const secretName = (machineId: string): string => `machine-key/${machineId}`;
  const path = (machineId: string): string => join(deps.folder, `${machineId}.json`);
  const making = new Map<string, Promise<string>>();
  const none: GuestFile = { version: 1, username: null, publicKey: null, hostKey: null };

  const read = async (machineId: string): Promise<GuestFile> =>
    (await readJson(path(machineId), GuestFileSchema)) ?? none;
  async function change(machineId: string, part: Partial<GuestFile>): Promise<void> {
    await mkdir(deps.folder, { recursive: true });
    await writeJson(path(machineId), { ...(await read(machineId)), ...part });
  }

  async function make(machineId: string): Promise<string> {
    const known = await read(machineId);
    if (known.publicKey !== null && (await secrets.get(secretName(machineId))) !== null)
      return known.publicKey;
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const seed = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
    const point = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    const comment = keyComment(machineId);
    await secrets.set(secretName(machineId), openSshPrivateKey(seed, point, comment));
    const line = openSshPublicKey(point, comment);
    await change(machineId, { publicKey: line, username: null });
    return line;
  }

  return {
    publicKey(machineId) {
      const running = making.get(machineId) ?? make(machineId).finally(() => making.delete(machineId));
      making.set(machineId, running);
      return running;
    },
    async privateKey(machineId) {
      const key = await secrets.get(secretName(machineId));
      if (key !== null) return key;
      throw new AppError("not-found", "This machine has no key yet", {
        hint: "Log in once with the password: the machine's key is then put into the guest.",
      });
    },
    record: read,
    setUsername: (machineId, username) => change(machineId, { username }),
    async assertHostKey(machineId, fingerprint) {
      const { hostKey } = await read(machineId);
      if (hostKey === null) return change(machineId, { hostKey: fingerprint });
      if (hostKey === fingerprint) return;
      throw new AppError("verify-failed", "The guest shows another host key than before", {
        hint: "That is right after a new installation or a seal; otherwise something else answers at the machine's port. Authorize again to accept it.",
        details: { known: hostKey, shown: fingerprint },
      });
    },
    forgetHostKey: (machineId) => change(machineId, { hostKey: null }),
    async remove(machineId) {
      await secrets.remove(secretName(machineId));
      await rm(path(machineId), { force: true });
    },
    async forget(machineId) {
      await secrets.remove(secretName(machineId));
      const { hostKey } = await read(machineId);
      await change(machineId, { ...none, hostKey });
    },
  };
}
