import { Command } from 'commander';
import { DEFAULTS } from '../../config/defaults.js';
import type { CheckWatcher } from '../../store/check.js';
import type { CliHost } from '../cli-host.js';
import { EXIT_CODES } from '../exit-codes.js';
import { CheckLines } from './check-lines.js';
import { dataOf } from './folder-work.js';

/** Reads a data folder through; answers whether all is well. */
type CheckFolder = (data: string, watcher: CheckWatcher) => Promise<boolean>;

/** `millrace check`: exit code 0 when all is well, 3 when there is damage. */
export function checkCommand(
  host: CliHost,
  done: (code: number) => void,
  check: CheckFolder = realCheck,
): Command {
  return new Command('check')
    .description('Read a data folder or a backup through and say what is damaged. Changes nothing.')
    .option(
      '--data <dir>',
      `The folder. Its server should be stopped. (MILLRACE_DATA; default ${DEFAULTS.data})`,
    )
    .option(
      '--json',
      'A JSON object a line: each finding, each shard, and at last whether the folder is sound.',
    )
    .addHelpText(
      'after',
      `
It reads every value and the stored index of labels: checksums, names against their hashes, times against the keys that
segments are found by, each tier against the finer one, the counts of what was accepted against what is there.

Examples:
  millrace check --data /var/lib/millrace
  millrace check --data /backups/monday --json | jq 'select(.finding)'
  millrace check && millrace serve

Exit codes: 0 sound, 1 could not be read, 3 damage found.`,
    )
    .action(async (options: { data?: string; json?: boolean }) => {
      const data = dataOf(host, options.data) ?? DEFAULTS.data;
      const lines = new CheckLines(host, host.out, options.json === true);
      const isSound = await check(data, lines);
      lines.end(data, isSound);
      done(isSound ? EXIT_CODES.ok : EXIT_CODES.damage);
    });
}

// Here and not above, so that other commands load no storage engine.
const realCheck: CheckFolder = async (data, watcher) =>
  (await import('../../store/check.js')).checkFolder(data, watcher);
