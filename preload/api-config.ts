/** The contract's part on a server's entry in `servers.json`, its contents, and what is known of servers beforehand. */
import type { ErrorObject, ServerType, ToolStatus } from "./api-base.ts";

/** One thing that is wrong with an entry, before it is written. */
export interface EntryIssue {
  /** Where in the entry, as in `auth.redirect_uri`; empty: the whole of it; `name`: its name. */
  readonly member: string;
  /** What is wrong, and what to do where that is not plain. Holds no value. */
  readonly message: string;
  /** False: only something that the entry refers to is missing, so it may be saved and works once that is there. */
  readonly blocks: boolean;
  /** Where in the entry's text; both count from 1. Null: nowhere in particular. */
  readonly line: number | null;
  readonly column: number | null;
}

/**
 * An entry as a form and as text. Literal secrets are not in it: each stands as `${hidden:MEMBER}`, which means, when it
 * comes back, what the file has there.
 */
export interface EntryView {
  readonly name: string;
  readonly entry: Readonly<Record<string, unknown>>;
  /** The entry's own text with its comments, without the name. */
  readonly text: string;
  /** Members that hold a literal secret, as in `headers.Authorization`. */
  readonly hidden: readonly string[];
  readonly issues: readonly EntryIssue[];
}

/** What came of an edit. `undo` names it for {@link ConfigApi.undo} for as long as the hub runs. */
export interface Edited {
  readonly name: string;
  readonly undo: string;
  /** Sign-ins that the edit ended, because nobody would find them any more; undo does not bring them back. */
  readonly signed_out: number;
}

export interface ListedTool extends ToolStatus {
  readonly title: string | null;
  readonly description: string | null;
  /** A JSON Schema, as the server wrote it. */
  readonly input_schema: Readonly<Record<string, unknown>> | null;
  /** The server says that it changes nothing (`readOnlyHint`), or destroys (`destructiveHint`); null: it does not say. */
  readonly read_only: boolean | null;
  readonly destructive: boolean | null;
}

export interface ListedPrompt {
  readonly name: string;
  readonly description: string | null;
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string | null;
    readonly required: boolean;
  }[];
}

export interface ListedResource {
  readonly uri: string;
  /** It is a URI template (RFC 6570). */
  readonly template: boolean;
  readonly name: string | null;
  readonly description: string | null;
  readonly mime_type: string | null;
}

/** What a server offers. Its texts are cut, invisible characters as `\u{…}`. */
export interface ServerContents {
  readonly server: string;
  /** Null: nobody has asked it yet and it could not be asked now; `error` says why. */
  readonly tools: readonly ListedTool[] | null;
  readonly prompts: readonly ListedPrompt[] | null;
  readonly resources: readonly ListedResource[] | null;
  readonly error: ErrorObject | null;
}

/** What the catalogue knows of a server beforehand. */
export interface CatalogueItem {
  readonly id: string;
  readonly title: string;
  /** One line. */
  readonly about: string;
  readonly url: string;
  /** Address of its picture within the window's page, as in `services/github.svg`; null: none. */
  readonly icon: string | null;
  readonly category: string;
  /** Null: it registers by itself, or wants no sign-in. */
  readonly client: ClientHint | null;
  /**
   * What the entry in `servers.json` becomes; words in capitals are for the person to replace. A client secret is a
   * reference into the vault, `${keychain:NAME}`, for whose value the person has to be asked.
   */
  readonly entry: Readonly<Record<string, unknown>>;
}

/** A client that a person has to register by hand. */
export interface ClientHint {
  /** With its article, as in `an OAuth app`. */
  readonly kind: string;
  /** The page where that is done. */
  readonly where: string | null;
  /** It comes with a client secret. */
  readonly secret: boolean;
  /** To be entered there exactly; null: Gatehouse chooses one for each sign-in. */
  readonly redirect_uri: string | null;
}

