/** The proxy: checked while it is typed, kept when the focus leaves. */
import { useState } from "react";
import type { SettingsView } from "../../preload/api-settings.ts";
import { language, t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { TextField } from "../ui/field.tsx";
import { hasPassword, proxyProblem } from "./proxy-check.ts";
import { Section } from "./section.tsx";
import type { ChangeSettings } from "./use-settings.ts";

interface Props {
  readonly view: SettingsView;
  readonly change: ChangeSettings;
}

export function NetworkSection({ view, change }: Props) {
  const say = useApp((state) => state.say);
  const [typed, setTyped] = useState<string | null>(null);
  const { proxy } = view.settings;
  const value = typed ?? proxy;
  const issue = proxyProblem(value);

  const keep = async (): Promise<void> => {
    if (typed === null || issue !== null) return;
    const wanted = typed.trim();
    if (wanted === proxy) return setTyped(null);
    const before = proxy;
    if (!(await change({ proxy: wanted }))) return;
    setTyped(null);
    say(t("settings:saved"), () => void change({ proxy: before }));
  };

  const set = view.overridden.filter((name) => /proxy/i.test(name));
  return (
    <Section title={t("settings:network")}>
      <div className="settings-field">
        <TextField
          label={t("settings:proxy")}
          hint={t("settings:proxy_hint")}
          value={value}
          issue={issue}
          mono
          onChange={setTyped}
          onEnter={() => void keep()}
          onLeave={() => void keep()}
        />
        {issue === null && hasPassword(value) && <p className="hint">{t("settings:proxy_password")}</p>}
        {set.length > 0 && (
          <p className="hint">
            {t("settings:proxy_overridden", { names: new Intl.ListFormat(language()).format(set) })}
          </p>
        )}
      </div>
    </Section>
  );
}
