import type { Compartment, CompatibleShape, Instance } from "#contract/remote-special.ts";

/** What only some providers have, as far as a designer clicks on it. */
export const shapes: readonly CompatibleShape[] = [
  { shape: "VM.Standard2.1", ocpus: null, memoryGB: null },
  { shape: "VM.Standard.E4.Flex", ocpus: { min: 1, max: 64 }, memoryGB: { min: 1, max: 1024 } },
  { shape: "VM.Standard.A1.Flex", ocpus: { min: 1, max: null }, memoryGB: null },
];

export const compartments: readonly Compartment[] = [
  { id: "ocid1.tenancy.oc1..sample", name: "root", description: "The tenancy itself" },
  { id: "ocid1.compartment.oc1..images", name: "images", description: "Golden images" },
  { id: "ocid1.compartment.oc1..production", name: "production", description: "" },
];

export const instances: readonly Instance[] = [
  { id: "9a1c", name: "web-01", status: "running" },
  { id: "9a1d", name: "db-01", status: "stopped" },
];
