import { join } from "node:path";
import type { z } from "zod";
import { StagingViewSchema, type StagingConnectSchema, type StagingView } from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Practice } from "#core/practice/practice.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import type { TransferGate } from "#staging/transfer-gate.ts";
import { createListFile, type ListFile } from "#core/publish/accounts/list-file.ts";
import { migrateAccounts } from "#core/publish/accounts/migrate-accounts.ts";
import { openStaging } from "./open-staging.ts";
import { stagingSecretName } from "./staging-secret.ts";

/** The storages on which images are put so that a provider can fetch them. */
export interface Stagings {
  load(): Promise<void>;
  /** Tests the keys, then keeps them; answers the new storage's id. */
  connect(input: z.output<typeof StagingConnectSchema>, signal?: AbortSignal): Promise<string>;
  /** Answers the practice storage's id; adds it when there is none. */
  addPractice(): Promise<string>;
  /** Forgets a storage and its secret. Refused while an account names it. */
  remove(id: string): Promise<void>;
  view(id: string): StagingView;
  open(id: string): Promise<StagingStore>;
}

export function createStagings(deps: {
  ports: Ports;
  store: StateStore;
  practice: Practice;
  /** Before all uploads of the app. */
  gate: TransferGate;
}): Stagings {
  const { ports, store, practice, gate } = deps;
  const { secrets, clock, directories } = ports;
  const file: ListFile<StagingView> = createListFile({
    path: join(directories.data, "stagings.json"),
    name: "stagings",
    version: 1,
    entry: StagingViewSchema,
  });
  let addingPractice: Promise<string> | null = null;

  function view(id: string): StagingView {
    const staging = store.state.stagings[id];
    if (staging === undefined) throw new AppError("not-found", `There is no staging storage ${id}`);
    return staging;
  }

  async function keep(staging: StagingView): Promise<void> {
    await file.change((entries) => [...entries.filter(({ id }) => id !== staging.id), staging]);
    store.put("stagings", staging.id, staging);
  }

  async function newPractice(): Promise<string> {
    const existing = Object.values(store.state.stagings).find((staging) => staging.practice);
    if (existing !== undefined) return existing.id;
    const { secretAccessKey: _, ...place } = (await practice.start()).s3;
    const id = newId();
    await keep({
      id,
      name: "Practice storage",
      practice: true,
      place: { kind: "s3", publicUrlTemplate: null, ...place },
      createdAt: clock.nowIso(),
      seen: null,
    });
    return id;
  }

  return {
    view,

    async load() {
      await migrateAccounts({ dataDirectory: directories.data, secrets, stagings: file });
      for (const staging of await file.read()) store.put("stagings", staging.id, staging);
    },

    async connect({ name, place, secret }, signal = new AbortController().signal) {
      if (Object.values(store.state.stagings).some((staging) => staging.name === name)) {
        throw new AppError("already-exists", `There is a staging storage named ${name} already`);
      }
      await openStaging(place, secret ?? null, gate).probe(signal);
      const id = newId();
      if (secret !== undefined) await secrets.set(stagingSecretName(id), secret);
      await keep({ id, name, practice: false, place, createdAt: clock.nowIso(), seen: null });
      return id;
    },

    addPractice() {
      addingPractice ??= newPractice().finally(() => (addingPractice = null));
      return addingPractice;
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
      if (!staging.practice)
        return openStaging(staging.place, await secrets.get(stagingSecretName(id)), gate);
      const { secretAccessKey, ...place } = (await practice.start()).s3;
      const current: StagingView = { ...staging, place: { kind: "s3", publicUrlTemplate: null, ...place } };
      if (JSON.stringify(current.place) !== JSON.stringify(staging.place)) await keep(current);
      return openStaging(current.place, secretAccessKey, gate);
    },
  };
}
