import type uPlot from 'uplot';
import type { Run } from './runs';

/** How one line is drawn. */
export interface DenseLine {
  /** Its place among the plot's columns. */
  index: number;
  colour: string;
  /** Pixels of the canvas. */
  width: number;
  dash: readonly number[];
  runs: readonly Run[];
}

/**
 * Draws the lines of a chart of many values, where uPlot would have them to the pixel. That makes a Path2D of each line at each draw, whose
 * memory waits for the browser's collector, and calls three functions for each value: a hundred thousand values in twenty lines took it
 * 8 ms, and above 11 where something had to be collected. Straight onto the canvas they take half of that (bench/macro/dashboard.ts).
 *
 * A line of more pixels, on a screen that has several to a pixel of CSS, is drawn several times, each a pixel beside the first: a stroke that is
 * wider than a pixel of the canvas costs twenty times as much as one that isn't.
 */
export class DenseLines {
  /** Where the times are, pixels of the canvas; for the times, the scale and the box that follow. */
  #x = new Float64Array(0);
  #of: readonly unknown[] = [];

  draw(plot: uPlot, line: DenseLine): void {
    const { ctx, bbox } = plot;
    const { left, top, width: boxWidth, height: boxHeight } = bbox;
    const { colour, width, dash } = line;
    const half = width / 2;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left - half, top - half, boxWidth + width, boxHeight + width);
    ctx.clip();
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1;
    ctx.lineJoin = 'round';
    ctx.setLineDash(dash as number[]);
    for (const [right, down] of penOf(width)) {
      ctx.save();
      // A line a pixel wide is sharp between two pixels.
      ctx.translate(right + 0.5, down + 0.5);
      ctx.beginPath();
      this.#trace(plot, line);
      ctx.stroke();
      ctx.restore();
    }
    ctx.restore();
  }

  #trace(plot: uPlot, { index, runs }: DenseLine): void {
    const { ctx, bbox } = plot;
    const { top, height } = bbox;
    const x = this.#pixelsOf(plot);
    const values = plot.data[index]!;
    const low = plot.scales['y']!.min!;
    const length = plot.scales['y']!.max! - low;
    for (const [first, last] of runs) {
      for (let i = first; i <= last; i++) {
        const value = values[i];
        if (value == null) continue;
        // Written out: a call for each value is what this is here to do without.
        const y = Math.round(top + height * (1 - (value - low) / length));
        if (i === first) ctx.moveTo(x[i]!, y);
        else ctx.lineTo(x[i]!, y);
      }
    }
  }

  /** The same for all lines of a draw. */
  #pixelsOf({ data, bbox: { left, width }, scales }: uPlot): Float64Array {
    const [times] = data;
    const { min, max } = scales['x']!;
    const of = [times, left, width, min, max];
    if (of.every((each, i) => each === this.#of[i])) return this.#x;
    this.#of = of;
    if (this.#x.length < times.length) this.#x = new Float64Array(times.length * 2);
    const length = max! - min!;
    for (let i = 0; i < times.length; i++)
      this.#x[i] = Math.round(left + width * ((times[i]! - min!) / length));
    return this.#x;
  }
}

type Stroke = readonly [right: number, down: number];

/** Where the strokes of a line lie that is one, two or three pixels wide: it is about as thick whichever way it goes. */
const PENS: readonly (readonly Stroke[])[] = [
  [[0, 0]],
  [
    [0, 0],
    [1, 0],
    [0, 1],
  ],
  [
    [0, 0],
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ],
];

const penOf = (width: number): readonly Stroke[] =>
  PENS[Math.min(PENS.length, Math.max(1, Math.round(width))) - 1]!;
