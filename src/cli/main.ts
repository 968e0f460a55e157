#!/usr/bin/env node
import { runCommandLine } from './program.js';
import { flushed, processTerminal } from './terminal.js';

// No top-level await: the bundle is CommonJS, which starts faster.
void runCommandLine(process.argv.slice(2), processTerminal()).then(async (exitCode) => {
  await flushed();
  // Explicitly: a connection that still lingers must not keep a finished command alive.
  process.exit(exitCode);
});
