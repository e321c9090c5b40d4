/** What the window may ask of the app around it: each parameter checked, each failure an answer. Pure. */
import * as z from "zod";
import { type Result, SHELL_METHODS, type ShellMethod } from "../../preload/api.ts";
import type { ShellApi } from "../../preload/api-settings.ts";
import { asGatehouseError, GatehouseError } from "../errors.ts";

const nothing = z.strictObject({});

/** One schema a method. */
const PARAMS = {
  shellInfo: nothing,
  openPage: z.strictObject({ url: z.string().min(1).max(2048) }),
  openFolder: z.strictObject({ which: z.enum(["config", "data", "logs"]) }),
  saveText: z.strictObject({
    suggested_name: z.string().min(1).max(200),
    text: z.string().max(64 * 1024 * 1024),
  }),
  choosePath: z.strictObject({ kind: z.enum(["folder", "file"]) }),
  checkForUpdates: nothing,
  installUpdate: nothing,
  takeDestination: nothing,
  quit: nothing,
} satisfies { readonly [M in ShellMethod]: z.ZodType };

export type ShellParams<M extends ShellMethod> = z.output<(typeof PARAMS)[M]>;
export type ShellAnswer<M extends ShellMethod> = ReturnType<ShellApi[M]>;

export type ShellHandlers = {
  readonly [M in ShellMethod]: (params: ShellParams<M>) => Promise<ShellAnswer<M>> | ShellAnswer<M>;
};

/** Answers a call and never rejects. */
export type ShellCall = <M extends ShellMethod>(method: M, params: unknown) => Promise<Result<ShellAnswer<M>>>;

/** `report`: for failures that nobody foresaw; their text stays out of the answer. */
export function createShellCalls(handlers: ShellHandlers, report: (event: string, error: unknown) => void): ShellCall {
  return async (method, params) => {
    try {
      return { ok: true, value: await perform(handlers, method, params) };
    } catch (error) {
      if (!(error instanceof GatehouseError)) report(`shell.${method}`, error);
      return { ok: false, error: asGatehouseError(error).toObject() };
    }
  };
}

function perform<M extends ShellMethod>(
  handlers: ShellHandlers,
  method: M,
  params: unknown,
): Promise<ShellAnswer<M>> | ShellAnswer<M> {
  if (!SHELL_METHODS.includes(method)) throw wrong("This is not something that the app can do.");
  const checked = PARAMS[method].safeParse(params);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw wrong(`The parameters of ${method} are wrong at “${issue?.path.join(".") ?? ""}”.`);
  }
  return handlers[method](checked.data as ShellParams<M>);
}

function wrong(message: string): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    message,
    suggestion: "Close the window and open it again; it may be of another version.",
  });
}
