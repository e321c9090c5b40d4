/** The accounts of one server: how each is, what can be done with it, and a way to another one. */
import { type FormEvent, useState } from "react";
import { accountLabel, accountWords, defaultLabel, hasSeveral } from "../../preload/accounts.ts";
import type { AccountStatus, ServerStatus } from "../../preload/api.ts";
import { t } from "../../preload/words.ts";
import { accountProblem } from "../form-check.ts";
import { accessText, scopesOf } from "../scopes.ts";
import { useApp } from "../store.ts";
import { dateOf, relativeTime, useNow } from "../time.ts";
import { Button } from "../ui/button.tsx";
import { Chips, Fact, Url } from "../ui/facts.tsx";
import { TextField } from "../ui/field.tsx";
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

interface AccountProps {
  readonly server: ServerStatus;
  readonly account: AccountStatus;
}

function AccountCard({ server, account }: AccountProps) {
  const several = hasSeveral(server);
  const { label, tone } = accountWords(account);
  return (
    <section className="card" aria-label={t("servers:account.label", { account: account.name })}>
      <div className="card-head">
        <strong dir="auto" translate={account.name === "default" ? undefined : "no"}>
          {accountLabel(account.name)}
        </strong>
        {several && account.default && <span className="chip">{t("servers:account.default")}</span>}
        <span className={`state tone-${tone}`}>
          <StateShape tone={tone} />
          {label}
        </span>
      </div>
      {account.state !== "signed_out" && <Grant server={server} account={account} />}
      {server.state !== "disabled" && (several || account.state === "signed_in") && (
        <AccountActions server={server} account={account} />
      )}
    </section>
  );
}

/** What was granted, in plain words; exactly as the service calls it one level below. */
function Grant({ server, account }: AccountProps) {
  const now = useNow();
  const scopes = scopesOf(account.scope);
  const access = accessText(account.scope);
  return (
    <dl>
      {!account.default && (
        <Fact term={t("servers:account.for_agents")}>
          <code dir="ltr">{`${server.name}@${account.name}`}</code>
        </Fact>
      )}
      {access !== null && (
        <Fact term={t("servers:account.access")}>
          <details className="exactly">
            <summary>
              <bdi translate="no">{access}</bdi>
            </summary>
            <Chips texts={scopes} />
          </details>
        </Fact>
      )}
      <Fact term={t("servers:account.renews")}>{renewal(account, now)}</Fact>
      {account.since !== null && (
        <Fact term={t("servers:account.since")}>
          <time dateTime={account.since}>{dateOf(account.since, now)}</time>
        </Fact>
      )}
      {account.issuer !== null && (
        <Fact term={t("servers:account.issuer")}>
          <Url text={account.issuer} />
        </Fact>
      )}
    </dl>
  );
}

function renewal(account: AccountStatus, now: number): string {
  const { expires_at: ends } = account;
  if (account.state === "expired") return t("servers:account.renews_no_longer");
  if (account.renewable) {
    const isAhead = ends !== null && Date.parse(ends) > now;
    return isAhead
      ? t("servers:account.renews_itself_next", { when: relativeTime(ends, now) })
      : t("servers:account.renews_itself");
  }
  return ends === null
    ? t("servers:account.renews_unknown")
    : t("servers:account.renews_not", { when: relativeTime(ends, now) });
}

/** Each name says which account it means: the row's own buttons are there too. */
function AccountActions({ server, account }: AccountProps) {
  const run = useApp((state) => state.run);
  const open = useApp((state) => state.open);
  const say = useApp((state) => state.say);
  const { name } = account;
  const params = { server: server.name, account: name };
  const unnamed = name === "default";

  const use = async (): Promise<void> => {
    const before = server.accounts.find((one) => one.default)?.name;
    const result = await run("setDefaultAccount", params);
    if (!result.ok) return;
    const back = (): void => void run("setDefaultAccount", { server: server.name, account: before ?? "default" });
    say(t("servers:account.used", { account: accountLabel(name) }), back);
  };

  return (
    <div className="buttons">
      {server.sign_in?.account === name ? (
        <Button onClick={() => void run("cancelSignIn", params)}>
          {unnamed ? t("servers:account.cancel_yours") : t("servers:account.cancel_as", { account: name })}
        </Button>
      ) : account.state === "signed_in" ? (
        <Button onClick={() => open({ kind: "sign_out", ...params })}>
          {unnamed ? t("servers:account.sign_out_yours") : t("servers:account.sign_out_of", { account: name })}
        </Button>
      ) : (
        <Button look={account.needed ? "go" : "plain"} onClick={() => void run("signIn", params)}>
          {unnamed ? t("servers:account.sign_in_yours") : t("servers:account.sign_in_as", { account: name })}
        </Button>
      )}
      {!account.default && <Button onClick={() => void use()}>{defaultLabel(name)}</Button>}
      {!account.default && !unnamed && (
        <Button look="quiet" onClick={() => open({ kind: "remove_account", ...params })}>
          {t("servers:account.remove", { account: name })}
        </Button>
      )}
    </div>
  );
}

/** The person has just asked for this field. The same function each time, so that it runs once. */
const focusFirst = (form: HTMLFormElement | null): void => form?.querySelector("input")?.focus();

function AnotherAccount({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
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
      <Button look="link" icon={<PlusIcon />} className="add-account" onClick={() => setName("")}>
        {t("servers:account.add")}
      </Button>
    );
  }
  const typed = name.trim() === "" ? t("servers:account.name_example") : name.trim();
  return (
    <form
      ref={focusFirst}
      className="card"
      aria-label={t("servers:account.another")}
      noValidate
      onSubmit={add}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <TextField
        label={t("servers:account.name")}
        hint={t("servers:account.name_hint", { name: `${server.name}@${typed}` })}
        issue={shown}
        value={name}
        onChange={setName}
      />
      <div className="buttons end">
        <Button onClick={close}>{t("not_now")}</Button>
        <Button look="go" submit>
          {t("servers:account.add_go")}
        </Button>
      </div>
    </form>
  );
}
