/** The errors that an upstream meets, in words for a person. */
import { allowLabel, asAccount, signInLabel } from "../../preload/text.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";

/** Every door at which the person can sign in. `account`: null, the one that is meant without a name. */
export function signInRequired(server: string, account: string | null = null, cause?: GatehouseError): GatehouseError {
  const option = account === null ? "" : ` --account ${shellName(account)}`;
  const reason = cause === undefined ? {} : { reason: cause.code, reason_correlation_id: cause.correlationId };
  const details = { ...reason, ...(account === null ? {} : { account }) };
  return new GatehouseError({
    code: "sign_in_required",
    server,
    message: `${server} needs you to sign in${asAccount(account)}.`,
    suggestion: `Click “${signInLabel(server, account)}” in the Gatehouse tray menu or window, or run: gatehouse login ${shellName(server)}${option}`,
    cause,
    ...(Object.keys(details).length === 0 ? {} : { details }),
  });
}

/** As it is written in a command. */
export function shellName(server: string): string {
  return /^[\w.-]+$/u.test(server) ? server : `"${server}"`;
}

export interface Lacking {
  /** As challenged, space-separated; null: the server did not say. */
  readonly scope: string | null;
  /** That the request called; null: none. */
  readonly tool: string | null;
  /** The person has been asked already: has given it, or has said no. */
  readonly given: boolean;
}

/** RFC 6750 §3.1: who is signed in may do too little. */
export function insufficientScope(server: string, { scope, tool, given }: Lacking): GatehouseError {
  const asked = scope === null ? "more access" : `the access ${quoteRemote(scope)}`;
  const what = tool === null ? "this call" : `the tool ${quoteRemote(tool)}`;
  return new GatehouseError({
    code: "insufficient_scope",
    server,
    message: given
      ? `${server} refuses ${what} for want of ${asked}, and the user has been asked for that already.`
      : `${server} wants ${asked} for ${what}, more than the user has given.`,
    suggestion: given
      ? `Go on without it. The user can sign out of ${server} and in again, perhaps with another account; its operator knows who may do this.`
      : `Ask the user to click “${allowLabel(server)}” in the Gatehouse tray menu or window, or to run: gatehouse login ${shellName(server)}. Then call again.`,
    details: { retryable: !given, ...(scope === null ? {} : { scope }), ...(tool === null ? {} : { tool }) },
  });
}

export function unreachable(server: string, host: string, cause: unknown): GatehouseError {
  return new GatehouseError({
    code: "upstream_unreachable",
    server,
    message: `${server} cannot be reached at ${host}: ${networkReason(cause)}.`,
    suggestion: "Check the network and the server's address; Gatehouse tries again by itself.",
    cause,
  });
}

/** While a call was running: whether it was carried out only the server knows. */
export function connectionCut(server: string, cause: unknown): GatehouseError {
  return new GatehouseError({
    code: "upstream_failed",
    server,
    message: `${server} cut the connection while this request was running.`,
    suggestion: "Check whether it took effect, then call again.",
    cause,
  });
}

/** A system error code in plain words; never the error's own text, which may quote a request. */
function networkReason(cause: unknown): string {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  switch (code) {
    case "ECONNREFUSED":
      return "nothing listens there";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "its name is not known";
    case "ETIMEDOUT":
      return "no answer came in time";
    case "ECONNRESET":
    case "EPIPE":
      return "the connection was cut";
    case "HPE_HEADER_OVERFLOW":
      return "the headers of its answer are larger than 64 KiB";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "there is no way to it";
    case "PROXY_407":
      return "the proxy wants a user name and password (407)";
    case "PROXY_UNSUPPORTED":
      return "the proxy that is set is not an http:// or https:// one";
    default:
      if (code === undefined) return "the connection failed";
      if (code.startsWith("HPE_")) return "what answers there is not HTTP";
      if (code.startsWith("PROXY_")) return `the proxy makes no connection (${code.slice(6)})`;
      return `the connection failed (${code})`;
  }
}

export function badAnswer(server: string, what: string, details?: Readonly<Record<string, unknown>>): GatehouseError {
  return new GatehouseError({
    code: "upstream_failed",
    server,
    message: `${server} ${what}.`,
    suggestion: "Try again; if it stays, its operator has to look.",
    ...(details === undefined ? {} : { details }),
  });
}

export function sessionLost(server: string): GatehouseError {
  return new GatehouseError({
    code: "session_lost",
    server,
    message: `${server} ended the session while this request was running.`,
    suggestion: "Check whether it took effect, then call again: a new session is opened by itself.",
  });
}

export function cannotStart(server: string, command: string, cause: unknown): GatehouseError {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  const why =
    code === "ENOENT"
      ? "there is no such program"
      : code === "EACCES"
        ? "it may not be run"
        : `error ${code ?? "unknown"}`;
  return new GatehouseError({
    code: "upstream_unreachable",
    server,
    message: `${server} cannot be started: ${command}: ${why}.`,
    suggestion: "Give the program's full path as command in servers.json.",
    cause,
  });
}

export function exited(server: string, how: string, lastWords: string | null): GatehouseError {
  return new GatehouseError({
    code: "upstream_failed",
    server,
    message: `${server} ended by itself (${how})${lastWords === null ? "" : `: ${quoteRemote(lastWords)}`}.`,
    suggestion: "Run its command in a terminal to see what is wrong; Gatehouse starts it again by itself.",
    details: { exit: how },
  });
}

/** Whether it is one that {@link exited} made. */
export function hasExited(error: GatehouseError): boolean {
  return error.code === "upstream_failed" && error.details?.exit !== undefined;
}

/** An answer, or something that may have been one. */
export function tooLarge(server: string): GatehouseError {
  return new GatehouseError({
    code: "too_large",
    server,
    message: `${server} sent more than 64 MiB as one message.`,
    suggestion: "Ask for less at once.",
  });
}

/** `limit` in milliseconds. */
export function noHandshake(server: string, limit: number): GatehouseError {
  return new GatehouseError({
    code: "upstream_unreachable",
    server,
    message: `${server} did not answer the MCP handshake within ${Math.round(limit / 1000)} seconds.`,
    suggestion: "Check that its address or command is an MCP server; Gatehouse tries again by itself.",
  });
}

export function noFolder(server: string, folder: string, cause: unknown): GatehouseError {
  return new GatehouseError({
    code: "upstream_unreachable",
    server,
    message: `${server} cannot be started: the folder ${folder} is not there.`,
    suggestion: "Make the folder, or correct cwd in servers.json.",
    cause,
  });
}
