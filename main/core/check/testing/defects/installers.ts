import type { ImageFacts } from "#contract/facts.ts";
import { allBut, defect, noSystem, type Change, type Defect, type Expected } from "./defect.ts";

const iso =
  (change: Partial<NonNullable<ImageFacts["iso"]>> = {}): Change =>
  (facts) => {
    Object.assign(facts, noSystem, {
      format: "iso9660",
      compressedClusters: null,
      partitionTable: null,
      partitions: [],
    });
    facts.iso = {
      volumeId: "Debian 12.5.0 amd64 n",
      bootBios: true,
      bootUefi: true,
      hybrid: true,
      architecture: "x86_64",
      osGuess: "Debian 12.5.0",
      ...change,
    };
  };

/** DigitalOcean and OCI take no installers and say nothing else of one. */
const installers = (findings: string[], but: Partial<Expected> = {}): Expected =>
  allBut(findings, {
    digitalocean: ["error format.accepted"],
    oci: ["error format.accepted"],
    ...but,
  });

export const installerDefects: readonly Defect[] = [
  defect("an installer", iso(), installers([])),
  defect(
    "an ISO that does not boot",
    iso({ bootBios: false, bootUefi: false }),
    installers(["error iso.bootable"]),
  ),
  defect(
    "an ISO for UEFI only",
    iso({ bootBios: false }),
    installers([], { contabo: ["error iso.bootable"], fybe: ["error iso.bootable"] }),
  ),
  defect(
    "an ISO for arm64",
    iso({ architecture: "aarch64" }),
    installers(["error iso.architecture"], { kvm: [] }),
  ),
  defect(
    "an ISO for an unknown processor",
    iso({ architecture: null }),
    installers(["unknown iso.architecture"]),
  ),
  defect("an ISO of an unknown system", iso({ osGuess: null }), installers(["unknown iso.system"])),
  defect(
    "an ISO of Windows",
    iso({ osGuess: "Windows Server 2022" }),
    installers([], { contabo: ["error iso.system"], fybe: ["error iso.system"] }),
  ),
];
