/** `gatehouse completion <shell>`: a script for the shell, which asks this program what could come next. */
import type { Answer, Snapshot } from "../preload/api.ts";
import { call, control, EXIT, Unreachable, Usage } from "./cli-base.ts";
import type { Verb, VerbOption, Word } from "./cli-help.ts";
import { SETTINGS } from "./cli-settings.ts";
import { HubGone } from "./control.ts";

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** A word that fits, and what it is. */
interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** What the candidates come from; nothing is started for them: a hub that does not run knows none. */
interface Known {
  servers(): Promise<Snapshot["servers"]>;
  agents(): Promise<Answer<"listAgents">["agents"]>;
  catalogue(): Promise<Answer<"catalogue">["items"]>;
}

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  // Words are taken from the line itself: bash parts them at @ and :, which names have in them.
  bash: `# For bash: add to ~/.bashrc   eval "$(gatehouse completion bash)"
_gatehouse() {
  local line="\${COMP_LINE:0:COMP_POINT}" word words=() IFS=$' \\t\\n'
  eval "words=(\${line//[\\$\\\`();<>|&]/_})" 2>/dev/null || read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  local current="\${words[-1]}" shown="\${COMP_WORDS[COMP_CWORD]}"
  local prefix="\${current%"$shown"}"
  [[ "$shown" == [@:=] ]] && prefix="$current"
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    [[ -n "$word" ]] && COMPREPLY+=("$(printf '%q' "\${word#"$prefix"}")")
  done < <(gatehouse __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _gatehouse gatehouse
`,
  zsh: `#compdef gatehouse
# For zsh: add to ~/.zshrc, behind compinit   eval "$(gatehouse completion zsh)"
_gatehouse() {
  local -a lines words_ abouts
  local line
  lines=("\${(@f)$(gatehouse __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    [[ -z "$line" ]] && continue
    words_+=("\${line%%$'\\t'*}")
    abouts+=("\${line%%$'\\t'*}  \${line#*$'\\t'}")
  done
  (( $#words_ )) && compadd -l -d abouts -- $words_ || _files
}
compdef _gatehouse gatehouse
`,
  fish: `# For fish: gatehouse completion fish > ~/.config/fish/completions/gatehouse.fish
function __gatehouse_complete
    set -l words (commandline -opc) (commandline -ct)
    gatehouse __complete -- $words[2..] 2>/dev/null
end
complete -c gatehouse -f -a '(__gatehouse_complete)'
`,
  powershell: `# For PowerShell: add to $PROFILE   gatehouse completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName gatehouse -ScriptBlock {
    param($current, $line, $position)
    $typed = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.ToString() }
    })
    if ($current -eq '') { $typed += '""' }
    gatehouse __complete -- @typed 2>$null | ForEach-Object {
        $word, $about = $_ -split "\`t", 2
        $text = if ($word -match '\\s') { "'" + $word.Replace("'", "''") + "'" } else { $word }
        if (-not $about) { $about = $word }
        [System.Management.Automation.CompletionResult]::new($text, $word, 'ParameterValue', $about)
    }
}
`,
};

export async function completion(args: readonly string[]): Promise<number> {
  const [shell, ...more] = args;
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined || more.length > 0) throw new Usage(`Usage: gatehouse completion ${SHELLS.join("|")}`);
  process.stdout.write(SCRIPTS[known]);
  return EXIT.done;
}

/** What the scripts call: `words` as typed so far, the last of them unfinished. Says nothing but candidates. */
export async function complete(verbs: readonly Verb[], args: readonly string[]): Promise<number> {
  const typed = (args[0] === "--" ? args.slice(1) : args).map((word) => (word === '""' ? "" : word));
  const { known, close } = askHub();
  try {
    const found = await candidates(verbs, typed, known);
    const last = typed.at(-1) ?? "";
    const fitting = found.filter(({ word }) => word.startsWith(last));
    process.stdout.write(fitting.map(({ word, about }) => `${word}\t${about}\n`).join(""));
  } finally {
    close();
  }
  return EXIT.done;
}

