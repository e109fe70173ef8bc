import { Command, CommanderError } from 'commander';
import { errorText, MillraceError } from '../errors.js';
import { VERSION } from '../version.js';
import type { CliHost } from './cli-host.js';
import { EXIT_CODES } from './exit-codes.js';
import { exportCommand } from './export/export-command.js';
import { backupCommand } from './folder/backup-command.js';
import { checkCommand } from './folder/check-command.js';
import { compactCommand } from './folder/compact-command.js';
import { restoreCommand } from './folder/restore-command.js';
import { generateCommand } from './generate/generate-command.js';
import { importCommand } from './import/import-command.js';
import { retentionCommand } from './retention-command.js';
import { rollupCommand } from './rollup-command.js';
import { serveCommand } from './serve.js';
import { statsCommand } from './stats.js';

/**
 * Runs the command line.
 * @param argv the arguments behind the program's name
 * @returns the exit code
 */
export async function runCli(argv: readonly string[], host: CliHost): Promise<number> {
  let code: number = EXIT_CODES.ok;
  const done = (result: number): void => {
    code = result;
  };
  try {
    await program(host, done).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return codeOf(error, host);
  }
}

function program(host: CliHost, done: (code: number) => void): Command {
  const root = new Command('millrace')
    .description(
      'Takes metrics in at full stream and answers questions about them at once. One process, one data folder.',
    )
    .version(VERSION, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help; `millrace COMMAND --help` tells more of one.')
    .addHelpText(
      'after',
      `
Examples:
  millrace serve                                      listen on http://127.0.0.1:8000, data in ./data
  millrace generate --pattern combined --hosts 5      send it something to look at
  millrace import history.csv.gz                      carry a history over from elsewhere
  millrace stats --watch                              watch the server work
  millrace backup /backups/monday                     while it works
  curl 'http://127.0.0.1:8000/api/v1/stats/cpu_usage?start=15m'`,
    );
  for (const command of [
    serveCommand(host, done),
    generateCommand(host, done),
    importCommand(host, done),
    exportCommand(host, done),
    checkCommand(host, done),
    backupCommand(host, done),
    restoreCommand(host, done),
    compactCommand(host, done),
    rollupCommand(host, done),
    retentionCommand(host, done),
    statsCommand(host, done),
  ]) {
    root.addCommand(command);
  }
  // addCommand inherits none of these.
  for (const command of [root, ...root.commands]) {
    command
      .exitOverride()
      .configureOutput({ writeOut: host.out, writeErr: host.err })
      .showHelpAfterError('(--help tells what there is)')
      .configureHelp({ helpWidth: 110 });
  }
  return root;
}

function codeOf(error: unknown, host: CliHost): number {
  if (error instanceof CommanderError) {
    // Commander has printed what it had to say. Help and version are no failures.
    return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  }
  if (!(error instanceof MillraceError)) {
    const stack = error instanceof Error ? error.stack : undefined;
    host.err(`millrace: ${stack ?? errorText(error)}\n`);
    return EXIT_CODES.failure;
  }
  host.err(`millrace: ${error.message} (${error.code})\n`);
  if (error.code === 'MR_CONFIG') return EXIT_CODES.usage;
  return error.code === 'MR_UNREACHABLE' ? EXIT_CODES.unreachable : EXIT_CODES.failure;
}
