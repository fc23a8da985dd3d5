import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createNodePorts } from "#system/node-ports.ts";
import { openMachineWorld, type MachineWorld } from "./testing/machine-world.ts";

let world: MachineWorld;
let id: string;
beforeEach(async () => {
  world = await openMachineWorld(createNodePorts);
  id = await world.blank();
});
afterEach(() => world.close());

describe("the display", () => {
  it("speaks VNC over a private socket, to several at once, and ends with the machine", async () => {
    const { machines } = world;
    const stop = new AbortController();
    const refused = machines.readDisplay(id, "connection-0", stop.signal)[Symbol.asyncIterator]().next();
    await expect(refused).rejects.toMatchObject({ code: "machine-not-running" });
    await machines.start(id);
    const one = machines.readDisplay(id, "connection-1", stop.signal)[Symbol.asyncIterator]();
    const two = machines.readDisplay(id, "connection-2", stop.signal)[Symbol.asyncIterator]();
    for (const client of [one, two]) {
      const { value } = await client.next();
      expect(Buffer.from(value as Uint8Array).toString()).toBe("RFB 003.008\n");
    }
    const twice = machines.readDisplay(id, "connection-1", stop.signal)[Symbol.asyncIterator]().next();
    await expect(twice).rejects.toMatchObject({ code: "already-exists" });
    await machines.writeDisplay("connection-1", Buffer.from("RFB 003.008\n"));
    const { value: securityTypes } = await one.next();
    expect([...(securityTypes as Uint8Array)]).toEqual([1, 1]); // one type: none
    await machines.forceOff(id);
    for (const client of [one, two]) expect((await client.next()).done).toBe(true);
    await expect(machines.writeDisplay("connection-1", Buffer.from("x"))).rejects.toMatchObject({
      code: "not-found",
    });
  });

  it("can be looked at as a PNG", async () => {
    await world.machines.start(id);
    const png = Buffer.from(await world.machines.screenshot(id));
    expect(png.subarray(0, 8).toString("latin1")).toBe("\u0089PNG\r\n\u001a\n");
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(640);
    await world.machines.forceOff(id);
    await expect(world.machines.screenshot(id)).rejects.toMatchObject({ code: "machine-not-running" });
  });
});
