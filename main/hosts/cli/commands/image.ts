import type { ImageView } from "#contract/image.ts";
import { defineCommand, firstPositional, type CommandSpec, type Session } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { labelChanges, labelOptions, labelRows } from "../labels.ts";
import { formatBytes, formatTime } from "../terminal/format.ts";
import { bold } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { imageAddCommand } from "./image-add.ts";
import { mustConfirm } from "./machine.ts";

const name = [{ name: "IMAGE", required: true, many: false }] as const;

const findImage = (session: Session, word: string): ImageView =>
  findByName("image", word, Object.values(session.state.images));

const list = defineCommand({
  words: ["image", "list"],
  summary: "List the finished images of the library",
  positionals: [],
  options: {},
  examples: ["goldsmith image list", "goldsmith image list --json | jq '.[].path'"],
  async run(context) {
    const { state } = await context.session();
    const images = Object.values(state.images).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    if (context.json) context.printJson(images);
    else if (images.length === 0)
      context.out.line("No images yet. goldsmith compact makes one from a machine.");
    else {
      const rows = images.map((image) => [
        image.name,
        image.archive === null ? image.format : `${image.format} in ${image.archive}`,
        formatBytes(image.fileBytes),
        formatBytes(image.virtualBytes),
        formatTime(image.createdAt),
        image.id,
      ]);
      const head = ["NAME", "FORMAT", "FILE", "DISK", "MADE", "ID"];
      for (const line of table(head, rows, context.out.columns)) context.out.line(line);
    }
    return exitCodes.ok;
  },
});

const show = defineCommand({
  words: ["image", "show"],
  summary: "Show where an image lies, what it was made of and how that was proved",
  positionals: name,
  options: {},
  examples: [
    "goldsmith image show debian-12-golden",
    "qemu-img info $(goldsmith image show golden --json | jq -r .path)",
  ],
  async run(context) {
    const image = findImage(await context.session(), firstPositional(context));
    if (context.json) context.printJson(image);
    else {
      const { origin, proof } = image;
      const rows: [string, string][] = [
        ["id", image.id],
        ["file", image.path],
        [
          "format",
          `${image.format}${image.archive === null ? "" : ` in ${image.archive}`}, ${formatBytes(image.fileBytes)} for a disk of ${formatBytes(image.virtualBytes)}`,
        ],
        ["sha256", image.sha256 ?? "not known"],
        ["made of", `${origin.sourcePath} (${formatBytes(origin.sourceBytes)})`],
        ["proof", proof === null ? "none" : `${proof.method}, ${formatTime(proof.checkedAt)}`],
        ["created", formatTime(image.createdAt)],
        ...labelRows(image),
      ];
      context.out.line(bold(image.name));
      for (const [title, text] of rows) context.out.line(`  ${title.padEnd(9)} ${text}`);
    }
    return exitCodes.ok;
  },
});

const change = defineCommand({
  words: ["image", "change"],
  summary: "Change an image's name, notes or tags",
  positionals: name,
  options: labelOptions,
  examples: [
    "goldsmith image change debian-12-golden --name debian-12-2026-11",
    'goldsmith image change golden --tags release,lts --notes "Without swap"',
  ],
  async run(context) {
    const session = await context.session();
    const { id: imageId } = findImage(session, firstPositional(context));
    await session.client.call("images.change", { imageId, ...labelChanges(context) }, context.signal);
    const changed = findImage(session, imageId);
    if (context.json) context.printJson(changed);
    else context.out.line(`Changed ${changed.name}.`);
    return exitCodes.ok;
  },
});

const remove = defineCommand({
  words: ["image", "delete"],
  summary: "Delete an image from the library",
  details: "The file goes to the trash of the desktop where there is one. Published copies are not touched.",
  positionals: name,
  options: { yes: { type: "boolean", help: "Do not ask" } },
  examples: ["goldsmith image delete debian-12-golden"],
  async run(context) {
    const session = await context.session();
    const image = findImage(session, firstPositional(context));
    await mustConfirm(context, `Delete image ${image.name} (${formatBytes(image.fileBytes)})?`);
    await session.client.call("images.delete", { imageId: image.id }, context.signal);
    if (context.json) context.printJson({ imageId: image.id });
    else context.out.line(`Deleted ${image.name}.`);
    return exitCodes.ok;
  },
});

export const imageCommands: readonly CommandSpec[] = [list, show, imageAddCommand, change, remove];