async function candidates(verbs: readonly Verb[], typed: readonly string[], known: Known): Promise<Candidate[]> {
  const [name = "", ...words] = typed;
  if (words.length === 0) return verbs.map((verb) => ({ word: verb.name, about: verb.about }));
  const verb = verbs.find((one) => one.name === name);
  if (verb === undefined) return [];
  const { options = [], takes = [] } = verb;
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const open = optionOf(options, before.at(-1));
  if (open?.value !== undefined) return wordsOf(open.takes ?? "text", verbs, known, serverIn(before));
  if (last.startsWith("-")) {
    const left = options.filter(({ flag }) => !before.includes(flag));
    return [...left.map(({ flag, about }) => ({ word: flag, about })), { word: "--help", about: "what it does" }];
  }
  const given = before.filter(
    (word, at) => !word.startsWith("-") && optionOf(options, before[at - 1])?.value === undefined,
  );
  const kind = takes[Math.min(given.length, takes.length - 1)];
  if (kind === undefined) return [];
  if (name === "settings" && given.length === 1) return valuesOf(given[0] ?? "");
  return wordsOf(kind, verbs, known, null);
}

function optionOf(options: readonly VerbOption[], word: string | undefined): VerbOption | undefined {
  return options.find(({ flag, short }) => word !== undefined && (flag === word || short === word));
}

function serverIn(words: readonly string[]): string | null {
  return words.find((word) => !word.startsWith("-")) ?? null;
}

async function wordsOf(kind: Word, verbs: readonly Verb[], known: Known, server: string | null): Promise<Candidate[]> {
  if (typeof kind !== "string") return kind.map((word) => ({ word, about: "" }));
  switch (kind) {
    case "verb":
      return verbs.map((verb) => ({ word: verb.name, about: verb.about }));
    case "setting":
      return Object.keys(SETTINGS).map((word) => ({ word, about: "" }));
    case "server":
      return (await known.servers()).flatMap(({ name, accounts }) => [
        { word: name, about: "" },
        ...accounts.filter((one) => one.name !== "default").map((one) => ({ word: `${name}@${one.name}`, about: "" })),
      ]);
    case "account": {
      const all = (await known.servers()).filter(({ name }) => server === null || name === server);
      return [...new Set(all.flatMap(({ accounts }) => accounts.map(({ name }) => name)))].map((word) => ({
        word,
        about: "",
      }));
    }
    case "client":
      return (await known.agents()).map(({ id, name }) => ({ word: id, about: name }));
    case "catalogue":
      return (await known.catalogue()).map(({ id, about }) => ({ word: id, about }));
    case "file":
    case "text":
      return [];
  }
}

function valuesOf(name: string): Candidate[] {
  const kind = Object.hasOwn(SETTINGS, name) ? SETTINGS[name as keyof typeof SETTINGS] : "text";
  const words = kind === "switch" ? ["on", "off"] : kind === "text" ? [] : kind;
  return words.map((word) => ({ word, about: "" }));
}

/** Connects when the first question comes, to a hub that runs already. */
function askHub(): { known: Known; close: () => void } {
  let opened: ReturnType<typeof control> | null = null;
  const ask = async <M extends "getSnapshot" | "listAgents" | "catalogue">(method: M): Promise<Answer<M> | null> => {
    try {
      opened ??= control(false);
      const result = await call(await opened, method, {});
      return result.ok ? result.value : null;
    } catch (error) {
      if (error instanceof Unreachable || error instanceof HubGone) return null;
      throw error;
    }
  };
  return {
    known: {
      servers: async () => (await ask("getSnapshot"))?.servers ?? [],
      agents: async () => (await ask("listAgents"))?.agents ?? [],
      catalogue: async () => (await ask("catalogue"))?.items ?? [],
    },
    close: () => void opened?.then((hub) => hub.close()).catch(() => {}),
  };
}
