import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createStreamDetector,
  STREAM_PROFILES,
  type StreamProfile,
} from '../../native-free-core/detect/stream-detector.js';
import { alarmScore, type LabelledFile } from './alarm-score.js';
import { machineLine } from './machine.js';
import { NAB_PROFILES, nabScore, type ScoredFile } from './nab-score.js';

/**
 * Judges the streaming detectors over labelled data, which is no part of this repository.
 *
 *   node dist/bench/macro/detectors.js --data FOLDER
 *
 * FOLDER holds `nab/` (github.com/numenta/NAB: data and combined_windows.json) and `cloud-monitoring/`
 * (github.com/microsoft/cloud-monitoring-dataset), or one of them. One threshold for all files, the best of a sweep, and the default.
 */

const DEFAULT_THRESHOLD = 3;

interface Series {
  times: number[];
  values: number[];
  labels: number[];
}

/** Lines of `time,value` or `time,value,label` under a header; times without a zone are UTC. */
function readSeries(path: string): Series {
  const series: Series = { times: [], values: [], labels: [] };
  for (const line of readFileSync(path, 'utf8').trim().split('\n').slice(1)) {
    const [time, value, label] = line.replaceAll('"', '').split(',') as [string, string, string | undefined];
    series.times.push(timeOf(time));
    series.values.push(Number(value));
    series.labels.push(Number(label ?? 0));
  }
  return series;
}

const timeOf = (text: string): number =>
  Date.parse(text.endsWith('Z') ? text : `${text.trim().replace(' ', 'T')}Z`);

function scoresOf({ times, values }: Series, profile: StreamProfile): Float64Array {
  const detector = createStreamDetector(profile);
  return Float64Array.from(times, (time, i) => detector.push(time, values[i]!));
}

function readFolder(folder: string): Map<string, Series> {
  const series = new Map<string, Series>();
  for (const part of readdirSync(folder).sort()) {
    for (const name of readdirSync(join(folder, part)).sort()) {
      series.set(`${part}/${name}`, readSeries(join(folder, part, name)));
    }
  }
  return series;
}

type WindowTexts = Record<string, [string, string][]>;

function windowsOf({ times }: Series, texts: [string, string][]): [number, number][] {
  return texts
    .map(([from, to]): [number, number] => {
      const isInside = (time: number): boolean => time >= timeOf(from) && time <= timeOf(to);
      const first = times.findIndex(isInside);
      return [first, first + times.slice(first).filter(isInside).length - 1];
    })
    .filter(([first]) => first >= 0);
}

/** Thresholds among the scores that occur, dense where they are high. */
function thresholds(scores: readonly Float64Array[]): number[] {
  const all = scores.flatMap((own) => [...own.filter((score) => score > 0)]).sort((a, b) => b - a);
  const places = Array.from({ length: 200 }, (_, k) => Math.floor((all.length - 1) ** (k / 199)) - 1);
  return [...new Set(places.map((place) => all[Math.max(0, place)]!))];
}

function bestOf<T>(
  candidates: readonly number[],
  judge: (threshold: number) => T,
  merit: (result: T) => number,
) {
  let best = { threshold: candidates[0]!, result: judge(candidates[0]!) };
  for (const threshold of candidates) {
    const result = judge(threshold);
    if (merit(result) > merit(best.result)) best = { threshold, result };
  }
  return best;
}

function judgeNab(folder: string, profile: StreamProfile): void {
  const texts = JSON.parse(readFileSync(join(folder, 'combined_windows.json'), 'utf8')) as WindowTexts;
  const files = [...readFolder(join(folder, 'data'))].map(
    ([name, series]): ScoredFile => ({
      scores: scoresOf(series, profile),
      windows: windowsOf(series, texts[name] ?? []),
    }),
  );
  const candidates = thresholds(files.map(({ scores }) => scores));
  for (const weights of NAB_PROFILES) {
    const judge = (threshold: number) => nabScore(files, threshold, weights);
    const best = bestOf(candidates, judge, ({ score }) => score);
    const usual = judge(DEFAULT_THRESHOLD);
    const text = ({ score, hits, windows, falseAlarms }: typeof usual) =>
      `${score.toFixed(1)} (${hits} of ${windows} windows, ${falseAlarms} false)`;
    console.log(
      `  nab, ${weights.name}: ${text(best.result)} at ${best.threshold.toFixed(2)}; ${text(usual)} at ${DEFAULT_THRESHOLD}`,
    );
  }
}

function judgeCloud(folder: string, profile: StreamProfile): void {
  const files = [...readFolder(folder).values()].map(
    (series): LabelledFile => ({
      scores: scoresOf(series, profile),
      labels: Uint8Array.from(series.labels),
    }),
  );
  const candidates = thresholds(files.map(({ scores }) => scores));
  const judge = (threshold: number) => alarmScore(files, threshold);
  const best = bestOf(candidates, judge, ({ f1 }) => f1);
  const usual = judge(DEFAULT_THRESHOLD);
  const text = ({ f1, found, episodes, falseAlarms }: typeof usual) =>
    `F1 ${f1.toFixed(3)} (${found} of ${episodes} episodes, ${falseAlarms} false)`;
  console.log(
    `  cloud monitoring: ${text(best.result)} at ${best.threshold.toFixed(2)}; ${text(usual)} at ${DEFAULT_THRESHOLD}`,
  );
}

const { values: settings } = parseArgs({ options: { data: { type: 'string' } } });
const folder = settings.data ?? '';
const parts = [
  { path: join(folder, 'nab'), judge: judgeNab },
  { path: join(folder, 'cloud-monitoring'), judge: judgeCloud },
].filter(({ path }) => folder !== '' && existsSync(path));
if (parts.length === 0) {
  console.log(
    'No labelled data: give --data FOLDER with nab/ or cloud-monitoring/ in it. Nothing was judged.',
  );
} else {
  console.log(machineLine());
  for (const profile of STREAM_PROFILES) {
    console.log(`${profile}:`);
    for (const { path, judge } of parts) judge(path, profile);
  }
}
