import { Command } from 'commander';
import { DEFAULTS } from '../../config/defaults.js';
import type { CliHost } from '../cli-host.js';
import { EXIT_CODES } from '../exit-codes.js';
import { CheckLines } from './check-lines.js';
import { dataOf, runCopy } from './folder-work.js';

interface Options {
  data?: string;
  replace?: boolean;
  acceptDamage?: boolean;
}

/** `millrace restore` */
export function restoreCommand(host: CliHost, done: (code: number) => void): Command {
  return new Command('restore')
    .description('Make a data folder out of a backup. The server of that folder must be stopped.')
    .argument('<backup>', 'The folder of the backup.')
    .option('--data <dir>', `The data folder to be made. (MILLRACE_DATA; default ${DEFAULTS.data})`)
    .option('--replace', 'Take the place of what is in the data folder; it goes when the copy is whole.')
    .option('--accept-damage', 'Go on when the backup is damaged, and have what can be read of it.')
    .addHelpText(
      'after',
      `
The backup is read through first, as "millrace check" does it. What is in the data folder stays as it is until the
copy is whole and on disk, and goes in one step then; the backup is not changed.

Examples:
  millrace restore /backups/monday --data /var/lib/millrace
  millrace restore /backups/monday --data /var/lib/millrace --replace

Exit codes: 0 done, 1 failed (no backup, in use, no room), 2 wrong usage, 3 the backup is damaged; nothing was changed.`,
    )
    .action(async (backup: string, options: Options) => {
      const data = dataOf(host, options.data) ?? DEFAULTS.data;
      const [{ checkFolder }, { restoreFolder, requireTarget }] = await Promise.all([
        import('../../store/check.js'),
        import('../../upkeep/restore-folder.js'),
      ]);
      const replace = options.replace === true;
      // Before the long look at the backup.
      requireTarget(backup, data, replace);
      host.err(`looking through ${backup}\n`);
      const isSound = await checkFolder(backup, new CheckLines(host, host.err));
      if (!isSound && options.acceptDamage !== true) {
        host.err(
          `millrace: ${backup} is damaged, the lines above say where. Take another backup, or say --accept-damage to have the rest of this one.\n`,
        );
        done(EXIT_CODES.damage);
        return;
      }
      const { seconds } = await runCopy(host, (onCopied) =>
        restoreFolder(backup, data, { replace, onCopied }),
      );
      host.out(`${data} is restored from ${backup}, in ${seconds} s\n`);
      done(EXIT_CODES.ok);
    });
}
