/** The one list of what a person can do. Tray, window and terminal are three doors to it. */
import { type Answer, METHODS, type Method, type Result } from "../../preload/api.ts";
import type { RemoteServer, ServerConfig } from "../config/types.ts";
import { asGatehouseError, GatehouseError } from "../errors.ts";
import { paused } from "../hub/control/failures.ts";
import { unknownServer } from "../hub/hub.ts";
import { probe } from "../hub/probe.ts";
import { accountOf, accountVerbs } from "./accounts.ts";
import { agentVerbs } from "./agents.ts";
import { callVerbs } from "./calls.ts";
import { contentVerbs } from "./contents.ts";
import { doctorVerbs } from "./doctor.ts";
import { entryVerbs } from "./entries.ts";
import { importVerbs } from "./imports.ts";
import { inspectVerbs } from "./inspect.ts";
import { inspectUrlVerbs } from "./inspect-url.ts";
import { type Checked, PARAMS } from "./params.ts";
import { resetVerbs } from "./reset.ts";
import { secretVerbs } from "./secrets.ts";
import { serverVerbs } from "./servers.ts";
import { settingsVerbs } from "./settings.ts";
import type { Handlers, OnProgress, VerbDeps } from "./types.ts";
import { Undos } from "./undo.ts";

/** Answers a call: parameters checked, never rejects. */
export type Call = <M extends Method>(
  method: M,
  params: unknown,
  onProgress?: OnProgress,
) => Promise<Result<Answer<M>>>;

export function createVerbs(deps: VerbDeps): Call {
  const handlers = handlersOf(deps);
  return async (method, params, onProgress) => {
    try {
      return { ok: true, value: await perform(handlers, method, params, onProgress) };
    } catch (error) {
      const known = asGatehouseError(error, serverOf(params));
      deps.log.warn("verb.failed", { method, error: known, ...(error === known ? {} : { cause: error }) });
      return { ok: false, error: known.toObject() };
    }
  };
}

async function perform<M extends Method>(
  handlers: Handlers,
  method: M,
  params: unknown,
  onProgress: OnProgress | undefined,
): Promise<Answer<M>> {
  if (!METHODS.includes(method)) throw invalid("This is not something that Gatehouse can do.");
  const checked = PARAMS[method].safeParse(params);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw invalid(`The parameters of ${method} are wrong at “${issue?.path.join(".") ?? ""}”.`);
  }
  return handlers[method](checked.data as Checked<M>, onProgress);
}

