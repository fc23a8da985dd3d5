import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ImageViewSchema, type ImageView } from "#contract/image.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { readJson, writeJson } from "./json-file.ts";

/** `<data>/images/<id>/image.json`, version 1. The path is derived from the folder, never read from the file. */
const ImageFileSchema = ImageViewSchema.omit({ path: true }).extend({
  version: z.literal(1),
  file: z.string(),
});

export interface ImageChange {
  readonly name?: string | undefined;
  readonly notes?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** The finished images of the library. */
export interface Images {
  load(): Promise<void>;
  /** Where an image's file belongs; the folder exists after the call. Without `image.json` it is unfinished. */
  createFolder(imageId: string): Promise<string>;
  folder(imageId: string): string;
  /** Makes an image part of the library. Its file must lie in its folder. */
  add(image: ImageView): Promise<void>;
  view(imageId: string): ImageView;
  all(): ImageView[];
  /** What a person calls it and says of it. */
  change(imageId: string, change: ImageChange): Promise<void>;
  /** To the system's trash where there is one. */
  delete(imageId: string): Promise<void>;
}

export function createImages(deps: { ports: Ports; store: StateStore }): Images {
  const { ports, store } = deps;
  const root = join(ports.directories.data, "images");
  const folder = (imageId: string): string => join(root, imageId);

  function view(imageId: string): ImageView {
    const image = store.state.images[imageId];
    if (image === undefined) throw new AppError("not-found", `There is no image ${imageId}`);
    return image;
  }

  async function keep(image: ImageView): Promise<void> {
    const { path, ...rest } = image;
    const file = path.slice(folder(image.id).length + 1);
    if (join(folder(image.id), file) !== path)
      throw new AppError("internal", `${path} is outside its folder`);
    await writeJson(join(folder(image.id), "image.json"), { version: 1, ...rest, file });
    store.put("images", image.id, image);
  }

  async function loadOne(imageId: string): Promise<void> {
    const file = await readJson(join(folder(imageId), "image.json"), ImageFileSchema);
    if (file === null) return; // unfinished: the job that makes it cleans up or goes on
    const { version: _, file: name, ...rest } = file;
    const path = join(folder(imageId), name);
    if (name.includes("/") || name.includes("\\"))
      throw new AppError("protocol", `${name} is not a file name`);
    await stat(path);
    store.put("images", imageId, { ...rest, id: imageId, path });
  }

  return {
    folder,
    view,
    all: () => Object.values(store.state.images),
    async createFolder(imageId) {
      await mkdir(folder(imageId), { recursive: true });
      return folder(imageId);
    },
    async load() {
      await mkdir(root, { recursive: true });
      for (const imageId of await readdir(root)) {
        try {
          await loadOne(imageId);
        } catch (error) {
          const { message, hint } = AppError.from(error);
          store.put("notices", `image-${imageId}`, {
            id: `image-${imageId}`,
            level: "warning",
            title: "An image in the library could not be read",
            text: `${message}. ${hint}`,
            createdAt: ports.clock.nowIso(),
          });
        }
      }
    },
    add: keep,
    async change(imageId, { name, notes, tags }) {
      const image = view(imageId);
      await keep({
        ...image,
        name: name ?? image.name,
        notes: notes ?? image.notes,
        tags: [...(tags ?? image.tags)],
      });
    },
    async delete(imageId) {
      view(imageId);
      if (!(await ports.desktop.trash(folder(imageId))))
        await rm(folder(imageId), { recursive: true, force: true });
      store.remove("images", imageId);
      store.remove("reports", `image:${imageId}`);
    },
  };
}
