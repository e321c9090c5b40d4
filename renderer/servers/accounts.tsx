/** The accounts of one server: how each is, what can be done with it, and a way to another one. */
import { type FormEvent, useId, useState } from "react";
import { accountLabel, accountWords, defaultLabel, hasSeveral } from "../../preload/accounts.ts";
import type { AccountStatus, ServerStatus } from "../../preload/api.ts";
import { asAccount } from "../../preload/text.ts";
import { accountProblem } from "../form-check.ts";
import { useApp } from "../store.ts";
import { dateOf, relativeTime, useNow } from "../time.ts";
import { Fact, Url } from "../ui/facts.tsx";
import { PlusIcon, StateShape } from "../ui/icons.tsx";

export function Accounts({ server }: { readonly server: ServerStatus }) {
  const several = hasSeveral(server);
  // One account that nobody is signed in to has nothing to show: the server's own state says it.
  const shown = server.accounts.filter((account) => several || account.state !== "signed_out");
  return (
    <>
      {shown.map((account) => (
        <AccountCard key={account.name} server={server} account={account} />
      ))}
      {shown.length > 0 && server.state !== "disabled" && <AnotherAccount server={server} />}
    </>
  );
}

function AccountCard({ server, account }: { readonly server: ServerStatus; readonly account: AccountStatus }) {
  const now = useNow();
  const several = hasSeveral(server);
  const { label, tone } = accountWords(account);
  const scopes = account.scope?.split(/\s+/).filter(Boolean) ?? [];
  return (
    <section className="card" aria-label={`Account ${account.name}`}>
      <div className="card-head">
        <strong>{accountLabel(account.name)}</strong>
        {several && account.default && <span className="chip">Used by default</span>}
        <span className={`state tone-${tone}`}>
          <StateShape tone={tone} />
          {label}
        </span>
      </div>
      {account.state !== "signed_out" && (
        <dl>
          {!account.default && (
            <Fact term="For agents">
              <code>{`${server.name}@${account.name}`}</code>
            </Fact>
          )}
          {scopes.length > 0 && (
            <Fact term="Access">
              <span className="chips">
                {scopes.map((scope) => (
                  <code key={scope}>{scope}</code>
                ))}
              </span>
            </Fact>
          )}
          <Fact term="Renews">{renewal(account, now)}</Fact>
          {account.since !== null && <Fact term="Since">{dateOf(account.since, now)}</Fact>}
          {account.issuer !== null && (
            <Fact term="Signed in at">
              <Url text={account.issuer} />
            </Fact>
          )}
        </dl>
      )}
      {several && server.state !== "disabled" && <AccountActions server={server} account={account} />}
    </section>
  );
}

function renewal(account: AccountStatus, now: number): string {
  if (account.state === "expired") return "no longer: sign in again";
  if (account.renewable) return "by itself";
  if (account.expires_at === null) return "not known";
  return `not by itself; ends ${relativeTime(account.expires_at, now)}`;
}

/** Each name says which account it means: the row's own buttons are there too. */
function AccountActions({ server, account }: { readonly server: ServerStatus; readonly account: AccountStatus }) {
  const run = useApp((state) => state.run);
  const open = useApp((state) => state.open);
  const params = { server: server.name, account: account.name };
  const as = asAccount(account.name);
  return (
    <div className="buttons">
      {server.sign_in?.account === account.name ? (
        <button type="button" className="plain" onClick={() => void run("cancelSignIn", params)}>
          {`Cancel sign-in${as}`}
        </button>
      ) : account.state === "signed_in" ? (
        <button type="button" className="plain" onClick={() => open({ kind: "sign_out", ...params })}>
          {account.name === "default" ? "Sign out of your account" : `Sign out of ${account.name}`}
        </button>
      ) : (
        <button type="button" className={account.needed ? "go" : "plain"} onClick={() => void run("signIn", params)}>
          {`Sign in${as}`}
        </button>
      )}
      {!account.default && (
        <button type="button" className="plain" onClick={() => void run("setDefaultAccount", params)}>
          {defaultLabel(account.name)}
        </button>
      )}
      {!account.default && account.name !== "default" && (
        <button type="button" className="quiet" onClick={() => open({ kind: "remove_account", ...params })}>
          {`Remove ${account.name}`}
        </button>
      )}
    </div>
  );
}

function AnotherAccount({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
  const id = useId();
  const [name, setName] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const problem = accountProblem(
    name ?? "",
    server.accounts.map((account) => account.name),
  );
  const shown = tried || (name ?? "") !== "" ? problem : null;

  const close = (): void => {
    setName(null);
    setTried(false);
  };
  const add = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (problem !== null || name === null) return;
    void run("signIn", { server: server.name, account: name.trim() });
    close();
  };

  if (name === null) {
    return (
      <button type="button" className="link with-icon add-account" onClick={() => setName("")}>
        <PlusIcon />
        Add another account
      </button>
    );
  }
  return (
    <form
      className="card"
      aria-label="Another account"
      noValidate
      onSubmit={add}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <div className="field">
        <label htmlFor={id}>Name of the account</label>
        <input
          id={id}
          type="text"
          // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
          autoFocus
          value={name}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={shown !== null}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setName(event.target.value)}
        />
        <p id={`${id}-hint`} className={shown === null ? "hint" : "hint problem"} aria-live="polite">
          {shown ?? `For agents it is ${server.name}@${name.trim() === "" ? "name" : name.trim()}`}
        </p>
      </div>
      <div className="buttons end">
        <button type="button" className="plain" onClick={close}>
          Not now
        </button>
        <button type="submit" className="go">
          Sign in to it
        </button>
      </div>
    </form>
  );
}
