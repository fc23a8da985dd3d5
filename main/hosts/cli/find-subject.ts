import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Subject } from "#contract/report.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Session } from "./command.ts";
import { findByName } from "./find-by-name.ts";

/**
 * What a word on the command line is about. `file:`, `machine:` and `image:` decide; otherwise what looks like a
 * path or exists as one is a file, then come machines and images by name.
 */
export function findSubject(session: Session, word: string): Subject {
  const [, prefix, rest] = /^(file|machine|image):(.+)$/s.exec(word) ?? [];
  const machines = Object.values(session.state.machines);
  const images = Object.values(session.state.images);
  if (prefix === "file" && rest !== undefined) return { kind: "file", path: resolve(rest) };
  if (prefix === "machine" && rest !== undefined) {
    return { kind: "machine", machineId: findByName("machine", rest, machines).id };
  }
  if (prefix === "image" && rest !== undefined) {
    return { kind: "image", imageId: findByName("image", rest, images).id };
  }
  if (/[/\\]/.test(word) || existsSync(word)) return { kind: "file", path: resolve(word) };

  const machine = orNull(() => findByName("machine", word, machines));
  const image = orNull(() => findByName("image", word, images));
  if (machine !== null && image !== null) {
    throw new AppError("bad-input", `${word} names a machine and an image`, {
      hint: `Write machine:${word} or image:${word}.`,
    });
  }
  if (machine !== null) return { kind: "machine", machineId: machine.id };
  if (image !== null) return { kind: "image", imageId: image.id };
  throw new AppError("not-found", `There is no file, machine or image named ${word}`);
}

/** Ambiguity is an error; only "not found" leaves the other kinds a chance. */
function orNull<T>(find: () => T): T | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return null;
    throw error;
  }
}
