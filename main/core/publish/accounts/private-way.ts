import { AppError } from "#core/lib/app-error.ts";

/** A key in plain HTTP can be read by everybody on the way; only this machine itself is no way. */
export function assertPrivateWay(address: string): void {
  // OCI's address names service and region in braces, which no host name may hold.
  const { protocol, hostname } = new URL(address.replaceAll(/[{}]/g, ""));
  const loopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (protocol === "https:" || loopback) return;
  throw new AppError("bad-input", `${address} would send the keys unencrypted`, {
    hint: "Use an https address.",
  });
}
