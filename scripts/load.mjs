/** `npm run load`: the tests of load and of sudden death at full length, about a quarter of an hour. */
process.env.LOAD_SECONDS ??= "60";
process.env.LOAD_KILLS ??= "200";
process.env.LOAD_CALLS ??= "1000";
process.env.LOAD_AGENTS ??= "20";
process.argv.push("--project", "flow", "test/flow/load");
await import("./test.mjs");
