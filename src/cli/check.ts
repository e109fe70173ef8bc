import { Command } from 'commander';
import { DEFAULTS } from '../config/defaults.js';
import { errorText, MillraceError } from '../errors.js';
import type { CliHost } from './cli-host.js';
import { EXIT_CODES } from './exit-codes.js';

/** Reads a data folder through and says a line for each thing it finds; answers whether all is well. */
type CheckFolder = (data: string, report: (line: string) => void) => Promise<boolean> | boolean;

/** `millrace check`: exit code 0 when all is well, 3 when there is damage. */
export function checkCommand(
  host: CliHost,
  done: (code: number) => void,
  check: CheckFolder = realCheck,
): Command {
  return new Command('check')
    .description('Read a data folder through and say what is damaged. Changes nothing.')
    .option('--data <dir>', 'The data folder. The server that writes it should be stopped. (MILLRACE_DATA)')
    .addHelpText(
      'after',
      `
Examples:
  millrace check --data /var/lib/millrace
  millrace check && millrace serve

Exit codes: 0 sound, 1 could not be read, 3 damage found.`,
    )
    .action(async (options: { data?: string }) => {
      const data = options.data ?? (host.env['MILLRACE_DATA'] || DEFAULTS.data);
      const isSound = await check(data, (line) => host.out(`${line}\n`));
      host.out(isSound ? `${data} is sound\n` : `${data} is damaged; the lines above say where\n`);
      done(isSound ? EXIT_CODES.ok : EXIT_CODES.damage);
    });
}

const realCheck: CheckFolder = async (data, report) => {
  // Named by a variable because the storage engine is loaded by this command alone, and only when it runs.
  const path: string = '../store/check.js';
  let module: { checkFolder: CheckFolder };
  try {
    module = (await import(path)) as { checkFolder: CheckFolder };
  } catch (error) {
    throw new MillraceError('MR_INTERNAL', `The checker could not be loaded: ${errorText(error)}`, {
      cause: error,
    });
  }
  return module.checkFolder(data, report);
};
