/** What a person means by `server` or `server@account`. No server's name holds an @; an account's may. */
export interface Target {
  readonly server: string;
  /** Null: the server's default account. */
  readonly account: string | null;
}

export function splitTarget(text: string): Target {
  // Where a server stands in no file its name is its URL, which may hold one.
  const at = text.includes("://") ? -1 : text.indexOf("@");
  if (at <= 0 || at === text.length - 1) return { server: text, account: null };
  return { server: text.slice(0, at), account: text.slice(at + 1) };
}
