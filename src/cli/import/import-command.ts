import { Command, InvalidArgumentError, Option } from 'commander';
import type { CliHost } from '../cli-host.js';
import { EXIT_CODES } from '../exit-codes.js';
import { baseUrl, DEFAULT_URL, request } from '../http-client.js';
import { grouped, ProgressLine } from '../progress-line.js';
import { CsvReader } from './csv-reader.js';
import { endingOf, FILE_FORMATS, type FileFormat, formatOf } from './file-format.js';
import { ImportColumns } from './import-columns.js';
import { ImportFile } from './import-file.js';
import { FileImport } from './import-run.js';
import type { ImportTarget } from './import-target.js';
import { LineReport } from './line-report.js';
import { NdjsonReader } from './ndjson-reader.js';
import type { PointReader, ReaderContext } from './point-reader.js';

interface Options {
  baseUrl: string;
  format?: FileFormat;
  metric?: string;
  timestampColumn?: string;
  valueColumn?: string;
  labelColumns?: string[];
  delimiter?: string;
  fromLine: number;
  token?: string;
}

function lineNumber(text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value >= 1) return value;
  throw new InvalidArgumentError('It must be the number of a line, from 1 on.');
}

function delimiter(text: string): string {
  if (text === 'tab' || text === '\\t') return '\t';
  if (text.length === 1 && text !== '"' && text > ' ' && text < '\x7f') return text;
  throw new InvalidArgumentError('It must be one character, such as ; or |, or the word tab.');
}

const list = (text: string): string[] => text.split(',').filter((part) => part !== '');

/** `millrace import` */
export function importCommand(host: CliHost, done: (code: number) => void): Command {
  return new Command('import')
    .description('Carry the points of a file over to a running server, of any age that a tier keeps.')
    .argument('<file>', 'NDJSON or CSV, also packed with gzip; - is standard input.')
    .option('--base-url <url>', 'The server.', DEFAULT_URL)
    .addOption(
      new Option('--format <format>', 'What the file is; else its name or its first bytes tell.').choices(
        FILE_FORMATS,
      ),
    )
    .option('--metric <name>', 'CSV: the metric of all records, where no column has it.')
    .option('--timestamp-column <name>', 'CSV: the column of times. (timestamp, time)')
    .option('--value-column <name>', 'CSV: the column of values. (value)')
    .addOption(
      new Option(
        '--label-columns <names>',
        'CSV: the columns that are labels, with commas between. (all others)',
      ).argParser(list),
    )
    .addOption(
      new Option('--delimiter <char>', 'CSV: what stands between fields. (a comma)').argParser(delimiter),
    )
    .addOption(
      new Option('--from-line <n>', 'Pass over the lines before this one.').argParser(lineNumber).default(1),
    )
    .option('--token <token>', 'Token, where the server asks for one. (MILLRACE_TOKEN)')
    .addHelpText(
      'after',
      `
NDJSON: a point a line, {"name","value","timestamp","labels"}; metric_name and tags are read, too.
CSV: a header, then records; columns timestamp, value, metric (or name), and each other one is a label.
Times: RFC 3339, epoch seconds, or epoch milliseconds.

Examples:
  millrace import history.ndjson.gz
  millrace import cpu.csv --metric cpu_usage --timestamp-column ts --value-column percent
  psql -c "copy (select ...) to stdout csv header" | millrace import -

Batches in flight when the connection breaks are sent again and applied once. Exit codes: 0 all points are stored, 1 it
failed or nothing could be taken, 2 wrong usage, 4 no server answers, 5 some points were refused.`,
    )
    .action(async (file: string, options: Options) => done(await importFile(file, options, host)));
}

async function importFile(name: string, options: Options, host: CliHost): Promise<number> {
  const base = baseUrl(options.baseUrl);
  const file = await ImportFile.open(name, host.stdin());
  const stop = new AbortController();
  const forget = host.onSignal(() => {
    stop.abort();
    file.close();
  });
  const report = new LineReport();
  const columns = new ImportColumns();
  const progress = new ProgressLine(host);
  let target: ImportTarget | undefined;
  let work: FileImport | undefined;
  try {
    // Asked first, so that a wrong address is told at once and not after a minute of trying.
    await (await request(base, '/health')).text();
    // The producer is loaded only where it is used.
    const { ImportTarget: Target } = await import('./import-target.js');
    const token = options.token ?? (host.env['MILLRACE_TOKEN'] || undefined);
    const to = (target = new Target({
      baseUrl: base,
      token,
      report,
      clock: host.clock,
      signal: stop.signal,
    }));
    const context: ReaderContext = {
      columns,
      report,
      series: (metric, labels) => to.series(metric, labels),
      nowMs: host.clock.nowMs(),
      fromLine: options.fromLine,
    };
    work = new FileImport({
      file,
      columns,
      target: to,
      signal: stop.signal,
      openReader: (head) => openReader(name, head, context, options),
      onProgress: () => progress.update(() => stateOf(file, to, report)),
    });
    await work.run();
  } catch (error) {
    if (work === undefined) throw error;
    progress.clear();
    tellWhere(host, name, work.nextLine);
    throw error;
  } finally {
    forget();
    file.close();
    await target?.close();
    progress.clear();
    if (target !== undefined) summary(host, file, target, report, progress);
  }
  if (stop.signal.aborted) {
    tellWhere(host, name, work.nextLine);
    return EXIT_CODES.failure;
  }
  if (report.rejected === 0) return EXIT_CODES.ok;
  return target.settled.accepted === 0 ? EXIT_CODES.failure : EXIT_CODES.partial;
}

function openReader(name: string, head: Uint8Array, context: ReaderContext, options: Options): PointReader {
  const format = options.format ?? formatOf(name, head);
  if (format === 'ndjson') return new NdjsonReader(context);
  return new CsvReader(context, options, options.delimiter ?? (endingOf(name) === 'tsv' ? '\t' : ','));
}

function stateOf(file: ImportFile, target: ImportTarget, report: LineReport) {
  const note = `${grouped.format(report.rejected)} refused, ACK p99 ${target.latencyMs.toFixed(1)} ms`;
  return { part: file.part, points: target.settled.points, note };
}

function summary(
  host: CliHost,
  file: ImportFile,
  target: ImportTarget,
  report: LineReport,
  progress: ProgressLine,
): void {
  const { accepted, points } = target.settled;
  const seconds = Math.round(progress.elapsedMs / 100) / 10;
  host.out(
    `${grouped.format(accepted)} imported, ${grouped.format(report.rejected)} refused, of ${file.name} in ${seconds} s\n${progress.numbers(points)}\n`,
  );
  for (const line of report.lines()) host.out(`${line}\n`);
}

/** What to do when an import ended before the file did. */
function tellWhere(host: CliHost, name: string, line: number): void {
  if (line === 1) return;
  host.err(
    `Everything before line ${line} is stored. Go on from there with: millrace import ${name} --from-line ${line}\n`,
  );
}
