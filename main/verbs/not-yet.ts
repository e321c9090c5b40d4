/** Stands where a verb of the contract is still to be built. */
import { GatehouseError } from "../errors.ts";

export function notYet(method: string): never {
  throw new GatehouseError({
    code: "unsupported",
    message: `${method} is not there yet.`,
    suggestion: "Do it in servers.json.",
  });
}
