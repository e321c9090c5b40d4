/** Whether the demo clicks by itself: asked to, in CI, or with nobody at a display and a terminal to click. */
export function clicksByItself(args) {
  if (args.includes("--auto") || process.env.CI) return true;
  const display = process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return !display || !process.stdin.isTTY;
}
