/** A file of the Numenta Anomaly Benchmark as its scoring sees it. */
export interface ScoredFile {
  scores: Float64Array;
  /** First and last index of each labelled window, both inclusive, ascending. */
  windows: readonly (readonly [number, number])[];
}

/** What hits, misses and false alarms weigh. */
export interface NabProfile {
  name: string;
  hit: number;
  miss: number;
  falseAlarm: number;
}

export const NAB_PROFILES: readonly NabProfile[] = [
  { name: 'standard', hit: 1, miss: 1, falseAlarm: 0.11 },
  { name: 'reward low FP', hit: 1, miss: 1, falseAlarm: 0.22 },
  { name: 'reward low FN', hit: 1, miss: 2, falseAlarm: 0.11 },
];

export interface NabScore {
  score: number;
  hits: number;
  windows: number;
  falseAlarms: number;
}

const sigmoid = (r: number): number => (r > 3 ? -1 : 2 / (1 + Math.exp(5 * r)) - 1);

/** Points at the begin of a file that run through the detector and aren't scored. */
const probation = (count: number): number => Math.min(Math.floor(0.15 * count), 750);

/**
 * The score at one threshold over all files, as published (A. Lavin, S. Ahmad, "Evaluating real-time anomaly detection algorithms: the Numenta
 * anomaly benchmark", 2015): 0 is a detector that never speaks, 100 one that speaks first in each window and never else.
 */
export function nabScore(files: readonly ScoredFile[], threshold: number, profile: NabProfile): NabScore {
  let raw = 0;
  let hits = 0;
  let windows = 0;
  let falseAlarms = 0;
  for (const file of files) {
    const best = new Array<number>(file.windows.length).fill(Number.NEGATIVE_INFINITY);
    for (let i = probation(file.scores.length); i < file.scores.length; i++) {
      if (!(file.scores[i]! >= threshold)) continue;
      const inside = file.windows.findIndex(([first, last]) => i >= first && i <= last);
      if (inside >= 0) {
        best[inside] = Math.max(best[inside]!, valueInside(i, file.windows[inside]!));
      } else {
        falseAlarms++;
        raw += profile.falseAlarm * valueOutside(i, file.windows);
      }
    }
    for (const value of best) {
      windows++;
      if (value === Number.NEGATIVE_INFINITY) raw -= profile.miss;
      else {
        hits++;
        raw += profile.hit * value;
      }
    }
  }
  const nothing = -profile.miss * windows;
  return { score: (100 * (raw - nothing)) / (profile.hit * windows - nothing), hits, windows, falseAlarms };
}

function valueInside(i: number, [first, last]: readonly [number, number]): number {
  return sigmoid(-(last - i + 1) / (last - first + 1)) / sigmoid(-1);
}

function valueOutside(i: number, windows: ScoredFile['windows']): number {
  const before = windows.filter(([, last]) => last < i).at(-1);
  return before === undefined ? -1 : sigmoid((i - before[1]) / (before[1] - before[0]));
}
