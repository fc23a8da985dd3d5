import { useEffect } from "react";
import { openDialog, viewStore } from "#renderer/view-state/view-state.ts";

/** Ids of elements that shortcuts go to. */
export const searchFieldId = "library-search";

/** The window's own keys. What is typed into a field or at a guest is not looked at, but for a few with Ctrl. */
export function useShortcuts(): void {
  useEffect(() => {
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const act = actionFor(event);
  if (act === null) return;
  event.preventDefault();
  act();
}

function actionFor(event: KeyboardEvent): (() => void) | null {
  const dialogOpen = viewStore.getState().dialog !== null || document.querySelector("dialog[open]") !== null;
  const target = event.target instanceof Element ? event.target : null;
  const atGuest = target !== null && target.closest(".xterm") !== null;
  const typing = atGuest || (target?.matches("input, textarea, select") ?? false);
  const key = event.key.toLowerCase();

  if (event.key === "F6" && (!atGuest || event.ctrlKey)) return nextPane;
  if (event.altKey || dialogOpen) return null;
  if (event.ctrlKey || event.metaKey) {
    if (event.shiftKey && key === "p") return () => openDialog({ kind: "palette" });
    // At a guest Ctrl-K, Ctrl-N and Ctrl-O are its own; Cmd is not.
    if (event.shiftKey || (atGuest && !event.metaKey)) return null;
    if (key === "k") return () => openDialog({ kind: "palette" });
    if (key === "n") return () => openDialog({ kind: "create-machine", isoPath: null });
    if (key === "o") return () => openDialog({ kind: "check-image" });
    return null;
  }
  if (typing) return null;
  if (event.key === "?") return () => openDialog({ kind: "shortcuts" });
  if (event.key === "/") return () => document.getElementById(searchFieldId)?.focus();
  return null;
}

/** Goes round: library, main pane, status bar. */
function nextPane(): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")];
  const at = panes.findLastIndex((pane) => pane.contains(document.activeElement));
  panes[(at + 1) % panes.length]?.focus();
}
