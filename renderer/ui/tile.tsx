/** A server's or an agent's tile: its service's picture, else its first letter on a colour that its name chooses. */
import { hueOf, letterOf } from "../groups.ts";

interface Props {
  readonly name: string;
  /** Of `assets/icons/services/`, without its ending; null: none. */
  readonly icon?: string | null;
  readonly large?: boolean;
}

export function Tile({ name, icon = null, large = false }: Props) {
  const size = large ? "tile large" : "tile";
  if (icon !== null && PICTURES.has(icon)) {
    return (
      <span className={`${size} with-picture`} aria-hidden="true">
        <img src={`services/${icon}.svg`} alt="" draggable={false} />
      </span>
    );
  }
  return (
    <span className={size} data-hue={hueOf(name)} aria-hidden="true">
      {letterOf(name)}
    </span>
  );
}

declare const __SERVICE_PICTURES__: readonly string[];

/** Known when the window is built, so that none is asked for in vain. */
const PICTURES: ReadonlySet<string> = new Set(typeof __SERVICE_PICTURES__ === "undefined" ? [] : __SERVICE_PICTURES__);
