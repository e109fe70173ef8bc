#!/usr/bin/env node
import { processHost } from './cli/cli-host.js';
import { runCli } from './cli/program.js';

// Whoever reads has enough: `millrace stats | head`. The engine goes on all the same.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (process.argv[2] !== 'serve') process.exit(0);
});

// Not process.exit: what is still on its way to standard output must get there.
process.exitCode = await runCli(process.argv.slice(2), processHost);
