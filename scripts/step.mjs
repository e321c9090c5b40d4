/** One line a step, running other programs, and failures that name the one command to run. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./runtime.mjs";

/** What set-up says when it cannot go on: one sentence and one command. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {string} command What the person is to run.
   */
  constructor(message, command) {
    super(message);
    this.command = command;
  }
}

/** Silent until something has to be done; then a line a step, on stderr, so that stdout stays the caller's. */
export class Steps {
  #interrupts = new Set();
  #interrupted = false;
  #onSignal = async (signal) => {
    this.#interrupted = true;
    process.stderr.write("\n");
    await Promise.allSettled([...this.#interrupts].map((undo) => undo()));
    process.exit(signal === "SIGINT" ? 130 : 143);
  };

  constructor() {
    process.on("SIGINT", this.#onSignal);
    process.on("SIGTERM", this.#onSignal);
  }

  /** Runs `undo` when the person interrupts. */
  onInterrupt(undo) {
    this.#interrupts.add(undo);
  }

  /**
   * @template T
   * @param {string} label
   * @param {(progress: (text: string) => void) => Promise<T>} work
   */
  async step(label, work) {
    const out = process.stderr;
    const started = performance.now();
    out.write(`  ${label} …`);
    let shown = "";
    const progress = (text) => {
      if (!out.isTTY || text === shown) return;
      shown = text;
      out.write(`\r\x1b[2K  ${label} … ${text}`);
    };
    try {
      const result = await work(progress);
      const seconds = Math.round((performance.now() - started) / 1000);
      out.write(`${out.isTTY ? `\r\x1b[2K  ${label}` : ""} ${seconds} s\n`);
      return result;
    } catch (error) {
      // The signal reached the step's program too; what follows is the signal's handler.
      if (this.#interrupted) await new Promise(() => {});
      out.write(" failed\n");
      throw error;
    }
  }

  note(text) {
    process.stderr.write(`  ${text}\n`);
  }

  /** Gives the signals back to whatever runs next. */
  end() {
    process.off("SIGINT", this.#onSignal);
    process.off("SIGTERM", this.#onSignal);
  }
}

/**
 * Runs a program to its end; no shell.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number, allowFailure?: boolean, hint?: string }} [options]
 *   `timeout` in ms; `hint` is the command to name when it fails, else the program as it was run.
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function run(command, args, { cwd, env, timeout, allowFailure = false, hint } = {}) {
  return new Promise((resolve, reject) => {
    // npm is a batch file on Windows, which only a shell starts; every argument here is a constant of ours.
    const shell = process.platform === "win32" && command === "npm";
    const child = spawn(command, args, { cwd, env, timeout, shell, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("error", (error) => finish(127, error.message));
    child.on("close", (code, signal) => finish(code ?? 1, signal ? `stopped by ${signal}` : ""));
    function finish(code, note) {
      if (code === 0 || allowFailure) return resolve({ code, stdout, stderr: stderr || note });
      const text = (stderr || stdout || note).trim().split("\n").slice(-8).join("\n");
      reject(
        new Failure(`${command} failed${note ? ` (${note})` : ""}:\n${text}`, hint ?? [command, ...args].join(" ")),
      );
    }
  });
}

/**
 * The script behind a command of an installed package, for Node to run: the links in `.bin` are batch files on Windows.
 * @param {string} name The package.
 * @param {string} command
 */
export function programOf(name, command) {
  const folder = join(root, "node_modules", name);
  return join(folder, JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).bin[command]);
}
