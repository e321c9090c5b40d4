/** Settings of the app: the block `settings` of `servers.json`. */
import type { AppSettings, SettingsView } from "../../preload/api-settings.ts";
import { proxyVariables } from "../http/network.ts";
import { restoreProxy, shownSettings } from "../settings.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function settingsVerbs(deps: VerbDeps): Verbs<"getSettings" | "setSettings" | "pauseAll"> {
  const { config, paths, env, pause, hub } = deps;
  const view = (): SettingsView => ({
    settings: shownSettings(config.current.settings),
    paths: { config: paths.servers, data: paths.home, logs: paths.logs },
    overridden: [...proxyVariables(env), ...(env.GATEHOUSE_VAULT ? ["GATEHOUSE_VAULT"] : [])],
  });
  return {
    getSettings: view,

    async setSettings(asked) {
      const given = Object.entries(asked).filter(([, value]) => value !== undefined);
      const settings = Object.fromEntries(given) as { -readonly [K in keyof AppSettings]?: AppSettings[K] };
      if (settings.proxy !== undefined) {
        settings.proxy = restoreProxy(settings.proxy, config.current.settings.proxy);
      }
      await config.changeSettings(settings);
      return view();
    },

    async pauseAll({ paused }) {
      if (pause.isOn !== paused) {
        const written = pause.set(paused);
        hub.pauseChanged();
        deps.changed();
        await written;
      }
      return { paused };
    },
  };
}