/** How a URL turned out when it was asked. Nothing is added by that. */
export interface UrlReport {
  readonly url: string;
  /** Null: it does not answer as an MCP server. */
  readonly type: ServerType | null;
  /** `unknown`: it did not answer, or lets everybody look and says that there are sign-ins: a call may ask for one. */
  readonly sign_in: "none" | "needed" | "unknown";
  /** How Gatehouse gets to be known there (RFC 7591, client ID metadata documents); null: no sign-in, or unknown. */
  readonly registration: "by_itself" | "client_id" | null;
  readonly client: ClientHint | null;
  /** Host of the authorization server; null: none. */
  readonly authorization_server: string | null;
  /** What the server calls itself; null: it does not say before a sign-in. */
  readonly title: string | null;
  /** A free name for the entry. */
  readonly suggested_name: string;
  /** Of the catalogue; null: not in it. */
  readonly catalogue: string | null;
  readonly error: ErrorObject | null;
}

/** A server that the official MCP Registry lists. */
export interface RegistryItem {
  readonly name: string;
  readonly title: string | null;
  readonly description: string;
  readonly version: string | null;
  readonly website: string | null;
  /** The entry of `servers.json` that it becomes; a local program is left unapproved. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** What the person has to give: members whose values are still `${…}`. */
  readonly wants: readonly { readonly name: string; readonly description: string | null; readonly secret: boolean }[];
}

/** One line of the log, fit to be shown and sent: nothing secret is in a log. */
export interface LogLine {
  readonly at: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly server: string | null;
  /** The line's other members as readable text. */
  readonly text: string;
}

export interface ConfigApi {
  getEntry(params: { readonly name: string }): EntryView;
  /** What would be wrong with this entry. Writes nothing. Give `entry` or `text`; neither: as it is in the file. */
  checkEntry(params: {
    readonly name: string;
    readonly new_name?: string;
    readonly entry?: Readonly<Record<string, unknown>>;
    readonly text?: string;
    readonly create?: boolean;
    /** Names of secrets that `setEntry` will be given, so that they do not count as missing. */
    readonly secrets?: readonly string[];
  }): { readonly issues: readonly EntryIssue[] };
  /**
   * Creates or replaces the entry. With `entry`, comments, order, and members that nobody knows survive; with `text` it is
   * that text. Refused when an issue blocks that the file does not have already.
   */
  setEntry(params: {
    readonly name: string;
    readonly new_name?: string;
    readonly entry?: Readonly<Record<string, unknown>>;
    readonly text?: string;
    /** True: there must be none of this name yet. */
    readonly create?: boolean;
    /** Literal secrets to put into the vault, by the name that `${keychain:NAME}` in the entry uses. */
    readonly secrets?: Readonly<Record<string, string>>;
  }): Edited;
  /** Takes an edit back, once; refused with `conflict` when the entry is not as that edit left it any more. */
  undo(params: { readonly undo: string }): { readonly name: string };
  setToolAllowed(params: { readonly server: string; readonly tool: string; readonly allowed: boolean }): Edited;
  /** Asks the server when it can be asked without a person, else tells what it listed last. */
  listContents(params: {
    readonly server: string;
    readonly account?: string;
    readonly refresh?: boolean;
  }): ServerContents;
  /** Calls a tool as the person, in a session of its own. `result`: as the server answered. */
  tryTool(params: {
    readonly server: string;
    readonly account?: string;
    readonly tool: string;
    readonly arguments: Readonly<Record<string, unknown>>;
  }): { readonly server: string; readonly ms: number; readonly result: unknown };
  inspectUrl(params: { readonly url: string }): UrlReport;
  catalogue(params: Record<string, never>): { readonly items: readonly CatalogueItem[] };
  /** Asks the official MCP Registry. */
  searchRegistry(params: { readonly query: string; readonly cursor?: string }): {
    readonly items: readonly RegistryItem[];
    readonly cursor: string | null;
  };
  /** The newest last. */
  logs(params: { readonly server?: string; readonly limit?: number }): { readonly lines: readonly LogLine[] };
}
