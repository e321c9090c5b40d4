/** `gatehouse use`: which account agents mean that name none. */
import { call, control, EXIT, failed, say, Usage } from "./cli-base.ts";
import { splitTarget } from "./target.ts";

export async function use(args: readonly string[]): Promise<number> {
  const [text = "", ...more] = args;
  const { server, account } = splitTarget(text);
  if (account === null || more.length > 0) throw new Usage("Usage: gatehouse use <server>@<account>");
  const hub = await control(true);
  try {
    const result = await call(hub, "setDefaultAccount", { server, account });
    if (!result.ok) return failed(result.error);
    say(`Agents that name no account of ${server} use ${account} now.`);
    return EXIT.done;
  } finally {
    hub.close();
  }
}
