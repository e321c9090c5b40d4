/** The catalogue: search, categories, and a tile for each server. */
import { useState } from "react";
import type { CatalogueItem } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import { Button } from "../ui/button.tsx";
import { SearchField } from "../ui/field.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Tile } from "../ui/tile.tsx";
import { fromCatalogue, type Offer } from "./offer.ts";
import { useCatalogue } from "./use-catalogue.ts";

interface Props {
  /** As typed. */
  readonly search: string;
  /** What is looked for: the search, or the word above it. */
  readonly wanted: string;
  readonly onSearch: (search: string) => void;
  readonly onOffer: (offer: Offer) => void;
  readonly onRegistry: () => void;
}

export function CatalogueTab({ search, wanted, onSearch, onOffer, onRegistry }: Props) {
  const items = useCatalogue();
  const [category, setCategory] = useState<string | null>(null);
  if (items === null) return <Skeleton lines={6} />;
  const categories = [...new Set(items.map((item) => item.category))].sort((a, b) => a.localeCompare(b));
  const found = items.filter((item) => (category === null || item.category === category) && fits(item, wanted));
  return (
    <>
      <div className="browse-bar">
        <SearchField label={t("add:browse.search")} placeholder={t("search")} value={search} onChange={onSearch} />
      </div>
      <fieldset className="categories">
        <legend className="unseen">{t("add:browse.categories")}</legend>
        {[null, ...categories].map((name) => (
          <button
            key={name}
            type="button"
            className="category"
            aria-pressed={category === name}
            onClick={() => setCategory(name)}
          >
            {name === null ? t("add:browse.all") : categoryWords(name)}
          </button>
        ))}
      </fieldset>
      {found.length === 0 ? (
        <div className="browse-none">
          <p>{t("add:browse.none", { search: wanted })}</p>
          <Button onClick={onRegistry}>{t("add:browse.in_registry")}</Button>
        </div>
      ) : (
        <ul className="picks">
          {found.map((item) => (
            <li key={item.id}>
              <button type="button" className="pick" onClick={() => onOffer(fromCatalogue(item))}>
                <Tile name={item.title} icon={item.icon === null ? null : item.id} />
                <span className="pick-text">
                  <span className="name" translate="no">
                    {item.title}
                  </span>
                  <span className="pick-about" lang="en">
                    {item.about}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The catalogue is data: a category that has no words yet is called as it stands there. */
function categoryWords(name: string): string {
  return t(`add:category.${name as "code"}`, { defaultValue: name });
}

function fits({ title, about, category, url }: CatalogueItem, wanted: string): boolean {
  const text = [title, about, category, url].join("\n").toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
