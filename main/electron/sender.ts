/** Who may call the hub from a page: the main frame of our own window, on our own origin. Nobody else. */
import { APP_ORIGIN } from "./asset-path.ts";

/** What is known of the frame that sent a message; null members when the frame is gone. */
export interface Sender {
  /** Id of the web contents it came from. */
  readonly contents: number;
  readonly frame: { readonly origin: string; readonly parent: unknown } | null;
}

/** `window` is the id of the web contents of our window, null while there is no window. */
export function isTrustedSender(sender: Sender, window: number | null): boolean {
  return (
    window !== null &&
    sender.contents === window &&
    sender.frame !== null &&
    sender.frame.parent === null &&
    sender.frame.origin === APP_ORIGIN
  );
}
