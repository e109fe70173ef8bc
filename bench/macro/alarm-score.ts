/** A file of labelled points. */
export interface LabelledFile {
  scores: Float64Array;
  /** 1 for each point that is anomalous. */
  labels: Uint8Array;
}

export interface AlarmScore {
  alarms: number;
  falseAlarms: number;
  episodes: number;
  /** Episodes with a score at or above the threshold. */
  found: number;
  /** Of the part of true alarms and the part of episodes found. */
  f1: number;
}

/** Points after an alarm in which there is no other. */
const COOL_DOWN = 10;

/** Alarms at one threshold; the first 15 % of a file aren't judged. Runs of labelled points are episodes. */
export function alarmScore(files: readonly LabelledFile[], threshold: number): AlarmScore {
  let alarms = 0;
  let right = 0;
  let episodes = 0;
  let found = 0;
  for (const { scores, labels } of files) {
    let quietUntil = -1;
    let isFound = false;
    for (let i = Math.floor(0.15 * labels.length); i < labels.length; i++) {
      const isLabelled = labels[i] === 1;
      if (isLabelled && labels[i - 1] !== 1) {
        episodes++;
        isFound = false;
      }
      if (!(scores[i]! >= threshold)) continue;
      if (i > quietUntil) {
        alarms++;
        if (isLabelled) right++;
        quietUntil = i + COOL_DOWN;
      }
      if (isLabelled && !isFound) {
        isFound = true;
        found++;
      }
    }
  }
  const f1 = right === 0 ? 0 : 2 / (alarms / right + episodes / found);
  return { alarms, falseAlarms: alarms - right, episodes, found, f1 };
}
