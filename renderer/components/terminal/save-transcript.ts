import { saveText } from "#renderer/components/save-text.ts";
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
  saveText(parts, `${machine.name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}-console.log`, "text/plain");
}
