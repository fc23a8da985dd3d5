import { printable, refused, unreadable } from "#core/image/source/binary.ts";

const accepted = ["monolithicSparse", "streamOptimized"];

/**
 * Reads the text that a sparse VMDK carries and answers its createType. Refuses a descriptor with a parent,
 * with more than one extent, or whose extent is not this very file.
 */
export function readVmdkDescriptor(path: string, bytes: Buffer): string {
  const text = bytes.toString("latin1").split("\0")[0] ?? "";
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const value = (key: string): string | undefined => {
    const line = lines.find((l) => l.toLowerCase().startsWith(`${key.toLowerCase()}=`));
    return line
      ?.slice(key.length + 1)
      .replaceAll('"', "")
      .trim();
  };
  const parent = value("parentCID");
  if ((parent !== undefined && !/^f{8}$/i.test(parent)) || value("parentFileNameHint") !== undefined) {
    throw refused(`${path} is only a layer over another VMDK file`, "Consolidate its snapshots first.");
  }
  const createType = value("createType");
  if (createType === undefined) throw unreadable(`${path} has a VMDK descriptor without a type`);
  if (!accepted.includes(createType)) {
    throw refused(
      `${path} is a VMDK of the type “${printable(createType, 40)}”, which keeps its data in other files`,
      "Convert it with `qemu-img convert -O vmdk -o subformat=monolithicSparse`, then choose the result.",
    );
  }
  const extents = lines.filter((line) => /^(?:RW|RDONLY|NOACCESS)\s/i.test(line));
  const name = /"([^"]*)"/.exec(extents[0] ?? "")?.[1] ?? "";
  if (extents.length !== 1 || !/^RW\s+\d+\s+SPARSE\s/i.test(extents[0] ?? "") || /[/\\]/.test(name)) {
    throw refused(`${path} names other files: ${printable(extents.join(", ")) || "no extent"}`);
  }
  return createType;
}
