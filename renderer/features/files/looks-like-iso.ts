/** ECMA-119: the volume descriptors begin at sector 16 of 2048 bytes; each carries "CD001" at its second byte. */
const identifierAt = 16 * 2048 + 1;
const identifier = "CD001";

/** By content, never by name: a disk image named .iso is a disk image. Rejects for a folder or unreadable file. */
export async function looksLikeIso(file: Blob): Promise<boolean> {
  // A folder looks like a file of some kilobytes; only reading what it claims to have tells.
  await file.slice(0, 1).arrayBuffer();
  const bytes = await file.slice(identifierAt, identifierAt + identifier.length).arrayBuffer();
  return new TextDecoder("latin1").decode(bytes) === identifier;
}
