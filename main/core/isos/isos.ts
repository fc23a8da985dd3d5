import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import { z } from "zod";
import type { IsoView } from "#contract/install.ts";
import { AppError } from "#core/lib/app-error.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import { newId } from "#core/library/new-id.ts";
import { acquireLock } from "#core/library/owner-lock.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import {
  joinCatalogues,
  ownCataloguePath,
  readCatalogue,
  readOwnCatalogue,
  type CatalogueEntry,
} from "./catalogue.ts";
import { createIsoDownloadJob } from "./download-job.ts";
import { lookAtIso } from "./look-iso.ts";

/** `<data>/isos.json`, version 1: the user's own ISOs, where they lie, and what was downloaded. */
const IsosFileSchema = z.object({
  version: z.literal(1),
  own: z.array(z.object({ id: z.string(), path: z.string(), title: z.string(), os: z.string() })),
  downloaded: z.array(
    z.object({ id: z.string(), path: z.string(), sha256: z.string(), sizeBytes: z.number() }),
  ),
});
type IsosFile = z.infer<typeof IsosFileSchema>;

export interface Isos {
  load(): Promise<void>;
  /** The job that downloads; started by whoever has the jobs. */
  readonly downloadJob: ReturnType<typeof createIsoDownloadJob>;
  /** Remembers an ISO where it lies; it is neither copied nor changed. Answers the id of one that is known. */
  addOwn(path: string): Promise<string>;
  /** Removes a download or what there is of one; one of the user's own is only forgotten. */
  remove(isoId: string): Promise<void>;
  /** Where a ready ISO lies. Throws `not-found` when it must be downloaded first. */
  pathOf(isoId: string): string;
}

