/** Where the window was. A file in the app's own data folder; a bad one is as good as none. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** In device-independent pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const DEFAULT_SIZE = { width: 920, height: 640 };
export const SMALLEST_SIZE = { width: 480, height: 400 };

/** How much of the title bar has to lie on a screen so that a hand can reach it. */
const GRIP = 80;

/** `saved` if it is a place where the window can be seen and reached on one of these work areas, else null. */
export function reachable(saved: unknown, areas: readonly Bounds[]): Bounds | null {
  if (typeof saved !== "object" || saved === null) return null;
  const { x, y, width, height } = saved as Record<string, unknown>;
  if (![x, y, width, height].every((n) => Number.isInteger(n) && Math.abs(n as number) < 100_000)) return null;
  const bounds = {
    x: x as number,
    y: y as number,
    width: Math.max(width as number, SMALLEST_SIZE.width),
    height: Math.max(height as number, SMALLEST_SIZE.height),
  };
  const visible = areas.some(
    (area) =>
      bounds.x + bounds.width >= area.x + GRIP &&
      bounds.x <= area.x + area.width - GRIP &&
      bounds.y >= area.y &&
      bounds.y <= area.y + area.height - GRIP,
  );
  return visible ? bounds : null;
}

export function readBounds(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** Best effort: a window that opens in its first place is no reason to complain. */
export function writeBounds(path: string, bounds: Bounds): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(bounds));
  } catch {
    return;
  }
}
