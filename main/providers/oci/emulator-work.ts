import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import { acceptContent } from "#providers/emulation/accept-content.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { ImportFailure } from "#providers/emulation/import-failure.ts";
import type { IntakeRules } from "#providers/emulation/intake-rules.ts";
import type { EmulatorState, StoredImage, StoredWorkRequest } from "./emulator-state.ts";

export interface WorkDeps {
  readonly state: EmulatorState;
  readonly processes: Processes;
  readonly clock: Clock;
  /** Pause between the states, so that a follower sees them. */
  readonly paceMs: number;
  readonly timeoutMs: number;
  readonly fault: (image: { id: string; name: string }) => ImportFault | null;
}

/** "The maximum size for importing a custom image is 400 GB." */
const documentedIntake: Pick<IntakeRules, "formats" | "gunzips" | "sizeLimitBytes"> = {
  formats: ["qcow2", "vmdk"],
  gunzips: false,
  sizeLimitBytes: 400e9,
};

/** One work request to its end. When the signal aborts, the next start of the emulator begins it again. */
export async function doWork(request: StoredWorkRequest, deps: WorkDeps, signal: AbortSignal): Promise<void> {
  const { state, clock } = deps;
  const image = state.data.images.find(({ id }) => id === request.resourceId);
  if (image === undefined) return;
  const isImport = request.operationType === "CreateImage";
  const advance = async (percent: number): Promise<void> => {
    request.status = "IN_PROGRESS";
    request.percentComplete = percent;
    await state.save();
    await clock.sleep(deps.paceMs, signal);
  };
  try {
    await clock.sleep(deps.paceMs, signal);
    if (isImport) await importContent(image, advance, deps, signal);
    else await exportContent(image, request, advance, deps);
    if (image.lifecycleState !== "IMPORTING" && isImport) return; // a test gave it a word of its own
    image.lifecycleState = "AVAILABLE";
    request.status = "SUCCEEDED";
    request.percentComplete = 100;
  } catch (error) {
    if (signal.aborted) return;
    request.status = "FAILED";
    const message =
      error instanceof ImportFailure ? error.message : "The operation failed inside the service.";
    request.errors = message === "" ? [] : [{ code: "InvalidParameter", message }];
    image.lifecycleState = isImport ? "DELETED" : "AVAILABLE";
  }
  request.timeFinished = clock.nowIso();
  await state.save();
}

async function importContent(
  image: StoredImage,
  advance: (percent: number) => Promise<void>,
  deps: WorkDeps,
  signal: AbortSignal,
): Promise<void> {
  const { state, processes } = deps;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(deps.timeoutMs)]);
  image.lifecycleState = "IMPORTING";
  await advance(5);
  const fault = deps.fault({ id: image.id, name: image.displayName });
  if (fault?.kind === "odd-status") {
    image.lifecycleState = fault.status;
    return state.save();
  }
  if (fault?.kind === "fail") throw new ImportFailure(fault.message);
  if (fault?.kind === "vanish") throw new ImportFailure("");
  if (fault?.kind === "stuck") await aborted(limited);
  const { bucket, object: name, sourceImageType } = image.source;
  const object = state.data.objects.find((each) => each.bucket === bucket && each.name === name);
  if (object === undefined) throw new ImportFailure("The object to import from does not exist any more.");
  const own = state.filePath(image.id);
  await copyFile(state.filePath(object.file), own);
  await advance(45);
  const accepted = await acceptContent(own, { rules: documentedIntake, processes, signal: limited });
  if (accepted.format !== sourceImageType.toLowerCase()) {
    throw new ImportFailure(`The object is ${accepted.format}, not ${sourceImageType} as the request says.`);
  }
  await advance(90);
  const sha256 = await hashOf("sha256", own, "hex");
  image.content = { ...accepted, fileBytes: object.sizeBytes, sha256 };
}

async function aborted(signal: AbortSignal): Promise<never> {
  await new Promise((_, reject) => {
    const stop = (): void => reject(new ImportFailure("The import took too long."));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  throw new ImportFailure("The import took too long.");
}

async function hashOf(algorithm: "md5" | "sha256", path: string, form: "hex" | "base64"): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) hash.update(piece);
  return hash.digest(form);
}

async function exportContent(
  image: StoredImage,
  { destination }: StoredWorkRequest,
  advance: (percent: number) => Promise<void>,
  { state, clock }: WorkDeps,
): Promise<void> {
  await advance(50);
  const { content } = image;
  if (destination === null || content === null) throw new ImportFailure("There is nothing to export.");
  const file = randomUUID();
  await copyFile(state.filePath(image.id), state.filePath(file));
  const { bucket, object: name } = destination;
  const replaced = state.data.objects.find((each) => each.bucket === bucket && each.name === name);
  state.data.objects = state.data.objects.filter((each) => each !== replaced);
  state.data.objects.push({
    bucket,
    name,
    file,
    sizeBytes: content.fileBytes,
    contentType: "application/octet-stream",
    etag: randomUUID(),
    md5: await hashOf("md5", state.filePath(file), "base64"),
    timeCreated: clock.nowIso(),
  });
  if (replaced !== undefined) await rm(state.filePath(replaced.file), { force: true });
}
