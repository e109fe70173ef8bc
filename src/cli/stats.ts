import { Command, Option } from 'commander';
import { MillraceError } from '../errors.js';
import type { CliHost } from './cli-host.js';
import { EXIT_CODES } from './exit-codes.js';
import { baseUrl, DEFAULT_URL, requestJson } from './http-client.js';
import { statsLines } from './stats-table.js';

const PATH = '/api/v1/operator/stats';
/** Clears the screen and goes to its corner. */
const CLEAR = '\x1b[2J\x1b[H';

interface Options {
  baseUrl?: string;
  /** Its name before the other commands had one. */
  url?: string;
  json?: boolean;
  watch?: string | boolean;
}

/** `millrace stats` */
export function statsCommand(host: CliHost, done: (code: number) => void): Command {
  return new Command('stats')
    .description('Print what a running server is doing: rates, latencies, shards, memory.')
    .option('--base-url <url>', `The server. (default ${DEFAULT_URL})`)
    .addOption(new Option('--url <url>').hideHelp())
    .option('--json', 'Print the JSON as it comes, a line each time.')
    .option('--watch [seconds]', 'Print again every second, or every so many, until Ctrl-C.')
    .addHelpText(
      'after',
      `
Examples:
  millrace stats
  millrace stats --watch 5 --base-url http://metrics.example:8000
  millrace stats --json | jq .shards

Exit codes: 0 done, 1 something else than a Millrace server answers, 2 wrong usage, 4 no server answers.`,
    )
    .action(async (options: Options) => {
      const base = baseUrl(options.baseUrl ?? options.url ?? DEFAULT_URL);
      const seconds = options.watch === undefined ? undefined : watchSeconds(options.watch);
      await print(host, base, options);
      if (seconds !== undefined) await watch(host, base, options, seconds);
      done(EXIT_CODES.ok);
    });
}

function watchSeconds(watch: string | boolean): number {
  const seconds = watch === true ? 1 : Number(watch);
  if (seconds >= 0.1 && seconds <= 86_400) return seconds;
  throw new MillraceError('MR_CONFIG', `--watch must be seconds from 0.1 to 86400; got "${watch}"`);
}

async function print(host: CliHost, base: string, options: Options): Promise<void> {
  const stats = await requestJson(base, PATH);
  if (options.json === true) {
    host.out(`${JSON.stringify(stats)}\n`);
    return;
  }
  const clear = options.watch !== undefined && host.isTerminal ? CLEAR : '';
  host.out(`${clear}${statsLines(stats).join('\n')}\n`);
}

async function watch(host: CliHost, base: string, options: Options, seconds: number): Promise<void> {
  let isOver = false;
  let wake = (): void => {};
  const forget = host.onSignal(() => {
    isOver = true;
    wake();
  });
  try {
    for (;;) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, seconds * 1000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (isOver) return;
      await print(host, base, options);
    }
  } finally {
    forget();
  }
}
