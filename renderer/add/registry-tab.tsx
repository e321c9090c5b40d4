/** The official MCP Registry, page after page. */
import { useEffect, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { RegistryItem } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { SearchField } from "../ui/field.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Tile } from "../ui/tile.tsx";
import { commandOf, targetOf } from "./describe-entry.ts";
import { fromRegistry, type Offer } from "./offer.ts";

/** Milliseconds without a key before the registry is asked. */
const PAUSE = 350;

interface Props {
  readonly search: string;
  readonly wanted: string;
  readonly onSearch: (search: string) => void;
  readonly onOffer: (offer: Offer) => void;
}

export function RegistryTab({ search, wanted, onSearch, onOffer }: Props) {
  const { items, cursor, asking, error, more, again } = useRegistry(wanted);
  return (
    <>
      <div className="browse-bar">
        <SearchField
          label={t("add:browse.search_registry")}
          placeholder={t("search")}
          value={search}
          onChange={onSearch}
        />
        <p className="soft">{t("add:browse.registry_text")}</p>
      </div>
      {error !== null && (
        <ErrorNotice error={error}>
          <Button onClick={again}>{t("try_again")}</Button>
        </ErrorNotice>
      )}
      {items.length === 0 && asking && <Skeleton lines={6} />}
      {items.length === 0 && !asking && error === null && (
        <p className="browse-none">{t("add:browse.none_registry", { search: wanted })}</p>
      )}
      <ul className="picks one-column">
        {items.map((item) => (
          <RegistryPick key={`${item.name} ${item.version}`} item={item} onOffer={onOffer} />
        ))}
      </ul>
      {cursor !== null && (
        <Button className="start" busy={asking} onClick={more}>
          {t("add:browse.more")}
        </Button>
      )}
    </>
  );
}

/** Its whole name says who published it. */
function RegistryPick({ item, onOffer }: { readonly item: RegistryItem; readonly onOffer: (offer: Offer) => void }) {
  const offer = fromRegistry(item);
  const isLocal = commandOf(item.entry) !== null;
  const where = isLocal ? t("add:browse.local") : targetOf(item.entry);
  return (
    <li>
      <button type="button" className="pick" onClick={() => onOffer(offer)}>
        <Tile name={offer.title} />
        <span className="pick-text">
          <span className="name" translate="no">
            {offer.title}
          </span>
          <span className="pick-about" lang="en">
            {item.description}
          </span>
          <span className="pick-target" dir="ltr">
            <span translate="no">{item.name}</span> · <span translate={isLocal ? undefined : "no"}>{where}</span>
          </span>
        </span>
      </button>
    </li>
  );
}

interface Pages {
  readonly query: string;
  readonly items: readonly RegistryItem[];
  readonly cursor: string | null;
  readonly error: ErrorObject | null;
}

function useRegistry(query: string) {
  const run = useApp((state) => state.run);
  const [pages, setPages] = useState<Pages | null>(null);
  const [asking, setAsking] = useState(false);
  const [turn, setTurn] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is another try
  useEffect(() => {
    let isCurrent = true;
    setAsking(true);
    const timer = setTimeout(() => {
      void run("searchRegistry", { query }).then((result) => {
        if (!isCurrent) return;
        setAsking(false);
        setPages(
          result.ok
            ? { query, items: result.value.items, cursor: result.value.cursor, error: null }
            : { query, items: [], cursor: null, error: result.error },
        );
      });
    }, PAUSE);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [run, query, turn]);

  const more = (): void => {
    const from = pages;
    if (from?.cursor == null) return;
    setAsking(true);
    void run("searchRegistry", { query: from.query, cursor: from.cursor }).then((result) => {
      setAsking(false);
      // Meanwhile something else may be looked for.
      setPages((now) => {
        if (now !== from) return now;
        if (!result.ok) return { ...from, error: result.error };
        const { items, cursor } = result.value;
        return { ...from, items: [...from.items, ...items], cursor, error: null };
      });
    });
  };

  const { items = [], cursor = null, error = null } = pages ?? {};
  return { items, cursor, error, asking, more, again: () => setTurn(turn + 1) };
}
