import { describe, expect, it } from "vitest";
import { hashToRoute, routeToHash, type Route } from "./route.ts";

const routes: Route[] = [
  { screen: "home" },
  { screen: "machine", id: "m-1", tab: "check" },
  { screen: "image", id: "i/2" },
  { screen: "report", key: "file:/home/a b/disk#1.qcow2" },
  { screen: "account", id: "practice" },
  { screen: "activity" },
  { screen: "remote" },
  { screen: "remote-image", id: "a-1/38413969" },
  { screen: "staging", id: "s1" },
  { screen: "batch", id: "j1" },
  { screen: "settings" },
  { screen: "job", id: "j1" },
  { screen: "doctor" },
];

describe("route", () => {
  it.each(routes)("$screen survives the way through the address bar", (route) => {
    expect(hashToRoute(routeToHash(route))).toEqual(route);
  });

  it.each(["", "#", "#/nowhere/1", "#/machine", "#/image/%E0%A4%A"])("%j leads home", (hash) => {
    expect(hashToRoute(hash)).toEqual({ screen: "home" });
  });

  it("opens a machine at its console when the tab is unknown", () => {
    expect(hashToRoute("#/machine/m-1/nothing")).toEqual({ screen: "machine", id: "m-1", tab: "console" });
  });
});