function handlersOf(deps: VerbDeps): Handlers {
  const { config, hub, signIns, known, vault, secrets, activity, snapshot, pause } = deps;
  const undos = new Undos();

  /** Servers that let a probe run out of time, with the URL at which they did. */
  const silent = new Map<string, string>();

  function find(name: string): ServerConfig {
    const server = config.current.servers.get(name) ?? hub.adHoc(name);
    if (server !== null) return server;
    const broken = config.current.invalid.get(name);
    throw broken ?? config.current.error ?? unknownServer(name, [...config.current.servers.keys()]);
  }

  function findRemote(name: string): RemoteServer {
    const server = find(name);
    if (server.type !== "stdio") return server;
    throw new GatehouseError({
      code: "no_sign_in_needed",
      server: name,
      message: `${name} runs on this computer and has no sign-in.`,
      suggestion: "Use it as it is: gatehouse connect.",
    });
  }

  return {
    getSnapshot: snapshot,

    async probe() {
      if (pause.isOn) return snapshot();
      const unknown = [...config.current.servers.values()].filter(
        (server) =>
          server.type !== "stdio" &&
          server.type !== "sse" &&
          server.enabled &&
          known.needsSignIn(server.name, server.url) === null &&
          silent.get(server.name) !== server.url &&
          !("authorization" in lowerCased(server.headers)) &&
          !signIns.isSignedIn(server, signIns.defaultAccount(server)),
      );
      await Promise.all(
        unknown.map(async (server) => {
          if (server.type === "stdio") return;
          const outcome = await probe(hub.runtime(server.name), signIns.defaultAccount(server));
          if (outcome.kind === "open") known.setNeedsSignIn(server.name, server.url, false);
          // It was waited for once; the next look is not to cost that time again.
          if (outcome.kind === "late") silent.set(server.name, server.url);
        }),
      );
      return snapshot();
    },

    async signIn({ server: name, account: asked, open_browser = true, timeout_s, refresh_token }, onProgress) {
      const server = findRemote(name);
      const account = accountOf(signIns, server, asked);
      if (pause.isOn) throw paused(name);
      if (!server.enabled) {
        throw new GatehouseError({
          code: "server_disabled",
          server: name,
          message: `${name} is turned off.`,
          suggestion: "Turn it on first, then sign in.",
        });
      }
      try {
        const outcome = await signIns.signIn(server, account, {
          openBrowser: open_browser,
          timeoutS: timeout_s,
          refreshToken: refresh_token,
          expected: known.opensWithoutSignIn(name, server.url),
          onProgress,
        });
        return { server: name, account: outcome.account, scope: outcome.scope };
      } catch (error) {
        if (error instanceof GatehouseError && error.code === "no_sign_in_needed") {
          known.setNeedsSignIn(name, server.url, false);
          hub.wake(name, account);
        }
        throw error;
      }
    },

    async submitCallback({ server, account, url }) {
      await signIns.submitCallback(server, accountOf(signIns, findRemote(server), account), url);
      return { accepted: true };
    },

    cancelSignIn: ({ server, account, browser_failed: noBrowser = false }) => ({
      cancelled: signIns.cancel(server, accountOf(signIns, findRemote(server), account), noBrowser),
    }),

    async signOut({ server: name, account, keep_remote = false }) {
      const server = find(name);
      if (server.type === "stdio") return { was_signed_in: false, revocation: "nothing" };
      const { wasSignedIn, revocation } = await signIns.signOut(
        server,
        accountOf(signIns, server, account),
        keep_remote,
      );
      return { was_signed_in: wasSignedIn, revocation };
    },

    ...accountVerbs(signIns, findRemote),
    ...secretVerbs(secrets, config),
    ...serverVerbs(deps, undos),
    ...entryVerbs(deps, undos),
    ...contentVerbs(deps),
    ...inspectVerbs(deps),
    ...inspectUrlVerbs(deps),
    ...importVerbs(deps, undos),
    ...agentVerbs(deps),
    ...settingsVerbs(deps),
    ...resetVerbs(deps, undos),
    ...callVerbs(deps),
    ...doctorVerbs(deps),

    async moveVault({ to }) {
      const { moved, left } = await vault.move(to);
      deps.changed();
      return { vault: vault.status(), moved, left };
    },

    async retry({ server }) {
      silent.delete(server);
      // What the entry needs from the vault or the environment may be there by now.
      if (config.current.invalid.has(server)) await config.reload();
      find(server);
      hub.wake(server, null);
      return { server };
    },

    async admitServer({ entry }) {
      const name = hub.admit(entry);
      await signIns.load([findRemote(name)]);
      return { server: name };
    },

    listTools: ({ server }) => ({ server, tools: hub.controls(server).flatMap((control) => control.tools()) }),

    async approveTools({ server, tools }) {
      const approved = await Promise.all(hub.controls(server).map((control) => control.approve(tools)));
      return { server, approved: [...new Set(approved.flat())] };
    },

    activity: async ({ server, request_id, limit }) => ({
      records: await activity.find({ server, id: request_id, limit }),
    }),
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function serverOf(params: unknown): string | null {
  const { server, name } = (typeof params === "object" && params !== null ? params : {}) as Record<string, unknown>;
  return typeof server === "string" ? server : typeof name === "string" ? name : null;
}

function invalid(message: string): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    message,
    suggestion: "This is a mistake of the program that asked; report it.",
  });
}
