/** The system that the window runs on, as `process.platform` names it; the page has no `process`. */
export function platform(): string {
  const agent = navigator.userAgent;
  if (agent.includes("Mac OS X")) return "darwin";
  return agent.includes("Windows") ? "win32" : "linux";
}
