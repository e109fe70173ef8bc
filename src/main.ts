#!/usr/bin/env node
import { processHost } from './cli/cli-host.js';
import { runCli } from './cli/program.js';

// Not process.exit: what is still on its way to standard output must get there.
process.exitCode = await runCli(process.argv.slice(2), processHost);
