/** What only a terminal gets: colours, a sign that something goes on, a question. */
import { createInterface } from "node:readline";
import pc from "picocolors";
import type { Tone } from "../preload/text.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Paint = (text: string) => string;

/** NO_COLOR (no-color.org) and FORCE_COLOR win, the first of them over the second; else a terminal that is not dumb. */
function wantsColour(stream: { readonly isTTY?: boolean }, env: Environment): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return env.FORCE_COLOR !== "0";
  return stream.isTTY === true && env.TERM !== "dumb";
}

const stdout = pc.createColors(wantsColour(process.stdout, process.env));
/** Of what is said to the person beside the data. */
export const stderrColours = pc.createColors(wantsColour(process.stderr, process.env));

const TONES: Readonly<Record<Tone, (colours: typeof stdout) => Paint>> = {
  ok: ({ green }) => green,
  need: ({ yellow }) => yellow,
  busy: ({ cyan }) => cyan,
  bad: ({ red }) => red,
  off: ({ dim }) => dim,
};

/** For stdout. */
export const toned = (tone: Tone, text: string): string => TONES[tone](stdout)(text);
export const bold: Paint = (text) => stdout.bold(text);
export const dim: Paint = (text) => stdout.dim(text);

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 80;

/** Says on stderr what is waited for, on a terminal only; the answer ends that and leaves nothing behind. */
export function busy(text: string): () => void {
  if (process.stderr.isTTY !== true || process.env.TERM === "dumb") return () => {};
  let frame = 0;
  const draw = (): void => {
    process.stderr.write(`\r${FRAMES[frame++ % FRAMES.length]} ${text}\u001b[K`);
  };
  draw();
  const timer = setInterval(draw, FRAME_MS);
  return () => {
    clearInterval(timer);
    process.stderr.write("\r\u001b[K");
  };
}

/** Whether somebody is there to be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on the terminal; anything but yes is no. */
export async function confirmed(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<boolean>((resolve) => {
      lines.question(`${question} [y/N] `, (answer) => resolve(/^y(es)?$/i.test(answer.trim())));
      lines.once("close", () => resolve(false));
    });
  } finally {
    lines.close();
  }
}
