import { Command } from 'commander';
import { DEFAULTS } from '../../config/defaults.js';
import { formatSize } from '../../format-size.js';
import type { CliHost } from '../cli-host.js';
import { EXIT_CODES } from '../exit-codes.js';
import { dataOf, runCopy } from './folder-work.js';

/** `millrace compact` */
export function compactCommand(host: CliHost, done: (code: number) => void): Command {
  return new Command('compact')
    .description('Give the free pages of a data folder back to the disk. The server must be stopped.')
    .option('--data <dir>', `The data folder. (MILLRACE_DATA; default ${DEFAULTS.data})`)
    .addHelpText(
      'after',
      `
A server uses the room of what it has swept or deleted again, but its files never get smaller: this makes them so.
It copies one shard after the other and puts each copy in its place when it is whole, so it needs free disk for the
largest shard alone, and may be stopped or killed at any time.

Examples:
  millrace compact --data /var/lib/millrace

Exit codes: 0 done, 1 failed (in use, no room), 2 wrong usage.`,
    )
    .action(async (options: { data?: string }) => {
      const data = dataOf(host, options.data) ?? DEFAULTS.data;
      // Here and not above, so that other commands load no storage engine.
      const [{ Folder }, { compactFolder }] = await Promise.all([
        import('../../store/folder.js'),
        import('../../upkeep/compact-folder.js'),
      ]);
      const folder = Folder.openExisting(data);
      try {
        const { result, seconds } = await runCopy(host, (onCopied) => compactFolder(folder, onCopied));
        const { beforeBytes, afterBytes } = result;
        const freed = formatSize(Math.max(0, beforeBytes - afterBytes));
        host.out(
          `${data}: ${formatSize(beforeBytes)} are ${formatSize(afterBytes)} now, ${freed} freed in ${seconds} s\n`,
        );
      } finally {
        folder.close();
      }
      done(EXIT_CODES.ok);
    });
}
