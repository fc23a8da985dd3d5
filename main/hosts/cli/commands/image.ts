import { defineCommand, firstPositional, type CommandSpec } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { formatBytes, formatTime } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";
import { mustConfirm } from "./machine.ts";

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
        image.format,
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

const remove = defineCommand({
  words: ["image", "delete"],
  summary: "Delete an image from the library",
  details: "The file goes to the trash of the desktop where there is one. Published copies are not touched.",
  positionals: [{ name: "IMAGE", required: true, many: false }],
  options: { yes: { type: "boolean", help: "Do not ask" } },
  examples: ["goldsmith image delete debian-12-golden"],
  async run(context) {
    const session = await context.session();
    const image = findByName("image", firstPositional(context), Object.values(session.state.images));
    await mustConfirm(context, `Delete image ${image.name} (${formatBytes(image.fileBytes)})?`);
    await session.client.call("images.delete", { imageId: image.id }, context.signal);
    if (context.json) context.printJson({ imageId: image.id });
    else context.out.line(`Deleted ${image.name}.`);
    return exitCodes.ok;
  },
});

export const imageCommands: readonly CommandSpec[] = [list, remove];
