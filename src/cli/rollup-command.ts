import { Command, Option } from 'commander';
import { ROLLUP_TIERS, type TierName } from '../../native-free-core/tier/tiers.js';
import { MillraceError } from '../errors.js';
import { readTime, resolveTime, TIME_WANTED } from '../time/parse-time.js';
import type { CliHost } from './cli-host.js';
import { EXIT_CODES } from './exit-codes.js';
import { DEFAULT_URL } from './http-client.js';
import { AT_REST_HELP, askServer, type StoreOptions, workAtRest } from './store-command.js';

interface Options extends StoreOptions {
  tier?: TierName;
  start?: string;
  end?: string;
}

const HOUR_MS = 3_600_000;

/** `millrace rollup` */
export function rollupCommand(host: CliHost, done: (code: number) => void): Command {
  return new Command('rollup')
    .description(
      'Bring the rollup tiers up to date and put cells right, on a running server or in a folder at rest.',
    )
    .addOption(
      new Option('--tier <tier>', 'Only this tier; all where it is left out.').choices(
        ROLLUP_TIERS.map(({ name }) => name),
      ),
    )
    .option(
      '--start <time>',
      'First moment of the range: an age, RFC 3339 or epoch. (default an hour before the end)',
    )
    .option('--end <time>', 'The moment behind it. (default now)')
    .option('--base-url <url>', `The server. (default ${DEFAULT_URL})`)
    .option('--token <token>', 'Admin token, where the server has tokens. (MILLRACE_ADMIN_TOKEN)')
    .option('--data <dir>', 'A data folder at rest, instead of a server.')
    .option('--config <file>', 'With --data: the configuration that has the retention. (MILLRACE_CONFIG)')
    .option('--json', 'Print the answer as JSON.')
    .addHelpText(
      'after',
      `
Puts every point that is in no tier yet into all of them, which otherwise comes by itself within minutes: queries are right
without it. Then holds the cells of the range against the finer tier and makes those anew that differ, which none should.
${AT_REST_HELP}

Examples:
  millrace rollup                                       everything into the tiers, the last hour checked
  millrace rollup --tier 1h --start 30d --json
  millrace rollup --data /var/lib/millrace --start 7d   of a stopped server

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 no server answers.`,
    )
    .action(async (options: Options) => {
      const range = rangeOf(options, host.clock.nowMs());
      const { tier } = options;
      const answer =
        options.data === undefined
          ? await askServer(host, options, '/api/v1/rollups/trigger', {
              ...(tier === undefined ? {} : { tier }),
              start: range.startMs,
              end: range.endMs,
            })
          : await workAtRest(host, options, (store) => store.trigger({ tier, ...range }));
      const { rows, duration_ms } = answer as { rows: number; duration_ms: number };
      const text = rows === 0 ? 'no cell differs' : `${rows.toLocaleString('en-US')} cells were made anew`;
      host.out(
        options.json === true
          ? `${JSON.stringify(answer)}\n`
          : `everything is in the tiers; ${text} (${duration_ms} ms)\n`,
      );
      done(EXIT_CODES.ok);
    });
}

function rangeOf({ start, end }: Options, nowMs: number): { startMs: number; endMs: number } {
  const endMs = timeOf('end', end, nowMs) ?? nowMs;
  const startMs = timeOf('start', start, nowMs) ?? endMs - HOUR_MS;
  if (startMs < endMs) return { startMs, endMs };
  throw new MillraceError('MR_CONFIG', '--start must be before --end, since the range is [start, end)');
}

function timeOf(name: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const time = readTime(text);
  if (time !== undefined) return resolveTime(time, nowMs);
  throw new MillraceError('MR_CONFIG', `--${name} must be ${TIME_WANTED}; got "${text}"`);
}
