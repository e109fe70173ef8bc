import { MillraceError } from '../../errors.js';
import type { OnCopied } from '../../upkeep/copy-progress.js';
import type { CliHost } from '../cli-host.js';
import { ProgressLine } from '../progress-line.js';

/**
 * Runs what copies data: shows how far it is, and ends it in good order on Ctrl-C, so that nothing half made is left.
 * Answers what `work` answers, and how long it took, s.
 */
export async function runCopy<T>(
  host: CliHost,
  work: (onCopied: OnCopied) => Promise<T>,
): Promise<{ result: T; seconds: number }> {
  const line = new ProgressLine(host);
  let isStopped = false;
  const forget = host.onSignal(() => {
    isStopped = true;
  });
  try {
    const result = await work((copied, total) => {
      if (isStopped)
        throw new MillraceError('MR_STOPPING', 'Stopped as asked; what was half made is removed.');
      line.updateCopy(copied, total);
    });
    return { result, seconds: Math.round(line.elapsedMs / 100) / 10 };
  } finally {
    line.clear();
    forget();
  }
}

/** The data folder of a command: the flag, the variable, or none. */
export const dataOf = (host: CliHost, flag: string | undefined): string | undefined =>
  flag ?? (host.env['MILLRACE_DATA'] || undefined);
