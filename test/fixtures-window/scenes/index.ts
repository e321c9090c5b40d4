/** Every scene of the window. Each module has those of one screen. */
import type { Scene } from "../scene.ts";
import { scenes as server } from "./server.ts";
import { scenes as servers } from "./servers.ts";

export const SCENES: readonly Scene[] = [...servers, ...server];
