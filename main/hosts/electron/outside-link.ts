/**
 * Documents that the app names. Only these open in the user's browser from the window: whatever text a hostile
 * image or provider manages to show, a click on it leads nowhere else.
 */
const documentHosts = new Set([
  "docs.digitalocean.com",
  "www.digitalocean.com",
  "cloud.digitalocean.com",
  "docs.contabo.com",
  "contabo.com",
  "fybe.com",
  "docs.oracle.com",
  "docs.cloud-init.io",
  "docs.hypervisor.io",
  "docs.kernel.org",
  "docs.redhat.com",
  "man.openbsd.org",
  "systemd.io",
  "www.freedesktop.org",
  "www.qemu.org",
  "github.com",
]);

export function isDocumentLink(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isPlain = url.username === "" && url.password === "" && url.port === "";
  return url.protocol === "https:" && isPlain && documentHosts.has(url.hostname);
}
