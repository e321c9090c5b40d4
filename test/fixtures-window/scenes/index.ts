/** Every scene of the window. Each module has those of one screen. */
import type { Scene } from "../scene.ts";
import { scenes as activity } from "./activity.ts";
import { scenes as add } from "./add.ts";
import { scenes as agents } from "./agents.ts";
import { scenes as server } from "./server.ts";
import { scenes as servers } from "./servers.ts";
import { scenes as settings } from "./settings.ts";

export const SCENES: readonly Scene[] = [...servers, ...server, ...add, ...agents, ...activity, ...settings];
