import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const RectangleSchema = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });
type Rectangle = z.infer<typeof RectangleSchema>;

const BoundsSchema = z.object({ bounds: RectangleSchema.nullable(), maximized: z.boolean() });
/** Where the window was; null bounds leave the place to the desktop. */
export type WindowBounds = z.infer<typeof BoundsSchema>;

export const smallestWindow = { width: 720, height: 480 } as const;
export const firstWindow = { width: 1280, height: 820 } as const;
const unknown: WindowBounds = { bounds: null, maximized: false };

/** A part of the title bar that must be on some screen, or the window could not be dragged back. */
const visiblePixels = 80;

/** Never throws: a lost or broken file only costs the window its place. */
export function readWindowBounds(path: string, screens: readonly Rectangle[]): WindowBounds {
  try {
    const stored = BoundsSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    const isSeen = stored.bounds !== null && screens.some((screen) => isReachable(stored.bounds, screen));
    return isSeen ? stored : { ...unknown, maximized: stored.maximized };
  } catch {
    return unknown;
  }
}

function isReachable(bounds: Rectangle | null, screen: Rectangle): boolean {
  if (bounds === null) return false;
  const overlap = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
  const isTopInside = bounds.y >= screen.y && bounds.y < screen.y + screen.height - visiblePixels;
  return overlap >= visiblePixels && isTopInside;
}

/** At once: the last time is when the app is about to leave, which waits for no promise. Throws what the disk throws. */
export function writeWindowBounds(path: string, bounds: WindowBounds): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(bounds));
  renameSync(`${path}.new`, path);
}
