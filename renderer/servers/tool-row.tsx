/** One tool: what it says of itself, whether agents get it, and a form to try it. */
import { useId, useState } from "react";
import type { ServerStatus } from "../../preload/api.ts";
import type { ListedTool } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import { Button } from "../ui/button.tsx";
import { Switch } from "../ui/switch.tsx";
import { TryTool } from "./try-tool.tsx";

interface Props {
  readonly server: ServerStatus;
  readonly tool: ListedTool;
  readonly onAllow: (allowed: boolean) => void;
}

export function ToolRow({ server, tool, onAllow }: Props) {
  const id = useId();
  const [trying, setTrying] = useState(false);
  return (
    <article className="offer" aria-label={tool.name}>
      <div className="offer-head">
        <code id={id} dir="auto">
          {tool.name}
        </code>
        {tool.read_only && <span className="chip">{t("servers:contents.read_only")}</span>}
        {tool.destructive && <span className="chip is-bad">{t("servers:contents.destructive")}</span>}
        {tool.state === "changed" && <span className="chip is-need">{t("servers:contents.changed")}</span>}
        <span className="offer-tools">
          <Button
            look="link"
            name={t(trying ? "servers:contents.hide_named" : "servers:contents.try_named", { tool: tool.name })}
            onClick={() => setTrying(!trying)}
          >
            {trying ? t("close") : t("servers:contents.try")}
          </Button>
          {tool.state !== "changed" && !server.ad_hoc && (
            <Switch
              label={t("servers:contents.allowed", { tool: tool.name })}
              on={tool.state === "allowed"}
              onChange={onAllow}
            />
          )}
        </span>
      </div>
      {tool.description !== null && (
        <p className="offer-text soft" dir="auto" translate="no" title={tool.description}>
          {tool.description}
        </p>
      )}
      {trying && <TryTool server={server.name} tool={tool} />}
    </article>
  );
}
