/** Which tools `tools.allow` and `tools.deny` of an entry let through. */

export interface ToolPatterns {
  readonly allow: readonly string[];
  /** Stronger than `allow`. */
  readonly deny: readonly string[];
}

/** Whether every name passes, whatever it is. */
export function passesAll({ allow, deny }: ToolPatterns): boolean {
  return deny.length === 0 && allow.includes("*");
}

export function passes({ allow, deny }: ToolPatterns, name: string): boolean {
  return allow.some((pattern) => matches(pattern, name)) && !deny.some((pattern) => matches(pattern, name));
}

/**
 * `*` stands for any run of characters, none included; everything else for itself, with its case. Takes time in
 * proportion to the two lengths, so that no pattern and no name can hold the hub up.
 */
function matches(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let n = 0; n < name.length; ) {
    if (pattern[at] === "*") {
      star = at++;
      resume = n;
    } else if (pattern[at] === name[n]) {
      at++;
      n++;
    } else if (star !== -1) {
      at = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
