/** A state of the window: what the hub says and answers, and how a person gets there. */
import type { Page } from "playwright-core";
import type { Answer, ErrorObject, Method, Snapshot } from "../../preload/api.ts";
import type { ShellInfo } from "../../preload/api-settings.ts";

/** English words as the window shows them in the language that it speaks; `{{name}}` is taken from the values. */
export type Say = (english: string, values?: Readonly<Record<string, string | number>>) => string;

export interface Scene {
  /** Of its picture, as in `server-tools`. */
  readonly name: string;
  /** Made when it is shown: times are seen from then. */
  readonly snapshot: () => Snapshot;
  readonly answers?: () => { readonly [M in Method]?: Answer<M> };
  /** Methods that fail. */
  readonly errors?: () => { readonly [M in Method]?: ErrorObject };
  /** The app around the window. */
  readonly shell?: () => ShellInfo;
  /** From the screen of servers on, with no dialog open. */
  readonly act?: (page: Page, say: Say) => Promise<void>;
  /** Default 1120 × 720. */
  readonly size?: readonly [width: number, height: number];
  /** A CSS selector of what is there once the scene is. */
  readonly shows: string;
}

export const NARROW = [480, 720] as const;

/** Opens the details of a server, at a tab. */
export const details =
  (server: string, tab = "Overview") =>
  async (page: Page, say: Say): Promise<void> => {
    const row = page.getByRole("listitem", { name: server, exact: true });
    await row.getByRole("button", { name: say("Details"), exact: true }).click();
    if (tab !== "Overview")
      await page
        .getByRole("tab", { name: say(tab) })
        .first()
        .click();
  };

/** Opens another screen by its name in the side. */
export const screen =
  (name: string, then?: (page: Page, say: Say) => Promise<void>) =>
  async (page: Page, say: Say): Promise<void> => {
    await page
      .getByRole("navigation")
      .getByRole("button", { name: say(name) })
      .click();
    await then?.(page, say);
  };
