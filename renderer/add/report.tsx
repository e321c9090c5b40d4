/** What asking an address showed, line by line. */
import type { ReactNode } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { CatalogueItem, UrlReport } from "../../preload/api-config.ts";
import type { Tone } from "../../preload/text.ts";
import { t } from "../../preload/words.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { StateShape } from "../ui/icons.tsx";
import type { Latest } from "./use-latest.ts";

interface Props {
  readonly report: Latest<UrlReport>;
  readonly known: CatalogueItem | null;
  readonly onAgain: () => void;
}

export function Report({ report, known, onAgain }: Props) {
  if (report.state === "none") return null;
  const error = errorOf(report);
  if (error !== null)
    return (
      <div role="status">
        <ErrorNotice error={error}>
          <p>{t("add:report.no_answer_hint")}</p>
          <Button className="start" onClick={onAgain}>
            {t("try_again")}
          </Button>
        </ErrorNotice>
      </div>
    );
  return (
    <div className="look" role="status" aria-busy={report.state === "asking"}>
      {report.state === "asking" && <Line tone="busy">{t("add:looking")}</Line>}
      {report.state === "there" && <Findings report={report.value} known={known} />}
    </div>
  );
}

/** Why nothing is known of it. */
function errorOf(report: Latest<UrlReport>): ErrorObject | null {
  if (report.state === "failed") return report.error;
  return report.state === "there" && report.value.type === null ? report.value.error : null;
}

function Findings({ report, known }: { readonly report: UrlReport; readonly known: CatalogueItem | null }) {
  if (report.type === null) return <Line tone="bad">{t("add:report.no_answer")}</Line>;
  return (
    <>
      <Line tone="ok">{report.type === "sse" ? t("add:report.answers_old") : t("add:report.answers")}</Line>
      <Line tone={signInTone(report)}>{signInWords(report)}</Line>
      {known !== null && <Line tone="ok">{t("add:report.known", { title: known.title })}</Line>}
    </>
  );
}

function signInTone({ sign_in: signIn, registration }: UrlReport): Tone {
  if (signIn === "none") return "ok";
  return signIn === "needed" && registration === "client_id" ? "need" : "off";
}

function signInWords({ sign_in: signIn, registration, client, authorization_server: host }: UrlReport): string {
  if (signIn === "none") return t("add:report.no_sign_in");
  if (signIn === "unknown") return t("add:report.unknown");
  if (registration === "client_id")
    return client === null ? t("add:report.client_id_plain") : t("add:report.client_id", { kind: client.kind });
  if (registration === null) return t("add:report.sign_in");
  return host === null ? t("add:report.by_itself") : t("add:report.by_itself_at", { host });
}

function Line({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <p className="look-line">
      <span className={`tone-${tone}`}>
        <StateShape tone={tone} />
      </span>
      <span>{children}</span>
    </p>
  );
}
