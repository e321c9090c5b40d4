/** `gatehouse login` and `gatehouse logout`. */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { ofAccount } from "../preload/accounts.ts";
import type { Answer, SignInProgress } from "../preload/api.ts";
import { call, control, EXIT, failed, readSecret, say, Usage } from "./cli-base.ts";
import { admitted, type Entry, withoutRemote } from "./cli-remote.ts";
import type { Control } from "./control.ts";
import { splitTarget } from "./target.ts";

/** What a verb is about; `entry` where a URL named the server, which then has no name yet. */
interface Meant {
  readonly server: string;
  readonly entry: Entry | null;
  /** Empty: the default one. */
  readonly account: { readonly account?: string };
}

function oneTarget(
  positionals: readonly string[],
  entry: Entry | null,
  option: string | undefined,
  verb: string,
): Meant {
  if (entry !== null && positionals.length === 0) return { server: "", entry, account: ofAccount(option ?? null) };
  const [text, ...more] = positionals;
  if (!text || more.length > 0) throw new Usage(`Usage: gatehouse ${verb} <server>[@account]`);
  const { server, account } = splitTarget(text);
  if (option !== undefined && account !== null && option !== account)
    throw new Usage(`“${text}” and --account ${option} name two accounts.`);
  return { server, entry: null, account: ofAccount(option ?? account) };
}

/** The server's name; null: the hub refused it, and said why. */
async function nameOf(hub: Control, { server, entry }: Meant): Promise<string | null> {
  return entry === null ? server : admitted(hub, entry);
}

export async function login(args: readonly string[]): Promise<number> {
  const { own, entry } = withoutRemote(args, ["--no-browser", "--refresh-token-stdin"], ["--account", "--timeout"]);
  const { values, positionals } = parseArgs({
    args: [...own],
    allowPositionals: true,
    options: {
      "no-browser": { type: "boolean", default: false },
      account: { type: "string" },
      timeout: { type: "string" },
      "refresh-token-stdin": { type: "boolean", default: false },
    },
  });
  const meant = oneTarget(positionals, entry, values.account, "login");
  const { account } = meant;
  const timeout = values.timeout === undefined ? undefined : Number(values.timeout);
  if (timeout !== undefined && !(timeout >= 1 && timeout <= 86_400))
    throw new Usage("--timeout takes a number of seconds, from 1 to 86400.");
  const openBrowser = !values["no-browser"] && process.env.HEADLESS !== "true";
  const refreshToken = values["refresh-token-stdin"] ? await readSecret("the refresh token") : null;
  let awaitsCallback = !openBrowser;
  let server: string | null = null;
  const hub: Control = await control(true, (event, value) => {
    if (event !== "signInProgress") return;
    const progress = value as SignInProgress;
    say(progress.text);
    if (progress.url !== undefined) say(progress.url);
    if (progress.user_code !== undefined) awaitsCallback = false;
    if (progress.step === "waiting" && awaitsCallback && server !== null) readPasted(hub, server, account);
  });
  try {
    const name = await nameOf(hub, meant);
    if (name === null) return EXIT.failed;
    server = name;
    const cancel = (): void => {
      void call(hub, "cancelSignIn", { server: name, ...account });
    };
    process.once("SIGINT", cancel);
    process.once("SIGTERM", cancel);
    const result = await call(hub, "signIn", {
      server: name,
      ...account,
      open_browser: openBrowser,
      ...(timeout === undefined ? {} : { timeout_s: timeout }),
      ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    });
    if (!result.ok) return failed(result.error);
    say("Agents that are connected to it have its tools now.");
    return EXIT.done;
  } finally {
    hub.close();
    process.stdin.unref?.();
  }
}

/** Takes the address that the browser ended at, pasted as a line; a wrong one is said and the next one awaited. */
function readPasted(hub: Control, server: string, account: { account?: string }): void {
  say("If the browser runs on another machine: paste the address it ends at here and press Enter.");
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const url = line.trim();
    if (url === "") return;
    void call(hub, "submitCallback", { server, ...account, url })
      .then((result) => {
        if (!result.ok) say(`${result.error.message} ${result.error.suggestion}`);
      })
      .catch(() => {});
  });
}

export async function logout(args: readonly string[]): Promise<number> {
  const { own, entry } = withoutRemote(args, ["--keep-remote"], ["--account"]);
  const { values, positionals } = parseArgs({
    args: [...own],
    allowPositionals: true,
    options: { account: { type: "string" }, "keep-remote": { type: "boolean", default: false } },
  });
  const meant = oneTarget(positionals, entry, values.account, "logout");
  const { account } = meant;
  const hub = await control(true);
  try {
    const server = await nameOf(hub, meant);
    if (server === null) return EXIT.failed;
    const result = await call(hub, "signOut", {
      server,
      keep_remote: values["keep-remote"],
      ...account,
    });
    if (!result.ok) return failed(result.error);
    say(signedOut(server, result.value));
    return EXIT.done;
  } finally {
    hub.close();
  }
}

function signedOut(server: string, answer: Answer<"signOut">): string {
  if (!answer.was_signed_in) return `You were not signed in to ${server}.`;
  switch (answer.revocation) {
    case "revoked":
      return `Signed out of ${server}. Its tokens are revoked and gone from this computer.`;
    case "not_supported":
      return `Signed out of ${server}. Its tokens are gone from this computer; the server offers no way to revoke them.`;
    case "failed":
      return `Signed out of ${server}. Its tokens are gone from this computer, but the server did not confirm that they are revoked.`;
    case "kept":
      return `Signed out of ${server}. Its tokens are gone from this computer and stay valid there, as asked.`;
    case "nothing":
      return `Signed out of ${server}.`;
  }
}
