import { useCallback, useRef, type KeyboardEvent, type PointerEvent } from "react";
import { IconButton } from "#renderer/components/button.tsx";
import { Icon, type IconName } from "#renderer/components/icon.tsx";
import { Kbd } from "#renderer/components/kbd.tsx";
import { Logo } from "#renderer/components/logo.tsx";
import { setPreference, usePreference } from "#renderer/view-state/preferences.ts";
import { go, openDialog, setFilter, useView } from "#renderer/view-state/view-state.ts";
import { searchFieldId } from "./shortcuts.ts";
import { SidebarLibrary } from "./sidebar-library.tsx";
import { SidebarTail } from "./sidebar-tail.tsx";
import "./sidebar.css";

/** The library and the ways into it. Arrow keys walk through all entries. */
export function Sidebar() {
  const nav = useRef<HTMLElement>(null);
  const filter = useView((view) => view.filter);
  const atHome = useView((view) => view.route.screen === "home");

  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || nav.current === null) return;
    const stops = [...nav.current.querySelectorAll<HTMLElement>("[data-stop]")];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const next = stops[at < 0 ? 0 : at + step];
    event.preventDefault();
    next?.focus();
  };

  return (
    <nav ref={nav} className="sidebar" aria-label="Library" tabIndex={-1} data-pane onKeyDown={walk}>
      <div className="sidebar-head">
        <button
          type="button"
          className="sidebar-brand"
          aria-current={atHome ? "page" : undefined}
          title="Start page"
          onClick={() => go({ screen: "home" })}
        >
          <Logo /> Goldsmith
        </button>
        <IconButton
          icon="search"
          label="Commands"
          title="All commands (Ctrl+K)"
          onClick={() => openDialog({ kind: "palette" })}
        />
      </div>
      <div className="sidebar-begin">
        <Begin
          icon="plus"
          keys={["mod", "N"]}
          onClick={() => openDialog({ kind: "create-machine", isoPath: null })}
        >
          New machine
        </Begin>
        <Begin icon="check" keys={["mod", "O"]} onClick={() => openDialog({ kind: "check-image" })}>
          Check an image
        </Begin>
      </div>
      <div className="sidebar-search">
        <Icon name="search" />
        <input
          id={searchFieldId}
          type="search"
          data-stop
          aria-label="Search the library"
          placeholder="Search"
          spellCheck={false}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") setFilter("");
          }}
        />
      </div>
      <SidebarLibrary filter={filter} />
      <SidebarTail />
      <SidebarEdge />
    </nav>
  );
}

interface BeginProps {
  icon: IconName;
  keys: readonly string[];
  onClick: () => void;
  children: string;
}

function Begin({ icon, keys, onClick, children }: BeginProps) {
  return (
    <button type="button" className="sidebar-item" data-stop onClick={onClick}>
      <span className="sidebar-mark">
        <Icon name={icon} />
      </span>
      {children}
      <span aria-hidden="true">
        <Kbd keys={keys} />
      </span>
    </button>
  );
}

/** Drag to change the width; arrow keys do the same. */
function SidebarEdge() {
  const width = usePreference("sidebarWidthPx");
  const setWidth = useCallback((px: number) => {
    setPreference({ sidebarWidthPx: Math.min(420, Math.max(200, Math.round(px))) });
  }, []);
  const place = useCallback(
    (edge: HTMLElement | null) => {
      edge?.closest<HTMLElement>(".app")?.style.setProperty("--sidebar-width", `${width}px`);
    },
    [width],
  );
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) setWidth(event.clientX);
  };
  return (
    <div
      ref={place}
      className="sidebar-edge"
      role="separator"
      aria-label="Width of the library"
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={200}
      aria-valuemax={420}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onDoubleClick={() => setWidth(256)}
      onKeyDown={(event) => {
        const step = { ArrowRight: 16, ArrowLeft: -16 }[event.key];
        if (step !== undefined) setWidth(width + step);
      }}
    />
  );
}
