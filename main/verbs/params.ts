/** What a verb may be given. Parameters come from a window or a pipe: `unknown` until they pass here. */
import * as z from "zod";
import type { Method } from "../../preload/api.ts";
import { LANGUAGES, THEMES, UPDATE_MODES } from "../../preload/api-settings.ts";
import { normalName } from "../names.ts";

/** Names are kept in one form (NFC), however they were typed. */
const server = z.string().min(1).max(256).transform(normalName);
/** What it may look like, the verbs say, in words for a person. */
const accountName = z.string().min(1).max(256).transform(normalName);
const account = accountName.optional();
const nothing = z.strictObject({});
const fields = z.record(z.string().max(1024), z.unknown());
/** Of a file or a snippet. */
const document = z.string().max(4 * 1024 * 1024);
const path = z.string().min(1).max(4096);
const id = z.string().min(1).max(128);
const newName = z.string().max(256);

const input = z.union([
  z.strictObject({ url: z.string().min(1).max(8192) }),
  z.strictObject({ command: z.string().min(1).max(4096), args: z.array(z.string().max(8192)).max(256) }),
]);

/** One schema a method. */
export const PARAMS = {
  getSnapshot: nothing,
  probe: nothing,
  signIn: z.strictObject({
    server,
    account,
    open_browser: z.boolean().optional(),
    timeout_s: z.number().min(1).max(86_400).optional(),
    refresh_token: z.string().min(1).max(65_536).optional(),
  }),
  submitCallback: z.strictObject({ server, account, url: z.string().min(1).max(16_384) }),
  cancelSignIn: z.strictObject({ server, account, browser_failed: z.boolean().optional() }),
  signOut: z.strictObject({ server, account, keep_remote: z.boolean().optional() }),
  setDefaultAccount: z.strictObject({ server, account: accountName }),
  removeAccount: z.strictObject({ server, account: accountName }),
  moveVault: z.strictObject({ to: z.enum(["keychain", "file"]) }),
  retry: z.strictObject({ server }),
  admitServer: z.strictObject({ entry: z.record(z.string(), z.unknown()) }),
  addServer: z.strictObject({ name: z.string().max(256), server: input }),
  updateServer: z.strictObject({ name: server, new_name: z.string().max(256).optional(), server: input.optional() }),
  setServerEnabled: z.strictObject({ name: server, enabled: z.boolean() }),
  approveCommand: z.strictObject({ name: server }),
  listTools: z.strictObject({ server }),
  approveTools: z.strictObject({
    server,
    tools: z.union([
      z.array(z.strictObject({ name: z.string().max(4096), version: z.string().max(128).optional() })).max(5_000),
      z.literal("all"),
    ]),
  }),
  removeServer: z.strictObject({ name: server }),
  setSecret: z.strictObject({ name: z.string().max(256), value: z.string().min(1).max(65_536) }),
  removeSecret: z.strictObject({ name: z.string().max(256) }),
  listSecrets: nothing,
  activity: z.strictObject({
    server: server.optional(),
    request_id: z.string().min(1).max(128).optional(),
    limit: z.number().int().min(1).max(1000).optional(),
  }),
  getEntry: z.strictObject({ name: server }),
  checkEntry: z.strictObject({
    name: newName,
    new_name: newName.optional(),
    entry: fields.optional(),
    text: document.optional(),
    create: z.boolean().optional(),
    secrets: z.array(z.string().max(256)).max(256).optional(),
  }),
  setEntry: z.strictObject({
    name: newName,
    new_name: newName.optional(),
    entry: fields.optional(),
    text: document.optional(),
    create: z.boolean().optional(),
    secrets: z.record(z.string().max(256), z.string().max(65_536)).optional(),
  }),
  undo: z.strictObject({ undo: id }),
  setToolAllowed: z.strictObject({ server, tool: z.string().min(1).max(4096), allowed: z.boolean() }),
  listContents: z.strictObject({ server, account, refresh: z.boolean().optional() }),
  tryTool: z.strictObject({ server, account, tool: z.string().min(1).max(4096), arguments: fields }),
  inspectUrl: z.strictObject({ url: z.string().min(1).max(8192) }),
  catalogue: nothing,
  searchRegistry: z.strictObject({ query: z.string().max(256), cursor: z.string().max(1024).optional() }),
  logs: z.strictObject({ server: server.optional(), limit: z.number().int().min(1).max(5_000).optional() }),
  readSnippet: z.strictObject({ text: document }),
  readAgentServers: z.union([z.strictObject({ client: id }), z.strictObject({ path })]),
  importServers: z.strictObject({
    preview: id,
    servers: z.array(z.strictObject({ id, name: newName.optional() })).max(5_000),
    replace_in_agent: z.boolean().optional(),
  }),
  listAgents: z.strictObject({ project: path.optional() }),
  previewAgent: z.strictObject({
    client: id,
    change: z.discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("connect"),
        servers: z.union([z.literal("all"), z.array(server).max(5_000)]),
        lazy: z.boolean().optional(),
      }),
      z.strictObject({ kind: z.literal("disconnect") }),
    ]),
    scope: z.enum(["user", "project"]).optional(),
    project: path.optional(),
    path: path.optional(),
  }),
  applyAgent: z.strictObject({ preview: id }),
  undoAgent: z.strictObject({ undo: id }),
  getSettings: nothing,
  setSettings: z.strictObject({
    start_at_login: z.boolean().optional(),
    notifications: z.boolean().optional(),
    theme: z.enum(THEMES).optional(),
    language: z.enum([...LANGUAGES, "system"]).optional(),
    record_arguments: z.boolean().optional(),
    updates: z.enum(UPDATE_MODES).optional(),
    proxy: z.string().max(2048).optional(),
  }),
  pauseAll: z.strictObject({ paused: z.boolean() }),
  reset: z.strictObject({ what: z.enum(["sign_ins", "everything"]) }),
  calls: z.strictObject({
    server: server.optional(),
    agent: z.string().max(256).optional(),
    limit: z.number().int().min(1).max(10_000).optional(),
    before: z.number().int().optional(),
  }),
  doctor: z.strictObject({ server: server.optional() }),
} satisfies { readonly [M in Method]: z.ZodType };

/** The parameters of a method after the check. */
export type Checked<M extends Method> = z.output<(typeof PARAMS)[M]>;
