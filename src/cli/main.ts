#!/usr/bin/env node
import { runCommandLine } from './program.js';
import { processTerminal } from './terminal.js';

const terminal = processTerminal();
// No top-level await: the bundle is CommonJS, which starts faster.
void runCommandLine(process.argv.slice(2), terminal)
  .then((exitCode) => terminal.finish(exitCode))
  // Explicitly: a connection that still lingers must not keep a finished command alive.
  .then((exitCode) => process.exit(exitCode));
