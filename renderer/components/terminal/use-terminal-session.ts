import { useCallback, useLayoutEffect, useState, type RefCallback } from "react";
import { TerminalSession, type SessionEvents, type SessionLook } from "./terminal-session.ts";

export interface OpenTerminal {
  /** Goes on the element that shows the screen; its parent is the pane that decides the size. */
  screenRef: RefCallback<HTMLElement>;
  session: TerminalSession | null;
}

/** A session for as long as its element is on the page. Events and look may change with every render. */
export function useTerminalSession(look: SessionLook, events: SessionEvents): OpenTerminal {
  const [session, setSession] = useState<TerminalSession | null>(null);
  const { theme, fixedSize, fontPx } = look;

  const screenRef = useCallback((screen: HTMLElement | null) => {
    const pane = screen?.parentElement ?? null;
    if (screen === null || pane === null) return;
    const opened = new TerminalSession(pane, screen);
    setSession(opened);
    return () => {
      setSession(null);
      opened.dispose();
    };
  }, []);
  useLayoutEffect(() => session?.listen(events));
  useLayoutEffect(() => session?.restyle({ theme, fixedSize, fontPx }), [session, theme, fixedSize, fontPx]);

  return { screenRef, session };
}
