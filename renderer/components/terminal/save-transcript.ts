import type { Client } from "#rpc/api.ts";

/** Reads the transcript up to a length and hands it to the person as a file. */
export async function saveTranscript(
  client: Client,
  machine: { id: string; name: string; transcriptBytes: number },
): Promise<void> {
  const ending = new AbortController();
  const parts: BlobPart[] = [];
  let missingBytes = machine.transcriptBytes;
  if (missingBytes > 0) {
    for await (const chunk of client.bytes("console.read", { machineId: machine.id }, ending.signal)) {
      const part = new Uint8Array(chunk.subarray(0, missingBytes));
      parts.push(part);
      missingBytes -= part.length;
      // The stream goes on live; the transcript ends here.
      if (missingBytes <= 0) break;
    }
  }
  ending.abort();
  const address = URL.createObjectURL(new Blob(parts, { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${machine.name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}-console.log`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
