/** A package of a registry as an entry: a program of this computer that nobody has allowed yet to run. */
import { type Inputs, literal, Unfit } from "./inputs.ts";
import type { Argument, Package } from "./schema.ts";

interface Runner {
  readonly command: string;
  readonly identifier: RegExp;
  /** Registries that the command asks without being told to. */
  readonly base: RegExp;
  readonly args: (of: {
    readonly runtime: readonly string[];
    readonly name: string;
    readonly version: string | undefined;
    readonly variables: readonly string[];
    /** What the program itself is given. */
    readonly own: readonly string[];
  }) => string[];
}

const withVersion = (name: string, version: string | undefined): string =>
  version === undefined ? name : `${name}@${version}`;

/** By `registryType`. Nothing else is started: what a publisher calls its runtime is not a reason to run it. */
const RUNNERS: Readonly<Record<string, Runner>> = {
  npm: {
    command: "npx",
    identifier: /^(@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/i,
    base: /^https:\/\/registry\.npmjs\.org\/?$/,
    args: ({ runtime, name, version, own }) => ["-y", ...runtime, withVersion(name, version), ...own],
  },
  pypi: {
    command: "uvx",
    identifier: /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i,
    base: /^https:\/\/pypi\.org(\/simple)?\/?$/,
    args: ({ runtime, name, version, own }) => [...runtime, withVersion(name, version), ...own],
  },
  oci: {
    command: "docker",
    identifier: /^[a-z0-9]([a-z0-9._:/@-]*[a-z0-9])?$/i,
    base: /^https:\/\/[a-z0-9.-]+\/?$/,
    args: ({ runtime, name, version, variables, own }) => {
      const tagged = /@|:[^/]*$/.test(name) || version === undefined ? name : `${name}:${version}`;
      return ["run", "--rm", "-i", ...variables.flatMap((each) => ["-e", each]), ...runtime, tagged, ...own];
    },
  },
  nuget: {
    command: "dnx",
    identifier: /^[a-z0-9][a-z0-9._-]*$/i,
    base: /^https:\/\/api\.nuget\.org(\/v3\/index\.json)?\/?$/,
    args: ({ runtime, name, version, own }) => {
      const start = [...runtime, withVersion(name, version), "--yes"];
      return own.length === 0 ? start : [...start, "--", ...own];
    },
  },
};

/** Said by ourselves already. */
const OURS: readonly string[] = ["-y", "--yes", "run", "--rm", "-i", "--interactive"];

const VERSION = /^[0-9a-z][0-9a-z.+_-]{0,63}$/i;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Variables by which somebody else's program or package would run in the place of the one that is shown. */
const TELLING =
  /^(NODE_|NPM_|LD_|DYLD_|PYTHON|PIP_|UV_|DOCKER_|DOTNET_|NUGET_|GATEHOUSE_|BASH_ENV$|ENV$|PATH$|PATHEXT$|COMSPEC$|HOME$|(HTTPS?|ALL|NO)_PROXY$|SSL_CERT)/i;

/** The same by an option of what starts it. */
const REDIRECTING =
  /^-+(registry|userconfig|globalconfig|(default-|extra-)?index(-url)?|find-links|f|config-file|node-options|node-arg|call|c|shell|script-shell|add-source|source|configfile)(=|$)/i;

/** Null: of a kind that cannot be started from here. Throws {@link Unfit}. */
export function packageEntry(of: Package, inputs: Inputs): Record<string, unknown> | null {
  const runner = Object.hasOwn(RUNNERS, of.registryType) ? RUNNERS[of.registryType] : undefined;
  if (runner === undefined || (of.transport !== undefined && of.transport.type !== "stdio")) return null;
  const { identifier, version, registryBaseUrl: base } = of;
  if (!runner.identifier.test(identifier)) throw new Unfit("the name of a package");
  if (version !== undefined && !VERSION.test(version)) throw new Unfit("the version of a package");
  if (base !== undefined && base !== "" && !runner.base.test(base)) throw new Unfit("another place for packages");
  const env: [string, string][] = [];
  for (const variable of of.environmentVariables ?? []) {
    if (!VARIABLE.test(variable.name)) throw new Unfit("the name of a variable");
    const value = inputs.value(variable.name, variable, "hidden");
    if (value === undefined) continue;
    if (TELLING.test(variable.name)) throw new Unfit("a variable that says what runs");
    env.push([variable.name, value]);
  }
  const runtime = argumentsOf(of.runtimeArguments, inputs).filter((word) => !OURS.includes(word));
  if (of.registryType !== "oci" && runtime.some((word) => REDIRECTING.test(word))) throw new Unfit("another start");
  const args = runner.args({
    runtime,
    name: identifier,
    version,
    variables: env.map(([name]) => name),
    own: argumentsOf(of.packageArguments, inputs),
  });
  return {
    type: "stdio",
    command: runner.command,
    args,
    ...(env.length === 0 ? {} : { env: Object.fromEntries(env) }),
    approved: false,
  };
}

function argumentsOf(list: readonly Argument[] | undefined, inputs: Inputs): string[] {
  return (list ?? []).flatMap((argument, n) => {
    if (argument.type === "positional") {
      return inputs.value(argument.valueHint ?? `argument ${n + 1}`, argument, "shown") ?? [];
    }
    const bare = argument.value === undefined && argument.default === undefined && argument.isRequired !== true;
    // A flag without a value, which has to be there to mean anything.
    if (bare) return [];
    const value = inputs.value(argument.name, argument, "shown");
    return [literal(argument.name), ...(value === undefined || value === "" ? [] : [value])];
  });
}
