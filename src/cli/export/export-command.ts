import { createWriteStream, existsSync, renameSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Command, Option } from 'commander';
import { errorText, MillraceError } from '../../errors.js';
import { TIME_MS_MAX } from '../../time/civil.js';
import { ASKED_MS_MIN, readTime, resolveTime, TIME_WANTED } from '../../time/parse-time.js';
import type { CliHost } from '../cli-host.js';
import { EXIT_CODES } from '../exit-codes.js';
import { baseUrl, DEFAULT_URL } from '../http-client.js';
import { grouped, ProgressLine } from '../progress-line.js';
import { csvHeader, csvRows, labelNames } from './csv-lines.js';
import { namedLines } from './ndjson-lines.js';
import type { ExportRange, PointSource } from './point-source.js';
import { ServerSource } from './server-source.js';

interface Options {
  metric: string[];
  match?: string;
  start?: string;
  end?: string;
  format?: 'ndjson' | 'csv';
  labels?: string[];
  output?: string;
  baseUrl?: string;
  data?: string;
}

const list = (text: string): string[] => text.split(',').filter((part) => part !== '');

/** `millrace export` */
export function exportCommand(host: CliHost, done: (code: number) => void): Command {
  return new Command('export')
    .description('Write points out, as lines that "millrace import" takes again.')
    .addOption(
      new Option('--metric <name>', 'A metric; may be given several times. All of them without it.')
        .default([], 'all')
        .argParser((name: string, before: string[]) => [...before, name]),
    )
    .option('--match <selector>', 'Only series that match, such as \'{host=~"web-.*"}\'.')
    .option('--start <time>', 'The first moment: an age, RFC 3339, epoch. Everything without it.')
    .option('--end <time>', 'The moment behind the last.')
    .addOption(
      new Option('--format <format>', 'ndjson, unless the name of --output says csv.').choices([
        'ndjson',
        'csv',
      ]),
    )
    .addOption(
      new Option(
        '--labels <names>',
        'CSV: the labels that get columns. Without it all are found out first, by reading twice.',
      ).argParser(list),
    )
    .option(
      '--output <file>',
      'Instead of standard output; a name that ends in .gz is packed. Must not be there.',
    )
    .option('--base-url <url>', `The server. (default ${DEFAULT_URL})`)
    .option('--data <dir>', 'A data folder or a backup that no server has, instead of a server.')
    .addHelpText(
      'after',
      `
Raw points are exported: what is past the retention of raw is not there, nor are rollups. Points come metric by metric,
and of each in the order of time. The output file is called FILE.part until it is whole.

Examples:
  millrace export --metric cpu_usage --start 7d > cpu.ndjson
  millrace export --metric cpu_usage --match '{host="web-1"}' --output cpu.csv
  millrace export --data /backups/monday --output all.ndjson.gz
  millrace export | millrace import - --base-url http://other:8000

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 no server answers.`,
    )
    .action(async (options: Options) => {
      await runExport(host, options);
      done(EXIT_CODES.ok);
    });
}

async function runExport(host: CliHost, options: Options): Promise<void> {
  if (options.data !== undefined && options.baseUrl !== undefined)
    throw new MillraceError('MR_CONFIG', 'Name a server with --base-url or a folder with --data, not both.');
  const range: ExportRange = {
    match: options.match,
    startMs: timeOf(host, '--start', options.start) ?? ASKED_MS_MIN,
    endMs: timeOf(host, '--end', options.end) ?? TIME_MS_MAX,
  };
  if (range.startMs >= range.endMs) throw new MillraceError('MR_CONFIG', '--start must lie before --end.');
  const source = await openSource(host, options);
  const line = new ProgressLine(host);
  let points = 0;
  try {
    const metrics = options.metric.length > 0 ? options.metric : await source.metrics();
    const rows = exportedRows(source, metrics, { range, options }, (lines) => {
      points += lines;
      line.update(() => ({ part: undefined, points, note: 'exported' }));
    });
    await write(host, rows, options.output);
  } finally {
    line.clear();
    await source.close();
  }
  host.err(`${grouped.format(points)} points exported\n`);
}

async function openSource(host: CliHost, { data, baseUrl: url }: Options): Promise<PointSource> {
  if (data === undefined) return new ServerSource(baseUrl(url ?? DEFAULT_URL));
  // Here and not above, so that other commands load no storage engine.
  const { FolderSource } = await import('./folder-source.js');
  return new FolderSource(data, host);
}

async function* exportedRows(
  source: PointSource,
  metrics: readonly string[],
  { range, options }: { range: ExportRange; options: Options },
  onLines: (lines: number) => void,
): AsyncIterable<Uint8Array> {
  if (formatOf(options) === 'ndjson') {
    for (const metric of metrics) yield* namedLines(metric, source.points(metric, range), onLines);
    return;
  }
  const labels = options.labels ?? (await allLabels(source, metrics, range));
  yield Buffer.from(csvHeader(labels));
  for (const metric of metrics) yield* csvRows(metric, labels, source.points(metric, range), onLines);
}

async function allLabels(
  source: PointSource,
  metrics: readonly string[],
  range: ExportRange,
): Promise<string[]> {
  const names = new Set<string>();
  for (const metric of metrics) await labelNames(source.points(metric, range), names);
  return [...names].sort();
}

const formatOf = ({ format, output }: Options): 'ndjson' | 'csv' =>
  format ?? (/\.csv(\.gz)?$/.test(output ?? '') ? 'csv' : 'ndjson');

function timeOf(host: CliHost, flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = readTime(text);
  if (time !== undefined) return resolveTime(time, host.clock.nowMs());
  throw new MillraceError('MR_CONFIG', `${flag} must be ${TIME_WANTED}; got "${text}"`);
}

async function write(
  host: CliHost,
  rows: AsyncIterable<Uint8Array>,
  output: string | undefined,
): Promise<void> {
  const packed = output?.endsWith('.gz') === true ? [createGzip()] : [];
  if (output !== undefined && existsSync(output))
    throw new MillraceError('MR_CONFIG', `${output} is there already: name another file`);
  // Under its own name only when it is whole: a part of an export looks like all of it.
  const part = `${output}.part`;
  const target: Writable = output === undefined ? host.outStream() : createWriteStream(part);
  try {
    await pipeline([Readable.from(rows, { objectMode: false }), ...packed, target], {
      end: output !== undefined,
    });
    if (output !== undefined) renameSync(part, output);
  } catch (error) {
    if (error instanceof MillraceError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    // Whoever reads has enough: `millrace export | head`.
    if (output === undefined && code === 'EPIPE') return;
    throw new MillraceError('MR_FOLDER_ACCESS', `The export failed: ${errorText(error)}`, { cause: error });
  }
}
