import type { HeatmapAnswer } from '../api/heatmap';
import { valueText } from '../ui/format';
import { token } from './palette';
import { timeMark, timeMarks } from './time-axis';

const LEFT = 64;
const BOTTOM = 26;
const TOP = 8;
const LABEL_PIXELS = 48;

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
  const most = Math.log1p(answer.counts.reduce((max, row) => Math.max(max, ...row), 1));
  context.fillStyle = token('--accent');
  answer.times.forEach((timeMs, i) => {
    // Whole pixels, so that neighbours neither overlap nor leave a gap.
    const x = Math.round(xOf(frame, timeMs));
    const cellWidth = Math.max(1, Math.round(xOf(frame, timeMs + frame.stepMs)) - x);
    answer.counts[i]!.forEach((count, row) => {
      if (count === 0) return;
      context.globalAlpha = 0.12 + 0.88 * (Math.log1p(count) / most);
      context.fillRect(
        x,
        height - BOTTOM - (row + 1) * rowHeight,
        Math.ceil(cellWidth),
        Math.ceil(rowHeight),
      );
    });
  });
  context.globalAlpha = 1;
  drawAxes(context, frame, answer.bounds, rowHeight);
}

const xOf = ({ width, fromMs, toMs }: HeatFrame, timeMs: number): number =>
  LEFT + ((timeMs - fromMs) / (toMs - fromMs)) * (width - LEFT);

function drawAxes(
  context: CanvasRenderingContext2D,
  frame: HeatFrame,
  bounds: readonly number[],
  rowHeight: number,
): void {
  const { width, height, fromMs, toMs } = frame;
  context.fillStyle = token('--muted');
  context.font = '13px system-ui, sans-serif';
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const rowsPerLabel = Math.max(1, Math.ceil(24 / rowHeight));
  for (let row = 0; row < bounds.length; row += rowsPerLabel) {
    context.fillText(valueText(bounds[row]), LEFT - 8, height - BOTTOM - row * rowHeight);
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
