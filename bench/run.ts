import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Bench } from 'tinybench';
import type { BenchSize, MicroBench } from './harness.js';

/**
 * Runs the compiled micro benches.
 *
 *   node dist/bench/run.js --smoke             every bench, small: proves that they still run
 *   node dist/bench/run.js --full              what docs/benchmarks.md quotes
 *     --only NAME                              those whose name or file has this text in it
 *     --json FILE                              the results as JSON as well
 *
 * Exit code 1 if a bench throws, has a result that is no number, or if none is found; 2 for a wrong argument.
 */

/** Samples of a bench at the least: fewer make no p99 worth the name, even a rough one. */
const SAMPLES_MIN = 8;
const TIME_MS: Record<BenchSize, number> = { smoke: 0, full: 250 };
const WARMUP_MS: Record<BenchSize, number> = { smoke: 0, full: 150 };

interface BenchResult {
  file: string;
  name: string;
  unit: MicroBench['unit'];
  unitsPerRun: number;
  samples: number;
  p50Ms: number;
  p99Ms: number;
  unitsPerSecond: number;
  nsPerUnit: number;
  hash: number;
}

interface Settings {
  size: BenchSize;
  only: string;
  json: string | undefined;
}

const root = dirname(fileURLToPath(import.meta.url));

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      smoke: { type: 'boolean' },
      full: { type: 'boolean' },
      only: { type: 'string' },
      json: { type: 'string' },
    },
  });
  if (values.smoke && values.full) throw new Error('choose one of --smoke and --full, not both');
  return { size: values.full ? 'full' : 'smoke', only: values.only ?? '', json: values.json };
}

async function measure(file: string, bench: MicroBench, size: BenchSize): Promise<BenchResult> {
  const run = bench.setup(size);
  const unitsPerRun = bench.perRun(size);
  let hash = Number.NaN;
  const tiny = new Bench({
    time: TIME_MS[size],
    iterations: SAMPLES_MIN,
    warmup: size === 'full',
    warmupTime: WARMUP_MS[size],
    throws: true,
  });
  tiny.add(bench.name, () => {
    hash = run();
  });
  await tiny.run();
  const result = tiny.tasks[0]!.result;
  if (result.state !== 'completed') throw new Error(`ended as ${result.state}`);
  if (!Number.isFinite(hash)) throw new Error(`the result hash must be a finite number; it is ${hash}`);
  const { p50, p99, samplesCount } = result.latency;
  return {
    file,
    name: bench.name,
    unit: bench.unit,
    unitsPerRun,
    samples: samplesCount,
    p50Ms: p50,
    p99Ms: p99,
    unitsPerSecond: (unitsPerRun / p50) * 1000,
    nsPerUnit: (p50 * 1e6) / unitsPerRun,
    hash,
  };
}

/** The commit the numbers belong to, and whether the tree has changes on top of it. */
function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const dirty = git('status', '--porcelain') === '' ? '' : ' with changes';
    return git('rev-parse', '--short=12', 'HEAD') + dirty;
  } catch {
    return 'unknown (no git repository, or no commit yet)';
  }
}

function print({ name, unit, samples, p50Ms, p99Ms, unitsPerSecond, nsPerUnit, hash }: BenchResult): void {
  const columns = [
    name.padEnd(52),
    `p50 ${p50Ms.toFixed(3)} ms`.padStart(16),
    `p99 ${p99Ms.toFixed(3)} ms`.padStart(16),
    `${(unitsPerSecond / 1e6).toFixed(2)} M ${unit}/s`.padStart(20),
    `${nsPerUnit.toFixed(2)} ns`.padStart(12),
    `n=${samples}`.padStart(8),
    ` #${hash}`,
  ];
  console.log(columns.join(' '));
}

async function main({ size, only, json }: Settings): Promise<number> {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
  const stamp = { size, ...machine, commit: commit() };
  console.log(`${size} · node ${stamp.node} · ${stamp.cpu} × ${stamp.cores} · commit ${stamp.commit}`);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.bench.js'))
    .sort();
  const results: BenchResult[] = [];
  let failures = 0;
  for (const file of files) {
    try {
      const { benches } = (await import(pathToFileURL(join(root, file)).href)) as { benches: MicroBench[] };
      for (const bench of benches.filter(({ name }) => `${file} ${name}`.includes(only))) {
        const result = await measure(file, bench, size);
        print(result);
        results.push(result);
      }
    } catch (error) {
      failures++;
      console.error(`${file}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...stamp, results }, null, 2)}\n`);
  if (results.length > 0 || failures > 0) return failures === 0 ? 0 : 1;
  console.error(only === '' ? `no *.bench.js under ${root}` : `no bench has ${only} in its name or file`);
  return 1;
}

try {
  process.exitCode = await main(readSettings());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
