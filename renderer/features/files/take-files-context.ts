import { createContext, useContext } from "react";
import type { TakeFiles } from "./use-take-files.ts";

/**
 * The window's one taker of files. It lives as long as the window: a screen that hands files over may be gone
 * before they have all arrived.
 */
export const TakeFilesContext = createContext<TakeFiles["take"] | null>(null);

export function useTake(): TakeFiles["take"] {
  const take = useContext(TakeFilesContext);
  if (take === null) throw new Error("There is no taker of files above this component");
  return take;
}
