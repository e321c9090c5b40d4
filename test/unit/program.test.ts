/** How Windows is asked to start programs; that the answers work is tested on Windows' own programs (docs/windows.md). */
import { describe, expect, test } from "vitest";
import { mergeEnvironment, startProgram, takeSecrets, windowsInvocation } from "../../main/program.ts";

const SYSTEM = `${process.env.SystemRoot ?? "C:\\Windows"}\\System32`;
const PATH = 'C:\\Program Files\\nodejs;"C:\\quoted";relative;C:\\tools';

function invoke(command: string, args: readonly string[], files: readonly string[], env: NodeJS.ProcessEnv = { PATH }) {
  return windowsInvocation(command, args, { env, cwd: "D:\\work" }, (path) => files.includes(path));
}

describe("where a command is found", () => {
  test.each([
    ["node", ["C:\\Program Files\\nodejs\\node.exe"], "C:\\Program Files\\nodejs\\node.exe"],
    ["in", ["C:\\quoted\\in.exe"], "C:\\quoted\\in.exe"],
    ["TOOL.EXE", ["C:\\tools\\TOOL.EXE"], "C:\\tools\\TOOL.EXE"],
    ["v1.2", ["C:\\tools\\v1.2.exe"], "C:\\tools\\v1.2.exe"],
    [".\\bin\\x", ["D:\\work\\bin\\x.exe"], "D:\\work\\bin\\x.exe"],
    ["sub/x.exe", ["D:\\work\\sub\\x.exe"], "D:\\work\\sub\\x.exe"],
    ["E:\\x", ["E:\\x.com"], "E:\\x.com"],
  ])("%s", (command, files, found) => {
    expect(invoke(command, ["a b"], files)).toMatchObject({ file: found, args: ["a b"], verbatim: false });
  });

  test("an earlier folder counts before a better extension, and a bare name of npm's for other shells never", () => {
    const files = ["C:\\Program Files\\nodejs\\npx", "C:\\Program Files\\nodejs\\npx.cmd", "C:\\tools\\npx.exe"];
    expect(invoke("npx", [], files)).toMatchObject({ file: `${SYSTEM}\\cmd.exe`, verbatim: true });
    expect(invoke("npx", [], files).args.at(-1)).toBe('""C:\\Program Files\\nodejs\\npx.cmd""');
  });

  test("PATH has no case, and its relative folders do not count", () => {
    expect(invoke("x", [], ["C:\\a\\x.exe"], { Path: "C:\\a" }).file).toBe("C:\\a\\x.exe");
    expect(invoke("x", [], ["D:\\work\\relative\\x.exe", "D:\\work\\x.exe"]).file).toBe("x");
  });

  test("a batch file that is nowhere is ENOENT", () => {
    expect(() => invoke("gone.cmd", [], [])).toThrow(expect.objectContaining({ code: "ENOENT" }));
  });
});

describe("a batch file's arguments stay arguments", () => {
  test.each([
    ["plain", '"plain"'],
    ["", '""'],
    ["a&calc", '"a&calc"'],
    ['a"&calc', '"a""&calc"'],
    ['{"a":"b c"}', '"{""a"":""b c""}"'],
    ["C:\\dir\\", '"C:\\dir\\\\"'],
    ['\\"', '"\\\\"""'],
    ["%PATH%", '"%%cd:~,%PATH%%cd:~,%"'],
    ["^|<>!", '"^|<>!"'],
  ])("%s", (argument, quoted) => {
    const { file, args, verbatim } = invoke("C:\\x y\\s.cmd", [argument], ["C:\\x y\\s.cmd"]);
    expect({ file, verbatim }).toEqual({ file: `${SYSTEM}\\cmd.exe`, verbatim: true });
    expect(args).toEqual(["/e:on", "/v:off", "/d", "/s", "/c", `""C:\\x y\\s.cmd" ${quoted}"`]);
  });

  test.each(["a\nb", "a\rb", "a\0b"])("%j cannot be one", (argument) => {
    expect(() => invoke("s.bat", [argument], ["C:\\tools\\s.bat"])).toThrow(
      expect.objectContaining({ code: "EINVAL" }),
    );
  });
});

test("of two spellings of a variable the server's own survives on Windows; elsewhere they are two variables", () => {
  const ours = { Path: "C:\\ours", HOME: "h", gone: undefined };
  expect(mergeEnvironment(ours, { PATH: "C:\\own" }, "win32")).toEqual({
    HOME: "h",
    gone: undefined,
    PATH: "C:\\own",
  });
  expect(mergeEnvironment(ours, { PATH: "/own" }, "linux")).toEqual({ ...ours, PATH: "/own" });
});

test("the arguments arrive as they are", async () => {
  const words = ["a b", '"', "$HOME", "`x`", "", "é"];
  const child = startProgram(process.execPath, ["-p", "JSON.stringify(process.argv.slice(1))", "--", ...words], {
    env: process.env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  await new Promise((resolve) => child.on("close", resolve));
  expect(JSON.parse(text)).toEqual(words);
});

test("our secrets leave the process's environment and nothing else does", () => {
  const env = { PATH: "/bin", GATEHOUSE_HOME: "/home/anna/.gatehouse", GATEHOUSE_VAULT_PASSPHRASE: "correct horse" };
  expect(takeSecrets(env)).toEqual({ GATEHOUSE_VAULT_PASSPHRASE: "correct horse" });
  expect(env).toEqual({ PATH: "/bin", GATEHOUSE_HOME: "/home/anna/.gatehouse" });
  expect(takeSecrets(env)).toEqual({});
});
