/** The servers of an agent's file, or of any file. */
import { useEffect, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { ImportPreview } from "../../preload/api-import.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { BackIcon } from "../ui/icons.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Candidates } from "./candidates.tsx";
import type { Added, AgentSource } from "./types.ts";

interface Props {
  readonly source: AgentSource;
  readonly names: readonly string[];
  readonly onBack: () => void;
  readonly onAdded: (added: Added) => void;
}

export function Source({ source, names, onBack, onAdded }: Props) {
  const run = useApp((state) => state.run);
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const [error, setError] = useState<ErrorObject | null>(null);

  useEffect(() => {
    let isCurrent = true;
    const { name, ...which } = source;
    void run("readAgentServers", which).then((result) => {
      if (!isCurrent) return;
      if (result.ok && result.value.error === null) setPreview(result.value);
      else setError(result.ok ? result.value.error : result.error);
    });
    return () => {
      isCurrent = false;
    };
  }, [run, source]);

  const back = (
    <Button look="quiet" icon={<BackIcon />} onClick={onBack}>
      {t("add:back")}
    </Button>
  );
  if (preview !== null)
    return <Candidates preview={preview} agent={source.name} names={names} back={back} onAdded={onAdded} />;
  return (
    <>
      {error === null ? <Skeleton lines={4} /> : <ErrorNotice error={error} />}
      <div className="buttons foot-buttons">{back}</div>
    </>
  );
}
