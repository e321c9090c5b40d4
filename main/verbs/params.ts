/** What a verb may be given. Parameters come from a window or a pipe: `unknown` until they pass here. */
import * as z from "zod";
import type { Method } from "../../preload/api.ts";
import { normalName } from "../names.ts";

/** Names are kept in one form (NFC), however they were typed. */
const server = z.string().min(1).max(256).transform(normalName);
/** What it may look like, the verbs say, in words for a person. */
const accountName = z.string().min(1).max(256).transform(normalName);
const account = accountName.optional();
const nothing = z.strictObject({});

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
} satisfies { readonly [M in Method]: z.ZodType };

/** The parameters of a method after the check. */
export type Checked<M extends Method> = z.output<(typeof PARAMS)[M]>;
