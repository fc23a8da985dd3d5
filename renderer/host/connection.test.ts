import { afterEach, describe, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { emptyState, type StateEvent } from "#contract/state.ts";
import { AppError } from "#core/lib/app-error.ts";
import { createMirrorWriter, type Mirror } from "#renderer/mirror/mirror.ts";
import type { Client } from "#rpc/api.ts";
import { openConnection, type Connection } from "./connection.ts";
import type { Host } from "./host.ts";

const snapshot: StateEvent = { type: "snapshot", seq: 1, state: emptyState() };

/** A core that can be switched off and on; each connection gets a client that knows its number. */
function fakeCore() {
  let up = true;
  let connections = 0;
  let hangUp: () => void = () => undefined;
  const host: Host = {
    kind: "browser",
    pathOf: () => Promise.resolve("/"),
    connect: () => {
      if (!up) return Promise.reject(new AppError("network", "nobody there"));
      connections += 1;
      return Promise.resolve({
        send: () => undefined,
        onFrame: () => () => undefined,
        onClose: (listener) => {
          hangUp = listener;
          return () => undefined;
        },
      });
    },
  };
  const createClient = (): Client => {
    const number = connections;
    return {
      call: () => Promise.resolve(number as never),
      async *stream(_name, _input, signal) {
        yield snapshot as never;
        await new Promise((resolve) => signal?.addEventListener("abort", resolve));
        throw new AppError("network", "lost");
      },
      async *bytes() {},
    };
  };
  return {
    host,
    createClient,
    connections: () => connections,
    fail: () => {
      up = false;
      hangUp();
    },
    recover: () => {
      up = true;
    },
  };
}

let open: Connection | null = null;
afterEach(() => {
  open?.close();
  vi.useRealTimers();
});

function connect() {
  const core = fakeCore();
  const store = createStore<Mirror>(() => ({
    state: emptyState(),
    seq: null,
    link: { status: "connecting", error: null },
  }));
  const connection = openConnection(core.host, core.createClient, createMirrorWriter(store));
  open = connection;
  const status = () => store.getState().link.status;
  return { core, store, connection, status };
}

describe("openConnection", () => {
  it("comes back with a new pipe behind the same client", async () => {
    const { core, connection, status } = connect();
    await vi.waitFor(() => expect(status()).toBe("live"));
    expect(await connection.client.call("machines.start", { machineId: "m" })).toBe(1);
    core.fail();
    await vi.waitFor(() => expect(status()).not.toBe("live"));
    core.recover();
    connection.retryNow();
    await vi.waitFor(() => expect(status()).toBe("live"));
    expect(await connection.client.call("machines.start", { machineId: "m" })).toBe(2);
  });

  it("keeps what is on the screen and says why the link is lost", async () => {
    const { core, store, status } = connect();
    await vi.waitFor(() => expect(status()).toBe("live"));
    core.fail();
    await vi.waitFor(() => expect(store.getState().link.error?.message).toBe("nobody there"), {
      timeout: 5000,
    });
    expect(store.getState().seq).toBe(1);
  });

  it("refuses calls at once while nobody is there", async () => {
    const { core, connection, status } = connect();
    await vi.waitFor(() => expect(status()).toBe("live"));
    core.fail();
    await vi.waitFor(() => expect(status()).not.toBe("live"));
    await expect(connection.client.call("machines.start", { machineId: "m" })).rejects.toMatchObject({
      code: "network",
    });
  });

  it("tries no more once closed", async () => {
    const { core, connection, status } = connect();
    await vi.waitFor(() => expect(status()).toBe("live"));
    vi.useFakeTimers();
    connection.close();
    connection.retryNow();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(core.connections()).toBe(1);
  });
});
