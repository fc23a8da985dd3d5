/** Hands a file to the person: a download in the browser, the system's save dialog on the desktop. */
export function saveText(content: BlobPart[], fileName: string, mediaType: string): void {
  const address = URL.createObjectURL(new Blob(content, { type: mediaType }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
