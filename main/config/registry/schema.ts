/**
 * What an MCP Registry tells of servers (server.json 2025-12-11), as far as an entry of ours can be made of it. Anybody can
 * publish there: every part is data until checked, and what does not fit costs itself only.
 */
import * as z from "zod";

const MOST = 64;
const text = z.string().max(4_096);
const list = <T extends z.ZodType>(of: T) => z.array(of).max(MOST);

const input = z.object({
  description: text.optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  /** Fixed; `{name}` stands for one of the variables. */
  value: text.optional(),
  default: text.optional(),
});

const variables = z.record(z.string().max(128), input);
const withVariables = input.extend({ variables: variables.optional() });
const keyed = withVariables.extend({ name: z.string().min(1).max(256) });

const argument = z.union([
  withVariables.extend({ type: z.literal("positional"), valueHint: text.optional() }),
  keyed.extend({ type: z.literal("named") }),
]);

const remote = z.object({
  type: z.enum(["streamable-http", "sse"]),
  url: z.string().max(2_048),
  headers: list(keyed).optional(),
  variables: variables.optional(),
});

const local = z.object({
  registryType: z.string().max(64),
  registryBaseUrl: text.optional(),
  identifier: z.string().min(1).max(512),
  version: z.string().max(255).optional(),
  runtimeHint: text.optional(),
  transport: z.object({ type: z.string().max(64) }).optional(),
  runtimeArguments: list(argument).optional(),
  packageArguments: list(argument).optional(),
  environmentVariables: list(keyed).optional(),
});

const server = z.object({
  name: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9.-]+\/[A-Za-z0-9._-]+$/),
  title: text.optional(),
  description: text.optional(),
  version: text.optional(),
  websiteUrl: text.optional(),
  remotes: z.array(z.unknown()).max(MOST).optional(),
  packages: z.array(z.unknown()).max(MOST).optional(),
});

const official = z.object({ status: z.string().optional(), isLatest: z.boolean().optional() });
const listed = z.object({
  server,
  _meta: z.object({ "io.modelcontextprotocol.registry/official": official.optional() }).optional(),
});

const page = z.object({
  servers: z.array(z.unknown()).max(1_000),
  metadata: z.object({ nextCursor: z.string().max(1_024).nullish() }).nullish(),
});

export type Input = z.infer<typeof input>;
export type InputWithVariables = z.infer<typeof withVariables>;
export type Argument = z.infer<typeof argument>;
export type Remote = z.infer<typeof remote>;
export type Package = z.infer<typeof local>;

export interface Listed {
  readonly server: z.infer<typeof server>;
  readonly deprecated: boolean;
  readonly remotes: readonly Remote[];
  readonly packages: readonly Package[];
}

/** Null: it is no answer of a registry. */
export function readPage(
  json: unknown,
): { readonly servers: readonly Listed[]; readonly cursor: string | null } | null {
  const parsed = page.safeParse(json);
  if (!parsed.success) return null;
  const cursor = parsed.data.metadata?.nextCursor ?? "";
  return {
    servers: parsed.data.servers.flatMap((one) => readServer(one) ?? []),
    cursor: cursor === "" ? null : cursor,
  };
}

/** Null: wrong, deleted, or an older version. */
function readServer(json: unknown): Listed | null {
  const parsed = listed.safeParse(json);
  if (!parsed.success) return null;
  const { server: found, _meta: meta } = parsed.data;
  const { status, isLatest } = meta?.["io.modelcontextprotocol.registry/official"] ?? {};
  if (status === "deleted" || isLatest === false) return null;
  return {
    server: found,
    deprecated: status === "deprecated",
    remotes: (found.remotes ?? []).flatMap((one) => remote.safeParse(one).data ?? []),
    packages: (found.packages ?? []).flatMap((one) => local.safeParse(one).data ?? []),
  };
}
