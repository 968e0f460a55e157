#!/usr/bin/env node
import { runCommandLine } from './program.js';
import { processTerminal } from './terminal.js';

// No top-level await: the bundle is CommonJS, which starts faster.
void runCommandLine(process.argv.slice(2), processTerminal()).then((exitCode) => {
  // Explicitly: a connection that still lingers must not keep a finished command alive.
  process.exit(exitCode);
});
