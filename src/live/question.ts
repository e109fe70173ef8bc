import type { LabelMatcher } from '../http/ports.js';
import type { WindowStat } from './window-stat.js';

/** What a subscriber wants to be told. Equal questions share one feed. */
export type LiveQuestion = PointsQuestion | WindowsQuestion;

/** Every point of a metric's series that match. */
export interface PointsQuestion {
  kind: 'points';
  metric: string;
  selectors: LabelMatcher[];
}

/** Statistics of a metric over windows: each as it closes, and the open one while it changes. */
export interface WindowsQuestion {
  kind: 'windows';
  metric: string;
  selectors: LabelMatcher[];
  windowMs: number;
  stats: WindowStat[];
  groupBy: string[];
}

/** The identity of a question: equal for equal ones. */
export const questionKey = (question: LiveQuestion): string => JSON.stringify(question);
