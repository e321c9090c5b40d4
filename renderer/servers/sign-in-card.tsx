/** A sign-in that is wanted, or under way. */

import { accountToSignIn } from "../../preload/accounts.ts";
import type { ServerStatus } from "../../preload/api.ts";
import { codeToEnter, needUnknown, wantsClientId } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { askedText, placeOf } from "../describe.ts";
import { useNow } from "../time.ts";
import { CodeText } from "../ui/code-text.tsx";
import { CopyButton } from "../ui/copy-button.tsx";

export function SignInCard({ server }: { readonly server: ServerStatus }) {
  const now = useNow();
  const page = t("servers:needs.page", { place: placeOf(server) ?? server.name });
  const device = codeToEnter(server.sign_in);
  if (device !== null) return <DeviceCodeCard {...device} />;
  if (server.state === "signing_in") {
    return (
      <div className="card card-busy">
        <strong>{t("servers:needs.browser_title")}</strong>
        <p>{t("servers:needs.browser_text", { page })}</p>
      </div>
    );
  }
  if (wantsClientId(server)) return null;
  if (server.state === "sign_in_required") {
    return (
      <div className="card card-need">
        <strong>{server.asked === null ? t("servers:needs.sign_in_title") : askedText(server.asked, now)}</strong>
        <p>{promise(page, accountToSignIn(server))}</p>
      </div>
    );
  }
  if (!needUnknown(server)) return null;
  return (
    <div className="card">
      <strong>{t("servers:needs.unused_title")}</strong>
      <p>{t("servers:needs.unused_text")}</p>
    </div>
  );
}

/** `account`: null for the one that is meant without a name. */
function promise(page: string, account: string | null): string {
  if (account === null) return t("servers:needs.sign_in_text", { page });
  return account === "default"
    ? t("servers:needs.sign_in_text_unnamed", { page })
    : t("servers:needs.sign_in_text_named", { page, account });
}

function DeviceCodeCard({ code, page }: { readonly code: string; readonly page: string }) {
  return (
    <div className="card card-busy">
      <strong>{t("servers:needs.code_title")}</strong>
      <div className="snippet one-line">
        <code className="user-code" dir="ltr">
          {code}
        </code>
        <CopyButton text={code} label={t("servers:needs.code_copy")} />
      </div>
      <p>{t("servers:needs.code_at")}</p>
      <CodeText text={page} label={t("servers:needs.page_copy")} />
    </div>
  );
}
