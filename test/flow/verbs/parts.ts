/** A hub in this process on files of its own, with the person at a browser, for tests of what a person can do. */
import { startHub } from "../../../main/app.ts";
import type { HubHandle } from "../../../main/verbs/handle.ts";
import type { Answer, Method, Params, ServerStatus, Snapshot } from "../../../preload/api.ts";
import { type Agent, startAgent } from "../../fixtures/agent.ts";
import { ACCOUNTS } from "../../fixtures/authorization-server.ts";
import { type Home, makeHome } from "../../fixtures/home.ts";
import { clickThrough } from "../../fixtures/oauth-client.ts";
import { use } from "../../fixtures/use.ts";

export interface RunningHub {
  readonly home: Home;
  readonly env: Readonly<Record<string, string>>;
  /** Rejects with an error whose `data` is the error object, and whose `code` is its code. */
  call<M extends Method>(method: M, params: Params<M>): Promise<Answer<M>>;
  snapshot(): Snapshot;
  server(name: string): ServerStatus;
  on: HubHandle["on"];
  /** No server: all as one. */
  connect(server?: string): Promise<Agent>;
  /** Ends it and starts the next one on the same files. */
  restart(between?: () => void): Promise<void>;
}

/** `servers`: as `makeHome` takes them. The vault is a file; ada signs in to whatever the browser shows. */
export async function runHub(
  servers: Parameters<typeof makeHome>[0] = {},
  more: Readonly<Record<string, string>> = {},
): Promise<RunningHub> {
  const home = use(makeHome(servers));
  const env = { GATEHOUSE_HOME: home.path, GATEHOUSE_VAULT: "file", GATEHOUSE_LOG_LEVEL: "debug", ...more };
  const browser = {
    open: async (url: URL) =>
      void (await fetch(await clickThrough(url, { user: "ada", password: ACCOUNTS.ada ?? "" }))),
  };
  const start = async (): Promise<HubHandle> => {
    const started = await startHub({ env, browser, version: "0.1.0", role: "headless" });
    if (started === null) throw new Error("a hub runs here already");
    return started;
  };
  let hub = await start();
  use({ close: () => hub.close("quit") });
  return {
    home,
    env,
    async call(method, params) {
      const result = await hub.call(method, params);
      if (result.ok) return result.value;
      throw Object.assign(new Error(result.error.message), { code: result.error.code, data: result.error });
    },
    snapshot: () => hub.snapshot(),
    server(name) {
      const found = hub.snapshot().servers.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no server ${name}`);
      return found;
    },
    on: (event, listener) => hub.on(event, listener),
    connect: async (server) =>
      use(
        await startAgent({
          home: home.path,
          env: { ...env },
          ...(server === undefined ? {} : { server }),
          clientName: `Claude at ${server ?? "all"}`,
        }),
      ),
    async restart(between = () => {}) {
      await hub.close("quit");
      between();
      hub = await start();
    },
  };
}
