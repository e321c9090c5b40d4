/** Prompts and resources of a server, for reading. */
import type { ListedPrompt, ListedResource } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import { matches } from "../groups.ts";

export function Prompts({ prompts, search }: { readonly prompts: readonly ListedPrompt[]; readonly search: string }) {
  const found = prompts.filter((prompt) => matches(search, prompt.name, prompt.description));
  if (prompts.length === 0) return <p className="soft">{t("servers:contents.none_prompts")}</p>;
  if (found.length === 0) return <p className="soft">{t("servers:contents.no_match", { search })}</p>;
  return (
    <section className="card offers" aria-label={t("servers:contents.prompts")}>
      {found.map((prompt) => (
        <article key={prompt.name} className="offer" aria-label={prompt.name}>
          <code dir="auto">{prompt.name}</code>
          {prompt.description !== null && (
            <p className="soft" dir="auto" translate="no">
              {prompt.description}
            </p>
          )}
          {prompt.arguments.length > 0 && (
            <ul className="plain-list">
              {prompt.arguments.map((argument) => (
                <li key={argument.name}>
                  <code>{argument.name}</code>
                  {argument.required && <span className="chip">{t("servers:contents.required")}</span>}
                  <span className="soft" translate="no">
                    {argument.description}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </article>
      ))}
    </section>
  );
}

interface ResourcesProps {
  readonly resources: readonly ListedResource[];
  readonly search: string;
}

export function Resources({ resources, search }: ResourcesProps) {
  const found = resources.filter((one) => matches(search, one.uri, one.name, one.description));
  if (resources.length === 0) return <p className="soft">{t("servers:contents.none_resources")}</p>;
  if (found.length === 0) return <p className="soft">{t("servers:contents.no_match", { search })}</p>;
  return (
    <section className="card offers" aria-label={t("servers:contents.resources")}>
      {found.map((resource) => (
        <article key={resource.uri} className="offer" aria-label={resource.name ?? resource.uri}>
          <span className="offer-head">
            <strong dir="auto" translate="no">
              {resource.name ?? resource.uri}
            </strong>
            {resource.template && <span className="chip">{t("servers:contents.template")}</span>}
          </span>
          <code className="url" dir="ltr">
            {resource.uri}
          </code>
          {resource.description !== null && (
            <p className="soft" dir="auto" translate="no">
              {resource.description}
            </p>
          )}
        </article>
      ))}
    </section>
  );
}
