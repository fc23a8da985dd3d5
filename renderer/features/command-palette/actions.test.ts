import { expect, it } from "vitest";
import { findActions, type Action } from "./actions.ts";

const action = (title: string, group: string, unavailable: string | null = null): Action => ({
  id: title + group,
  title,
  group,
  icon: "play",
  unavailable,
  run: () => undefined,
});
const actions = [
  action("Start", "debian-12", "It is on already"),
  action("Start", "alpine"),
  action("Show", "debian-12"),
];
const names = (found: Action[]) => found.map(({ title, group }) => `${title} ${group}`);

it("searches title and group together", () => {
  expect(names(findActions(actions, "show deb"))).toEqual(["Show debian-12"]);
});

it("puts what cannot be done now last", () => {
  expect(names(findActions(actions, "start"))).toEqual(["Start alpine", "Start debian-12"]);
});

it("lists everything in order without a search", () => {
  expect(findActions(actions.slice(1), "")).toEqual(actions.slice(1));
});
