/** Which account of a server a button means, and what accounts are called. Pure; window, tray and terminal agree by it. */
import type { AccountStatus, ServerStatus } from "./api.ts";
import { accountText, type Words } from "./text.ts";
import { t } from "./words.ts";

/** What a person calls an account. */
export const accountLabel = (account: string): string => (account === "default" ? t("account.yours") : account);

export const defaultLabel = (account: string): string =>
  account === "default" ? t("account.use_yours") : t("account.use_named", { account });

/** More than one, so that each has to be named. */
export const hasSeveral = (server: ServerStatus): boolean => server.accounts.length > 1;

export function accountWords(account: AccountStatus): Words {
  return account.needed && account.state === "signed_out"
    ? { label: t("account.needed"), tone: "need" }
    : accountText(account.state);
}

/** The account that a plain “Sign in” is for: one that agents wait for before any other. Null: the default one. */
export function accountToSignIn(server: ServerStatus): string | null {
  const waiting = server.accounts.find((account) => account.needed);
  return waiting === undefined || waiting.default ? null : waiting.name;
}

/** The account that an agent needs more access for. Null: the default one. */
export function accountToAllow(server: ServerStatus): string | null {
  const name = server.challenge?.account;
  const account = server.accounts.find((one) => one.name === name);
  return account === undefined || account.default ? null : account.name;
}

/** The account whose sign-in a plain “Cancel” ends. Null: the default one. */
export function accountToCancel(server: ServerStatus): string | null {
  const name = server.sign_in?.account;
  const account = server.accounts.find((one) => one.name === name);
  return name === undefined || account === undefined || account.default ? null : name;
}

/** The account that a plain “Sign out” is for: the default one if it is signed in, else the first that is. */
export function accountToSignOut(server: ServerStatus): string | null {
  const account = server.accounts.find(({ state }) => state === "signed_in");
  return account === undefined || account.default ? null : account.name;
}

/** The parameter of a verb that goes without it for the default account. */
export const ofAccount = (account: string | null): { readonly account?: string } =>
  account === null ? {} : { account };
