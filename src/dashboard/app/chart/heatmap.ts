import type { HeatmapAnswer } from '../api/heatmap';
import { scaleText } from '../ui/format';
import { token } from './palette';
import { timeMark, timeMarks } from './time-axis';
import { valueMarks } from './value-marks';

const LEFT = 64;
const BOTTOM = 26;
const TOP = 8;
const LABEL_PIXELS = 48;
/** Between two values on the scale, CSS pixels at least. */
const VALUE_PIXELS = 32;

/** The time and the value bounds of a cell. */
export interface HeatCell {
  timeMs: number;
  low: number;
  high: number;
  count: number;
}

/** What a heat map is drawn into. */
export interface HeatFrame {
  canvas: HTMLCanvasElement;
  width: number;
  height: number;
  fromMs: number;
  toMs: number;
  stepMs: number;
}

/** The most points of a cell. */
export const mostOf = ({ counts }: HeatmapAnswer): number =>
  counts.reduce((max, row) => Math.max(max, ...row), 1);

/** How strong the colour of a cell is that has so many points of at most so many. */
export const strengthOf = (count: number, most: number): number =>
  0.12 + 0.88 * (Math.log1p(count) / Math.log1p(most));

/** Draws a heat map: colour by the logarithm of the count, so that rare values are seen beside frequent ones. */
export function drawHeatmap(frame: HeatFrame, answer: HeatmapAnswer): void {
  const { canvas, width, height } = frame;
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d')!;
  context.scale(scale, scale);
  context.clearRect(0, 0, width, height);
  const rows = answer.bounds.length - 1;
  const rowHeight = (height - TOP - BOTTOM) / Math.max(1, rows);
  const most = mostOf(answer);
  const yOf = (row: number): number => Math.round(height - BOTTOM - row * rowHeight);
  context.fillStyle = token('--accent');
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, width - LEFT, height);
  context.clip();
  answer.times.forEach((timeMs, i) => {
    // Whole pixels, so that neighbours neither overlap nor leave a gap.
    const x = Math.round(xOf(frame, timeMs));
    const cellWidth = Math.max(1, Math.round(xOf(frame, timeMs + frame.stepMs)) - x);
    answer.counts[i]!.forEach((count, row) => {
      if (count === 0) return;
      context.globalAlpha = strengthOf(count, most);
      const y = yOf(row + 1);
      context.fillRect(x, y, cellWidth, yOf(row) - y);
    });
  });
  context.restore();
  drawAxes(context, frame, answer.bounds);
}

const xOf = ({ width, fromMs, toMs }: HeatFrame, timeMs: number): number =>
  LEFT + ((timeMs - fromMs) / (toMs - fromMs)) * (width - LEFT);

function drawAxes(context: CanvasRenderingContext2D, frame: HeatFrame, bounds: readonly number[]): void {
  const { width, height, fromMs, toMs } = frame;
  context.fillStyle = token('--muted');
  context.font = '13px system-ui, sans-serif';
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const length = height - TOP - BOTTOM;
  for (const { value, part, step } of valueMarks(bounds, length / VALUE_PIXELS)) {
    context.fillText(scaleText(value, step), LEFT - 8, height - BOTTOM - part * length);
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const { stepMs, marks } = timeMarks(fromMs, toMs, (width - LEFT) / (2 * LABEL_PIXELS));
  for (const ms of marks) context.fillText(timeMark(ms, stepMs), xOf(frame, ms), height - BOTTOM + 6);
}

/** The cell under a place in the canvas, CSS pixels; undefined where there is none. */
export function cellAt(frame: HeatFrame, answer: HeatmapAnswer, x: number, y: number): HeatCell | undefined {
  const { width, height, fromMs, toMs, stepMs } = frame;
  const rows = answer.bounds.length - 1;
  const row = Math.floor(((height - BOTTOM - y) / (height - TOP - BOTTOM)) * rows);
  const atMs = fromMs + ((x - LEFT) / (width - LEFT)) * (toMs - fromMs);
  const i = answer.times.findIndex((timeMs) => timeMs <= atMs && atMs < timeMs + stepMs);
  if (row < 0 || row >= rows || i < 0) return undefined;
  return {
    timeMs: answer.times[i]!,
    low: answer.bounds[row]!,
    high: answer.bounds[row + 1]!,
    count: answer.counts[i]![row]!,
  };
}
