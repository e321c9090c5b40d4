/** The pages that the browser shows at the end of a sign-in. Self-contained, escaped, nothing from outside. */
import { randomBytes } from "node:crypto";

export type Page =
  | { readonly kind: "success"; readonly server: string }
  | { readonly kind: "denied"; readonly server: string }
  | { readonly kind: "error"; readonly server: string; readonly message: string; readonly suggestion: string }
  /** The sign-in this tab belonged to has ended. */
  | { readonly kind: "stale"; readonly server: string }
  /** A request that is no answer to a sign-in. */
  | { readonly kind: "not_found" };

export interface RenderedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Words {
  readonly status: number;
  readonly tone: "good" | "quiet" | "bad";
  readonly title: string;
  readonly text: string;
  readonly next: string;
}

export function renderPage(page: Page): RenderedPage {
  const nonce = randomBytes(16).toString("base64");
  const words = wordsFor(page);
  return {
    status: words.status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      connection: "close",
    },
    body: html(words, nonce),
  };
}

function wordsFor(page: Page): Words {
  switch (page.kind) {
    case "success":
      return {
        status: 200,
        tone: "good",
        title: `Signed in to ${page.server}`,
        text: "Every agent on this computer can use it now.",
        next: "You can close this tab.",
      };
    case "denied":
      return {
        status: 200,
        tone: "quiet",
        title: `Sign-in to ${page.server} declined`,
        text: "You said no, so nothing was stored and no agent got access.",
        next: "You can close this tab. To sign in after all, choose “Sign in” in Gatehouse.",
      };
    case "error":
      return {
        status: 400,
        tone: "bad",
        title: `Not signed in to ${page.server}`,
        text: page.message,
        next: page.suggestion,
      };
    case "stale":
      return {
        status: 410,
        tone: "quiet",
        title: "This sign-in is no longer waiting",
        text: `The sign-in to ${page.server} that this tab belongs to has already ended.`,
        next: "You can close this tab. Gatehouse shows whether you are signed in.",
      };
    case "not_found":
      return {
        status: 404,
        tone: "quiet",
        title: "Nothing to see here",
        text: "Gatehouse waits at this address for the end of a sign-in.",
        next: "You can close this tab.",
      };
  }
}

export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[char] ?? char,
  );
}

const BADGES: Readonly<Record<Words["tone"], string>> = {
  good: '<path d="M7.5 12.4l3 3 6-6.4"/>',
  quiet: '<path d="M8 12h8"/>',
  bad: '<path d="M12 7.5v5.2M12 16.4v.1"/>',
};

// A gate: two posts, a lintel, and the way through between them.
const MARK =
  '<svg viewBox="0 0 32 32" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5 27V10.5L16 5l11 5.5V27M11 27v-8.5a5 5 0 0 1 10 0V27M3 27h26"/></svg>';

const STYLE = `
:root{color-scheme:light dark;--ground:#f4f5f3;--card:#fff;--line:#dfe2dc;--ink:#1b211d;--soft:#59635c;--good:#1d7a46;--good-wash:#e3f3e8;--quiet:#5a6270;--quiet-wash:#eceef2;--bad:#b3361f;--bad-wash:#fbe8e3}
@media (prefers-color-scheme:dark){:root{--ground:#141815;--card:#1d231f;--line:#313a34;--ink:#ecf1ed;--soft:#a4b0a8;--good:#63cf8f;--good-wash:#1d3a29;--quiet:#b3bccb;--quiet-wash:#2a303a;--bad:#ff9078;--bad-wash:#43231c}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-font-smoothing:antialiased}
main{width:100%;max-width:460px}
.card{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:40px 36px 34px;box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px rgb(0 0 0/.06)}
.badge{width:56px;height:56px;border-radius:50%;display:grid;place-items:center;margin-bottom:22px}
.badge svg{width:34px;height:34px}
.good{background:var(--good-wash);color:var(--good)}.quiet{background:var(--quiet-wash);color:var(--quiet)}.bad{background:var(--bad-wash);color:var(--bad)}
h1{margin:0 0 10px;font-size:24px;line-height:1.25;font-weight:650;letter-spacing:-.015em;overflow-wrap:anywhere;text-wrap:balance}
p{margin:0;overflow-wrap:anywhere}
.text{color:var(--ink)}
.next{color:var(--soft);margin-top:18px;padding-top:18px;border-top:1px solid var(--line)}
footer{display:flex;gap:9px;align-items:center;justify-content:center;margin-top:22px;color:var(--soft);font-size:14px;font-weight:550}
`;

// The address bar still holds the code and the state; both are spent, and neither should reach the history.
const SCRIPT = "history.replaceState(null,'',location.pathname)";

function html(words: Words, nonce: string): string {
  const title = escapeHtml(words.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Gatehouse</title>
<style nonce="${nonce}">${STYLE}</style>
<script nonce="${nonce}">${SCRIPT}</script>
</head>
<body>
<main>
<div class="card" role="${words.tone === "bad" ? "alert" : "status"}">
<div class="badge ${words.tone}"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${BADGES[words.tone]}</svg></div>
<h1>${title}</h1>
<p class="text">${escapeHtml(words.text)}</p>
<p class="next">${escapeHtml(words.next)}</p>
</div>
<footer>${MARK}Gatehouse</footer>
</main>
</body>
</html>
`;
}
