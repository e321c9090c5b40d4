/** Runs under a Windows node.exe, whose own test runner it uses: `npm run windows`. */
import "./files.ts";
import "./vault.ts";
import "./programs.ts";
import "./hub.ts";
import "./agents.ts";
import "./main-job.ts";