export function createIsos(deps: { ports: Ports; store: StateStore }): Isos {
  const { ports, store } = deps;
  const root = join(ports.directories.data, "isos");
  const file = join(ports.directories.data, "isos.json");
  let catalogue: readonly CatalogueEntry[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<IsosFile> =>
    (await readJson(file, IsosFileSchema)) ?? { version: 1, own: [], downloaded: [] };

  function change(edit: (known: IsosFile) => IsosFile): Promise<void> {
    const done = turn.then(async () => writeJson(file, edit(await read())));
    turn = done.catch(() => {});
    return done;
  }

  /** Throws `already-exists` while another download or removal of it is under way. */
  async function hold(isoId: string): Promise<() => Promise<void>> {
    await mkdir(root, { recursive: true });
    return acquireLock(join(root, `${isoId}.lock`), ports.processes);
  }

  function entryOf(isoId: string): CatalogueEntry {
    const entry = catalogue.find(({ id }) => id === isoId);
    if (entry === undefined)
      throw new AppError("not-found", `There is no installer ${isoId} in the catalogue`);
    return entry;
  }

  function viewOf(isoId: string): IsoView {
    const view = store.state.isos[isoId];
    if (view === undefined) throw new AppError("not-found", `There is no ISO ${isoId}`);
    return view;
  }

  const put = (view: IsoView): void => store.put("isos", view.id, view);

  const absent = (entry: CatalogueEntry): IsoView => ({
    id: entry.id,
    title: entry.title,
    os: entry.os,
    version: entry.version,
    own: false,
    url: entry.base,
    sizeBytes: entry.sizeBytes,
    sha256: null,
    state: "absent",
    path: null,
    doneBytes: null,
    answerKind: entry.answerKind,
  });

  async function showEntry(entry: CatalogueEntry, known: IsosFile): Promise<void> {
    const got = known.downloaded.find(({ id }) => id === entry.id);
    if (got !== undefined && (await isFile(got.path))) {
      const { path, sha256, sizeBytes } = got;
      put({ ...absent(entry), state: "ready", path, sha256, sizeBytes });
      return;
    }
    const doneBytes = await partBytes(join(root, entry.id));
    put({ ...absent(entry), state: doneBytes === null ? "absent" : "partial", doneBytes });
  }

  const showOwn = async (own: IsosFile["own"][number]): Promise<void> => {
    const found = await stat(own.path).catch(() => null);
    put({
      id: own.id,
      title: own.title,
      os: own.os,
      version: "",
      own: true,
      url: null,
      sizeBytes: found?.size ?? null,
      sha256: null,
      state: found === null ? "missing" : "ready",
      path: own.path,
      doneBytes: null,
      answerKind: null,
    });
  };

  function warn(id: string, title: string, error: unknown): void {
    const { message, hint } = AppError.from(error);
    const text = `${message}. ${hint}`;
    store.put("notices", id, { id, level: "warning", title, text, createdAt: ports.clock.nowIso() });
  }

  const downloadJob = createIsoDownloadJob({
    ports,
    entry: entryOf,
    folder: (isoId) => join(root, isoId),
    onProgress(isoId, doneBytes, totalBytes) {
      put({ ...viewOf(isoId), state: "downloading", doneBytes, sizeBytes: totalBytes });
    },
    async onDone(isoId, got) {
      const others = (known: IsosFile) => known.downloaded.filter(({ id }) => id !== isoId);
      await change((known) => ({ ...known, downloaded: [...others(known), { id: isoId, ...got }] }));
      await removeOthers(join(root, isoId), basename(got.path));
      await showEntry(entryOf(isoId), await read());
    },
  });

  return {
    downloadJob: {
      ...downloadJob,
      async run(context, input) {
        // Two that write one file would spoil it for both; the other may be another copy of the app.
        const release = await hold(input.isoId);
        try {
          return await downloadJob.run(context, input);
        } catch (error) {
          await showEntry(entryOf(input.isoId), await read());
          throw error;
        } finally {
          await release();
        }
      },
    },

    async load() {
      const { data, resources } = ports.directories;
      catalogue = await readCatalogue(resources);
      try {
        catalogue = joinCatalogues(catalogue, await readOwnCatalogue(data));
      } catch (error) {
        warn("iso-catalogue", `Your own installers in ${ownCataloguePath(data)} could not be read`, error);
      }
      try {
        const known = await read();
        for (const entry of catalogue) await showEntry(entry, known);
        for (const own of known.own) await showOwn(own);
      } catch (error) {
        for (const entry of catalogue) put(absent(entry));
        warn("isos", "The list of your ISOs could not be read", error);
      }
    },

    async addOwn(path) {
      if (!isAbsolute(path)) throw new AppError("bad-input", `${path} is not an absolute path`);
      const known = (await read()).own.find((one) => one.path === path);
      if (known !== undefined) return known.id;
      const look = await lookAtIso(path);
      const os = look.os ?? "";
      const own = { id: newId(), path, title: os === "" ? basename(path) : os, os };
      await change((all) => ({ ...all, own: [...all.own, own] }));
      await showOwn(own);
      return own.id;
    },

    async remove(isoId) {
      const { own, state } = viewOf(isoId);
      if (state === "downloading") {
        throw new AppError("bad-input", "It is being downloaded", { hint: "Cancel the download first." });
      }
      if (own) {
        await change((known) => ({ ...known, own: known.own.filter(({ id }) => id !== isoId) }));
        store.remove("isos", isoId);
        return;
      }
      const release = await hold(isoId);
      try {
        await change((known) => ({
          ...known,
          downloaded: known.downloaded.filter(({ id }) => id !== isoId),
        }));
        await rm(join(root, isoId), { recursive: true, force: true });
        await showEntry(entryOf(isoId), await read());
      } finally {
        await release();
      }
    },

    pathOf(isoId) {
      const { path, state, title } = viewOf(isoId);
      if (path !== null && state === "ready") return path;
      throw new AppError("not-found", `${title} is not on this computer`, {
        hint: state === "missing" ? "It was moved or deleted." : "Download it first.",
      });
    },
  };
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** Size of the unfinished download in a folder; null when there is none. */
async function partBytes(folder: string): Promise<number | null> {
  const names = await readdir(folder).catch(() => []);
  const part = names.find((name) => name.endsWith(".part"));
  return part === undefined ? null : (await stat(join(folder, part))).size;
}

/** Older releases that a newer one has replaced. */
async function removeOthers(folder: string, keep: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (name !== keep) await rm(join(folder, name), { recursive: true, force: true });
  }
}
