/** The list while there is nothing in it: three ways to begin. */
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { CodeText } from "../ui/code-text.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { AgentsIcon, Mark, PlusIcon, ServersIcon } from "../ui/icons.tsx";

export function NoServers({ path }: { readonly path: string }) {
  const open = useApp((state) => state.open);
  const go = useApp((state) => state.go);
  const ways = [
    { way: "catalogue", icon: <ServersIcon />, start: () => open({ kind: "add", from: "catalogue" }) },
    { way: "paste", icon: <PlusIcon />, start: () => open({ kind: "add", from: "text" }) },
    { way: "import", icon: <AgentsIcon />, start: () => go("agents") },
  ] as const;
  return (
    <EmptyState title={t("servers:empty.title")} text={t("servers:empty.text")} picture={<Mark size={52} />}>
      <div className="ways">
        {ways.map(({ way, icon, start }) => (
          <button key={way} type="button" className="way" onClick={start}>
            {icon}
            <strong>{t(`servers:empty.${way}`)}</strong>
            <span className="soft">{t(`servers:empty.${way}_hint`)}</span>
          </button>
        ))}
      </div>
      <p className="soft">{t("servers:empty.file")}</p>
      <CodeText text={path} label={t("copy_path")} />
    </EmptyState>
  );
}
