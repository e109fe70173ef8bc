import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../time/duration.js';
import type { CliHost } from '../cli-host.js';
import { EXIT_CODES } from '../exit-codes.js';
import { baseUrl, DEFAULT_URL, request } from '../http-client.js';
import { runPlan } from './generate.js';
import { HttpTarget } from './http-target.js';
import { PATTERNS, type Pattern } from './patterns.js';
import { Plan } from './plan.js';
import { announcement, Progress } from './progress.js';
import type { Target, TargetOptions } from './target.js';

interface Options {
  metric: string;
  pattern: Pattern;
  duration: number;
  interval: number;
  baseUrl: string;
  hosts: number;
  rate?: number;
  binary?: boolean;
  backfill?: number;
  seed: number;
  batch: number;
  token?: string;
}

/** Seconds, or a duration such as 5m; ms. */
function span(text: string): number {
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms >= 1 && ms <= 10 * 365 * 86_400_000) return ms;
  throw new InvalidArgumentError('It must be seconds, or a duration such as 90s, 5m, 1h or 7d.');
}

const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };

function pointRate(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1e8) return value;
  throw new InvalidArgumentError('It must be points a second, more than 0 and at most 100000000.');
}

/** `millrace generate` */
export function generateCommand(host: CliHost, done: (code: number) => void): Command {
  return new Command('generate')
    .description('Send made-up metrics to a running server: a demonstration, a test, a load.')
    .option('--metric <name>', 'Name of the metric.', 'cpu_usage')
    .addOption(
      new Option('--pattern <pattern>', 'Shape of the values.').choices(PATTERNS).default('sine_wave'),
    )
    .addOption(
      new Option('--duration <time>', 'How long to send: seconds, or 5m, 1h.')
        .argParser(span)
        .default(300_000, '300'),
    )
    .addOption(
      new Option('--interval <time>', 'Between two points of a host.').argParser(span).default(5_000, '5'),
    )
    .option('--base-url <url>', 'The server.', DEFAULT_URL)
    .addOption(
      new Option('--hosts <n>', 'Hosts, each a series: server-01, server-02, ...')
        .argParser(whole(1, 1_000_000))
        .default(1),
    )
    .addOption(
      new Option(
        '--rate <n>',
        'Points a second over all hosts, instead of one a host and interval.',
      ).argParser(pointRate),
    )
    .option('--binary', 'Send by the binary protocol over WebSocket instead of JSON.')
    .addOption(
      new Option('--backfill <time>', 'Send a history that reaches so far back, in one go.').argParser(span),
    )
    .addOption(
      new Option('--seed <n>', 'Seed of the random values: the same seed, the same values.')
        .argParser(whole(0, 2 ** 32 - 1))
        .default(1),
    )
    .addOption(
      new Option('--batch <n>', 'Points of one request at most.').argParser(whole(1, 100_000)).default(1000),
    )
    .option('--token <token>', 'Token, where the server asks for one. (MILLRACE_TOKEN)')
    .addHelpText(
      'after',
      `
Patterns: noise (normal around 50), sine_wave, linear_trend (20 to 80 over the run), spike (one in 50), combined.

Examples:
  millrace generate --metric cpu_usage --pattern sine_wave --duration 300 --interval 5
  millrace generate --pattern combined --hosts 20 --backfill 7d --interval 60
  millrace generate --pattern noise --hosts 1000 --rate 500000 --duration 30 --binary

Stops by itself, or on Ctrl-C with what was sent so far. Exit codes: 0, 1 the server refused, 2 wrong usage,
4 no server answers.`,
    )
    .action(async (options: Options) => done(await generate(options, host)));
}

/** Runs the generator and answers the exit code. */
export async function generate(options: Options, host: CliHost): Promise<number> {
  const base = baseUrl(options.baseUrl);
  // Asked first, so that a wrong address is told at once and not after a thousand tries.
  await (await request(base, '/health')).text();
  const { pattern, hosts, seed, metric, backfill } = options;
  const plan = new Plan({
    pattern,
    hosts,
    seed,
    nowMs: host.clock.nowMs(),
    durationMs: options.duration,
    intervalMs: options.interval,
    ratePerSecond: options.rate,
    backfillMs: backfill,
  });
  const stop = new AbortController();
  const forget = host.onSignal(() => stop.abort());
  const token = options.token ?? (host.env['MILLRACE_TOKEN'] || undefined);
  const isBinary = options.binary === true;
  const isHistory = backfill !== undefined;
  const target = await createTarget(
    { baseUrl: base, metric, hosts, token, isHistory },
    isBinary,
    stop.signal,
  );
  const spanMs = backfill ?? options.duration;
  host.err(
    `${announcement({ count: plan.count, metric, pattern, hosts, spanMs, isHistory, baseUrl: base, isBinary })}\n`,
  );
  const progress = new Progress(host, plan.count);
  try {
    await runPlan(plan, target, { host, progress, batchPoints: options.batch, signal: stop.signal });
  } finally {
    forget();
    progress.summary(target.stats());
  }
  const { accepted, rejected } = target.stats();
  return accepted === 0 && rejected > 0 ? EXIT_CODES.failure : EXIT_CODES.ok;
}

async function createTarget(options: TargetOptions, isBinary: boolean, signal: AbortSignal): Promise<Target> {
  if (!isBinary) return new HttpTarget(options, signal);
  // The producer is loaded only where it is used.
  const { BinaryTarget } = await import('./binary-target.js');
  return new BinaryTarget(options);
}
