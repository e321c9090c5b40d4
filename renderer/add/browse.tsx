/** What there is to choose from as long as nothing has been pasted. */
import { useState } from "react";
import { t } from "../../preload/words.ts";
import { Tabs } from "../ui/tabs.tsx";
import { AgentsTab } from "./agents-tab.tsx";
import { CatalogueTab } from "./catalogue-tab.tsx";
import type { Offer } from "./offer.ts";
import { RegistryTab } from "./registry-tab.tsx";
import type { AgentSource } from "./types.ts";

export type BrowseTab = "catalogue" | "registry" | "agents";

interface Props {
  readonly first: BrowseTab;
  /** A word that stands in the field above; empty: none. */
  readonly word: string;
  readonly onOffer: (offer: Offer) => void;
  readonly onSource: (source: AgentSource) => void;
}

export function Browse({ first, word, onOffer, onSource }: Props) {
  const [tab, setTab] = useState(first);
  const [search, setSearch] = useState("");
  const wanted = search.trim() === "" ? word : search.trim();
  const tabs = [
    { id: "catalogue", label: t("add:browse.catalogue") },
    { id: "registry", label: t("add:browse.registry") },
    { id: "agents", label: t("add:browse.agents") },
  ] as const;
  return (
    <section className="browse" aria-label={t("add:browse.label")}>
      <Tabs label={t("add:browse.label")} tabs={tabs} selected={tab} onSelect={setTab}>
        {tab === "catalogue" && (
          <CatalogueTab
            search={search}
            wanted={wanted}
            onSearch={setSearch}
            onOffer={onOffer}
            onRegistry={() => setTab("registry")}
          />
        )}
        {tab === "registry" && <RegistryTab search={search} wanted={wanted} onSearch={setSearch} onOffer={onOffer} />}
        {tab === "agents" && <AgentsTab onSource={onSource} />}
      </Tabs>
    </section>
  );
}
