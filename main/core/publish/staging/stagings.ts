import { join } from "node:path";
import type { z } from "zod";
import type { ParsedInputOf } from "#contract/contract.ts";
import {
  StagingViewSchema,
  type StagingConnectSchema,
  type StagingPlace,
  type StagingView,
} from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Practice } from "#core/practice/practice.ts";
import { accessOf } from "#core/publish/accounts/access-of.ts";
import { createListFile, type ListFile } from "#core/publish/accounts/list-file.ts";
import { migrateAccounts } from "#core/publish/accounts/migrate-accounts.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import type { TransferGate } from "#staging/transfer-gate.ts";
import { openStaging, type OpenStagingDeps } from "./open-staging.ts";
import { assertSameSpot, keepsSecret } from "./same-spot.ts";
import { practicePlace, type PracticePlace } from "./practice-place.ts";
import { proveStorage } from "./prove-storage.ts";
import { stagingSecretName } from "./staging-secret.ts";

type StagingChanges = Omit<ParsedInputOf<"stagings.change">, "stagingId">;

/** The storages on which images are put so that a provider can fetch them. */
export interface Stagings {
  load(): Promise<void>;
  /** Puts, reads and removes a small object, then keeps the keys; answers the new storage's id. */
  connect(input: z.output<typeof StagingConnectSchema>, signal?: AbortSignal): Promise<string>;
  /** Other keys for the same storage, proved before the old ones are replaced; or another name. */
  change(id: string, changes: StagingChanges, signal?: AbortSignal): Promise<void>;
  /** Answers the id of a practice storage; adds it when there is none. */
  addPractice(wanted: PracticePlace): Promise<string>;
  /** Forgets a storage and its secret. Refused while an account names it. */
  remove(id: string): Promise<void>;
  view(id: string): StagingView;
  open(id: string): Promise<StagingStore>;
  /** What was found of ours when it was last looked at. */
  saw(id: string, seen: NonNullable<StagingView["seen"]>): Promise<void>;
}

export function createStagings(deps: {
  ports: Ports;
  store: StateStore;
  practice: Practice;
  gate: TransferGate;
  agentSocket?: string | null;
}): Stagings {
  const { ports, store, practice } = deps;
  const { secrets, clock, directories } = ports;
  const file: ListFile<StagingView> = createListFile({
    path: join(directories.data, "stagings.json"),
    name: "stagings",
    version: 1,
    entry: StagingViewSchema,
  });
  const opening: OpenStagingDeps = {
    clock,
    gate: deps.gate,
    agentSocket: deps.agentSocket ?? null,
    accessOf: (accountId) => {
      const account = store.state.accounts[accountId];
      if (account !== undefined) return accessOf({ secrets, practice }, account);
      throw new AppError("not-found", `The account of this bucket (${accountId}) is not connected any more`);
    },
  };
  let adding: Promise<unknown> = Promise.resolve();

  function view(id: string): StagingView {
    const staging = store.state.stagings[id];
    if (staging === undefined) throw new AppError("not-found", `There is no staging storage ${id}`);
    return staging;
  }

  async function keep(staging: StagingView): Promise<void> {
    await file.change((entries) => [...entries.filter(({ id }) => id !== staging.id), staging]);
    store.put("stagings", staging.id, staging);
  }

  function assertFreeName(name: string, exceptId?: string): void {
    if (Object.values(store.state.stagings).some((each) => each.name === name && each.id !== exceptId))
      throw new AppError("already-exists", `There is a staging storage named ${name} already`);
  }

  /** Proves them, then keeps the secret. */
  async function changeKeys(
    staging: StagingView,
    place: StagingPlace,
    typed: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (staging.practice) throw new AppError("bad-input", "A practice storage has no keys to change");
    assertSameSpot(staging.place, place);
    const secretName = stagingSecretName(staging.id);
    const secret = typed ?? (keepsSecret(staging.place, place) ? await secrets.get(secretName) : null);
    await proveStorage(await openStaging(place, secret, opening), ports, signal);
    if (secret === null) await secrets.remove(secretName);
    else await secrets.set(secretName, secret);
  }

  async function newPractice(wanted: PracticePlace): Promise<string> {
    const { name, place } = practicePlace(await practice.start(), wanted);
    const isSame = (known: StagingPlace): boolean =>
      known.kind === place.kind && (known.kind !== "oci" || known.accountId === wanted.accountId);
    const existing = Object.values(store.state.stagings).find((each) => each.practice && isSame(each.place));
    if (existing !== undefined) return existing.id;
    const id = newId();
    await keep({ id, name, practice: true, place, createdAt: clock.nowIso(), seen: null });
    return id;
  }

  /** Ports of the practice servers change from start to start. */
  async function openPractice(staging: StagingView): Promise<StagingStore> {
    const { place } = staging;
    if (place.kind === "oci" || place.kind === "sftp") return openStaging(place, null, opening);
    const endpoints = await practice.start();
    const current = practicePlace(endpoints, { kind: place.kind, accountId: "" }).place;
    if (JSON.stringify(current) !== JSON.stringify(place)) await keep({ ...staging, place: current });
    return openStaging(current, endpoints.s3.secretAccessKey, opening);
  }

  return {
    view,

    async load() {
      await migrateAccounts({ dataDirectory: directories.data, secrets, stagings: file });
      for (const staging of await file.read()) store.put("stagings", staging.id, staging);
    },

    async connect({ name, place, secret }, signal = new AbortController().signal) {
      assertFreeName(name);
      await proveStorage(await openStaging(place, secret ?? null, opening), ports, signal);
      const id = newId();
      if (secret !== undefined) await secrets.set(stagingSecretName(id), secret);
      await keep({ id, name, practice: false, place, createdAt: clock.nowIso(), seen: null });
      return id;
    },

    async change(id, { name, place, secret }, signal = new AbortController().signal) {
      const staging = view(id);
      if (name !== undefined) assertFreeName(name, id);
      if (place !== undefined || secret !== undefined)
        await changeKeys(staging, place ?? staging.place, secret, signal);
      await keep({
        ...view(id),
        ...(name === undefined ? {} : { name }),
        ...(place === undefined ? {} : { place }),
      });
    },

    addPractice(wanted) {
      const done = adding.then(() => newPractice(wanted));
      adding = done.catch(() => {});
      return done;
    },

    async remove(id) {
      const { name } = view(id);
      const user = Object.values(store.state.accounts).find(({ stagingId }) => stagingId === id);
      if (user !== undefined) {
        throw new AppError("bad-input", `The account ${user.name} stages its images on ${name}`, {
          hint: "Give the account another storage first.",
        });
      }
      await file.change((entries) => entries.filter((staging) => staging.id !== id));
      store.remove("stagings", id);
      await secrets.remove(stagingSecretName(id));
    },

    async open(id) {
      const staging = view(id);
      if (staging.practice) return openPractice(staging);
      return openStaging(staging.place, await secrets.get(stagingSecretName(id)), opening);
    },

    async saw(id, seen) {
      await keep({ ...view(id), seen });
    },
  };
}
