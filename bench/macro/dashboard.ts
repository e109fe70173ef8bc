import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { goOn, LINES_MAX, load, type Metric, pathOf } from './dashboard-metrics.js';
import { DashboardPage, type FirstChart, type OpenOptions } from './dashboard-page.js';
import { EngineProcess } from './engine-process.js';
import { findBrowser } from './find-browser.js';
import { machineLine } from './machine.js';
import { medianInterval, pairedDifferences, quantile } from './paired.js';

/**
 * The dashboard as a browser has it: what comes over the wire, how long from the navigation to the first chart, what drawing takes,
 * how even the frames are while points come in, what a page that is open for long keeps. The real page of a real engine, each load in a context of its own.
 *
 *   node dist/bench/macro/dashboard.js [--loads 7] [--pairs 31] [--seconds 10] [--memory-seconds 60] [--only-many] [--smoke]
 *
 * `--only-many` measures what a chart of many series takes more, and nothing else.
 */
const { values: flags } = parseArgs({
  options: {
    loads: { type: 'string', default: '7' },
    pairs: { type: 'string', default: '31' },
    seconds: { type: 'string', default: '10' },
    'memory-seconds': { type: 'string', default: '60' },
    'only-many': { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
  },
});

const loads = flags.smoke ? 2 : Number(flags.loads);
const pairs = flags.smoke ? 2 : Number(flags.pairs);
const seconds = flags.smoke ? 1 : Number(flags.seconds);
const memorySeconds = flags.smoke ? 1 : Number(flags['memory-seconds']);
const draws = flags.smoke ? 4 : 60;
const manySeries = flags.smoke ? 1_000 : 100_000;

const SMALL: Metric = { name: 'small', hosts: 10, ticks: 1_200, everyMs: 1_000 };
const LARGE: Metric = { name: 'large', hosts: 20, ticks: flags.smoke ? 500 : 5_000, everyMs: 1_000 };
const FEW: Metric = { name: 'few', hosts: 100, ticks: 10, everyMs: 60_000 };
const MANY: Metric = { name: 'many', hosts: manySeries, ticks: 10, everyMs: 60_000 };

const hundredths = (value: number): number => Math.round(value * 100) / 100;
const round = (value: number): number => Math.round(value * 10) / 10;
const kilobytesOf = (files: ReadonlyMap<string, number>): number =>
  [...files.values()].reduce((sum, bytes) => sum + bytes, 0) / 1_000;

/** A new window has loaded what it needs for itself after about half of that. */
const SETTLE_MS = flags.smoke ? 0 : 800;

/** Looks at the heap while a page is watched. */
const HEAP_LOOKS = 6;

/**
 * The least that a live page holds while it is watched for some seconds, MiB. One look says little: the same chart has 0.2 MiB more or less
 * from one look to the next.
 */
async function leastHeap(page: DashboardPage, seconds: number): Promise<{ mib: number; draws: number }> {
  let mib = Number.POSITIVE_INFINITY;
  let draws = 0;
  for (let i = 0; i < HEAP_LOOKS; i++) {
    draws += (await page.watch(seconds / HEAP_LOOKS)).draws;
    mib = Math.min(mib, await page.heapMib());
  }
  return { mib, draws };
}

/** Loads of one page: the median and the best time to the first chart, and the points that it showed. */
interface ColdLoads {
  ms: number;
  bestMs: number;
  points: number;
}

/** A figure beside its target: what is at most wanted. */
interface Goal {
  value: number;
  /** On a busy machine the best of all says more. */
  best?: number;
  target: number;
  reached: boolean;
}

const goal = (value: number, target: number): Goal => ({
  value: round(value),
  target,
  reached: value <= target,
});
const goalOf = ({ ms, bestMs }: ColdLoads, target: number): Goal => ({
  ...goal(ms, target),
  best: round(bestMs),
});

console.log(`${machineLine()} · load ${loadavg()[0]!.toFixed(1)}`);
const browser = await findBrowser();
if (browser === undefined) process.exit(0);
const engine = await EngineProcess.start({
  flags: ['--limits-series-per-metric', '1000000'],
  rehearses: true,
});
const ingest = `ws://127.0.0.1:${engine.port}/ws/ingest`;
const endMs = Math.floor(Date.now() / 1_000) * 1_000;

/** One cold load of a metric's page: what was seen of its chart. */
async function coldLoad(metric: Metric, options: OpenOptions = {}): Promise<FirstChart> {
  const page = await DashboardPage.open(browser!, engine.url + pathOf(metric, endMs), options);
  await page.close();
  if (page.first.lines !== Math.min(LINES_MAX, metric.hosts))
    throw new Error(`a chart of ${metric.name} lacks lines`);
  return page.first;
}

/** Cold loads of a page: the median time to the first chart, and what it showed. */
async function coldLoads(metric: Metric, options: OpenOptions = {}): Promise<ColdLoads> {
  const seen: FirstChart[] = [];
  for (let i = 0; i < loads; i++) seen.push(await coldLoad(metric, options));
  const ms = seen.map((each) => each.firstChartMs);
  return { ms: quantile(ms, 0.5), bestMs: quantile(ms, 0), points: seen[0]!.points };
}

async function firstCharts(): Promise<{ small: ColdLoads; figures: object }> {
  await load(ingest, SMALL, endMs);
  await load(ingest, LARGE, endMs);
  const small = await coldLoads(SMALL);
  const large = await coldLoads(LARGE);
  const largeDrawn = await coldLoads(LARGE, { eachSecond: true });
  if (largeDrawn.points !== LARGE.hosts * LARGE.ticks)
    throw new Error(`${largeDrawn.points} points are drawn`);
  const figures = {
    first_chart_10x1200_ms: goalOf(small, 300),
    first_chart_100k_points_ms: goalOf(large, 400),
    points_drawn_of_100k: large.points,
    first_chart_100k_drawn_ms: goalOf(largeDrawn, 400),
  };
  return { small, figures };
}

/** What comes over the wire, and what drawing takes. */
async function stillPage(): Promise<object> {
  const still = await DashboardPage.open(browser!, engine.url + pathOf(LARGE, endMs), {
    eachSecond: true,
  });
  const drawMs = await still.redraw(draws);
  const initialKb = kilobytesOf(await still.files());
  const allKb = kilobytesOf(await still.filesOfAllViews());
  await still.close();
  return {
    initial_js_css_kb: goal(initialKb, 60),
    all_routes_js_css_kb: goal(allKb, 110),
    draw_p95_100k_drawn_ms: goal(quantile(drawMs, 0.95), 10),
    draw_p50_100k_drawn_ms: round(quantile(drawMs, 0.5)),
    draws: drawMs.length,
  };
}

async function livePage(): Promise<object> {
  const stop = goOn(ingest, LARGE);
  const range = Math.round((LARGE.ticks * LARGE.everyMs) / 1_000);
  const live = await DashboardPage.open(
    browser!,
    `${engine.url}/dashboard?metric=large&by=host&range=${range}s`,
  );
  const { frameMs, draws: liveDraws } = await live.watch(seconds);
  // What a page compiles and keeps for good it has after a while; what it goes on keeping is what counts.
  const heapStart = await leastHeap(live, memorySeconds / 2);
  const heapEnd = await leastHeap(live, memorySeconds);
  await live.close();
  await stop();
  return {
    frame_p95_live_ms: goal(quantile(frameMs, 0.95), 17),
    frame_p99_live_ms: goal(quantile(frameMs, 0.99), 34),
    draws_per_s_live: round(liveDraws / seconds),
    heap_live_mib: {
      start: hundredths(heapStart.mib),
      end: hundredths(heapEnd.mib),
      draws: heapEnd.draws,
      seconds: memorySeconds,
    },
  };
}

/** How much later the chart of many series is there than that of a few: the median of paired differences, and how sure it is. */
async function moreOfMany(options: OpenOptions): Promise<Goal & Record<string, unknown>> {
  const firstChartMs = async (metric: Metric): Promise<number> =>
    (await coldLoad(metric, options)).firstChartMs;
  const more = await pairedDifferences(
    pairs,
    () => firstChartMs(FEW),
    () => firstChartMs(MANY),
  );
  return {
    ...goal(quantile(more, 0.5), 50),
    median_between: medianInterval(more).map(round),
    middle_half_between: [quantile(more, 0.25), quantile(more, 0.75)].map(round),
  };
}

/** In windows that were just opened, as all other rows have them, and in those that have done with themselves: there the page is what is measured. */
async function chartOfMany(): Promise<object> {
  await load(ingest, FEW, endMs);
  return {
    pairs,
    chart_of_many_series_more_ms: await moreOfMany({}),
    chart_of_many_series_settled_more_ms: await moreOfMany({ settleMs: SETTLE_MS }),
  };
}

async function all(): Promise<object> {
  const { small, figures } = await firstCharts();
  const still = await stillPage();
  const live = await livePage();
  await load(ingest, MANY, endMs);
  const beside = await coldLoads(SMALL);
  const besideMore = {
    ms: beside.ms - small.ms,
    bestMs: beside.bestMs - small.bestMs,
    points: beside.points,
  };
  return {
    ...{ cold_loads: loads, ...figures, ...still, ...live },
    same_chart_beside_many_series_more_ms: goalOf(besideMore, 50),
    ...(await chartOfMany()),
  };
}

try {
  if (flags['only-many']) await load(ingest, MANY, endMs);
  const figures = flags['only-many'] ? await chartOfMany() : await all();
  console.log(JSON.stringify({ series_many: manySeries, ...figures }));
} finally {
  await browser.close();
  await engine.stop();
  engine.removeFolder();
}
