/** Whether a click in the window may open a page; with all that knows of pages, and so loaded when one is to be opened. */
import { CLIENTS } from "../agents/clients.ts";
import { catalogue } from "../config/catalogue.ts";
import { checkedPage, ownPages } from "./own-pages.ts";

/** Throws `unsafe_url` for an address that is none of ours. */
export async function openablePage(address: string): Promise<URL> {
  return checkedPage(address, ownPages({ catalogue: await catalogue(), clients: CLIENTS }));
}
