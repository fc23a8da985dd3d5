import type { z } from "zod";
import type { NetworkInterfaceFactsSchema } from "#contract/facts-provisioning.ts";

export type InterfaceFacts = z.infer<typeof NetworkInterfaceFactsSchema>;
export type Method = InterfaceFacts["method"];

/** A name with a pattern in it fits on other machines; a kernel name need not exist there. */
const isPattern = (name: string): boolean => /[*?[!]/.test(name);

export const isLoopback = (name: string): boolean => /^(?:lo\d*|loopback)$/.test(name);

/** `names`: what the configuration says; empty when it matches by something else. */
export function pinning(names: readonly string[], mac: string | null): InterfaceFacts["pinnedTo"] {
  if (mac !== null) return "mac";
  return names.length > 0 && !names.some(isPattern) ? "name" : null;
}

/** With classic names the first network card is eth0 on every machine. */
export const withoutClassicPins = (facts: InterfaceFacts): InterfaceFacts =>
  facts.pinnedTo === "name" && /^eth\d+$/.test(facts.name) ? { ...facts, pinnedTo: null } : facts;

const macShape = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** `52-54-00-…` and upper case as `52:54:00:…`; null when it is no MAC address. */
export const macOf = (text: string | undefined): string | null =>
  text !== undefined && macShape.test(text.trim()) ? text.trim().toLowerCase().replaceAll("-", ":") : null;

export function methodOf(dhcp: boolean, addresses: readonly string[]): Method {
  if (dhcp) return addresses.length > 0 ? "mixed" : "dhcp";
  return addresses.length > 0 ? "static" : "unknown";
}

/** No image has more; what is beyond is left out. */
export const maxInterfaces = 200;
export const maxAddresses = 50;
