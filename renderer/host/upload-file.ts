import { AppError } from "#core/lib/app-error.ts";
import type { UploadProgress } from "./host.ts";

/**
 * Streams a file to the computer where the core runs and answers its path there. XMLHttpRequest because fetch
 * tells nothing about how far an upload is.
 */
export function uploadFile(file: File, { signal, onProgress }: UploadProgress): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const fail = (error: AppError) => {
      signal.removeEventListener("abort", abort);
      reject(error);
    };
    request.open("PUT", `/upload?name=${encodeURIComponent(file.name)}`);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded, file.size));
    request.addEventListener("abort", () => fail(new AppError("cancelled", "The upload was cancelled")));
    request.addEventListener("error", () =>
      fail(new AppError("network", `“${file.name}” could not be sent`, { retry: "now" })),
    );
    request.addEventListener("load", () => {
      signal.removeEventListener("abort", abort);
      const path = request.status < 300 ? pathIn(request.responseText) : null;
      if (path !== null) resolve(path);
      else reject(refusal(file.name, request));
    });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) fail(new AppError("cancelled", "The upload was cancelled"));
    else request.send(file);
  });
}

function pathIn(text: string): string | null {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== "object" || answer === null || !("path" in answer)) return null;
    return typeof answer.path === "string" ? answer.path : null;
  } catch {
    return null;
  }
}

function refusal(name: string, request: XMLHttpRequest): AppError {
  const said = request.responseText.slice(0, 300);
  const details = { status: request.status, answer: said };
  if (request.status === 507) return new AppError("disk-full", `There is no room for “${name}”`, { details });
  if (request.status === 401 || request.status === 403) {
    return new AppError("unauthorized", "This tab is no longer signed in", {
      hint: "Open the address that `goldsmith serve` printed.",
      details,
    });
  }
  return new AppError("protocol", `“${name}” was not accepted`, { details });
}
