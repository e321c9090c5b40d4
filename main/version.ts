declare const __VERSION__: string | undefined;

/** Gatehouse's version as package.json has it; the build puts it in. `0.0.0` where the source runs unbundled. */
export const VERSION: string = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0";
