import { randomUUID } from "node:crypto";
import type { ProviderHarness } from "#providers/conformance/harness.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import {
  recordEmulator,
  type RecordedEmulator,
  type RecordingOptions,
} from "#providers/emulation/testing/recorded-emulator.ts";
import type { ClientOptions, LaunchInstance } from "#providers/provider.ts";
import {
  catalogue,
  emptyAccount,
  firstInstance,
  type AccountData,
  type StoredImage,
} from "./emulator-state.ts";
import { startHypervisorIoEmulator, type HypervisorIoEmulator } from "./emulator.ts";
import { createRouteJudge, routesAreHere } from "./official-routes.ts";
import { createHypervisorIo, type HypervisorIoClient } from "./provider.ts";

export const testSecret = "canary-panel-secret-9d8c7b6a";
const wrongToken = "canary-panel-wrong-token-1a2b";

/** For tests: a panel in a temporary folder whose traffic is compared with the list of routes. */
export const startHarness = (
  deps: Pick<RecordingOptions, "processes" | "writeFileAtomic" | "importFault">,
): Promise<RecordedEmulator<HypervisorIoEmulator>> =>
  recordEmulator((base) => startHypervisorIoEmulator({ ...base, secret: testSecret }), {
    ...deps,
    judge: routesAreHere ? createRouteJudge : null,
  });

export function clientOf(
  emulated: RecordedEmulator<HypervisorIoEmulator>,
  options: { stranger?: true; withoutAdmin?: true } & Partial<Omit<ClientOptions, "clock">> = {},
): HypervisorIoClient {
  const { stranger, withoutAdmin, ...rest } = options;
  const { apiBase, fields } = emulated.emulator;
  const { token = "", adminToken = "" } = fields;
  return createHypervisorIo(
    {
      apiBase,
      fields: {
        token: stranger === undefined ? token : wrongToken,
        ...(withoutAdmin === undefined ? { adminToken } : {}),
      },
    },
    { clock: hastyClock, ...rest },
  );
}

/** For the conformance suite. */
export async function panelHarness(
  deps: Pick<RecordingOptions, "processes" | "writeFileAtomic">,
): Promise<ProviderHarness & { problems(): string[] }> {
  let importFault: ImportFault | null = null;
  const emulated = await startHarness({ ...deps, importFault: () => importFault });
  const { token = "", adminToken = "" } = emulated.emulator.fields;
  return {
    client: (options = {}) => clientOf(emulated, { withoutAdmin: true, ...options }),
    inject: (faults) => void emulated.queue.splice(0, Infinity, ...faults),
    injectImport: (fault) => (importFault = fault),
    importing: null,
    fill: (count, status) => emulated.refill(accountWith(count, status)),
    region: catalogue.location.name,
    otherRegion: null,
    useUpQuota: null,
    launches: [
      launchRequest({ mode: "create", region: catalogue.location.name, size: catalogue.plans[0].id }),
      launchRequest({ mode: "reinstall", instanceId: firstInstance.id }),
    ],
    strangeId: "00000000-0000-4000-8000-000000000000",
    canaries: [testSecret, wrongToken, token, adminToken],
    exchanges: () => emulated.exchanges,
    problems: () => emulated.problems(),
    close: () => emulated.close(),
  };
}

const launchRequest = (given: Partial<LaunchInstance> & Pick<LaunchInstance, "mode">): LaunchInstance => ({
  name: "web-02",
  region: null,
  size: null,
  keyIds: [catalogue.key.id],
  publicKey: null,
  userData: "#cloud-config\n",
  instanceId: null,
  network: null,
  zone: null,
  ...given,
});

/** An account of so many images, as `state.json` holds it. */
export function accountWith(count: number, status = "available"): AccountData {
  const images: StoredImage[] = Array.from({ length: count }, (_, number) => ({
    id: randomUUID(),
    name: `image-${number}`,
    status,
    type: "linux",
    cloudinit: 1,
    sizeBytes: 2_361_393_152,
    instanceId: firstInstance.id,
    createdAt: "2026-01-01T00:00:00.000Z",
  }));
  return { ...emptyAccount, images };
}
