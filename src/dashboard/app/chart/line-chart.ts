import uPlot from 'uplot';
import { measureSince, steadyMs } from '../clock';
import { scaleText } from '../ui/format';
import { DenseLines } from './dense-lines';
import { seriesColour, seriesDash, token } from './palette';
import { placeNear, runsIn } from './runs';
import { timeMark } from './time-axis';

/** Columns of one chart: times in ms, ascending; a value for each time and series, null where there is none. */
export interface ChartColumns {
  times: readonly number[];
  series: readonly { name: string; values: readonly (number | null)[] }[];
  /** Pairs of series, by index, between which the chart is filled: upper, lower. */
  bands?: readonly (readonly [number, number])[];
  /** Points to mark: places in `times`, and values. */
  marks?: readonly { index: number; value: number }[];
}

/** What the cursor is over: a place in `times`, how far from the chart's left edge it is, and which value is at its height. */
export interface Hover {
  index: number;
  left: number;
  value: number;
}

export interface ChartOptions {
  height: number;
  /** Whether the scale begins at zero. */
  fromZero: boolean;
  /** The range shown, ms; the data may end before it does. */
  fromMs: number;
  toMs: number;
  /** A range was dragged over. */
  onZoom(fromMs: number, toMs: number): void;
  /** The cursor is over a place in `times`, or (null) has left. */
  onHover(hover: Hover | null): void;
}

/** The measure that tells how long a chart took from its new columns to the last stroke, for the browser's tools and the bench. */
const DRAW_MEASURE = 'chart draw';

/** Width of a line, CSS pixels. */
const LINE_WIDTH = 1.5;

/**
 * Values of a chart from which on its lines are a pixel wide, and drawn by `DenseLines`: without a GPU a wider line costs twenty
 * times as much (100,000 values in 20 lines: 5 ms against 100 to 250), and where there are so many it hides more than it shows.
 */
const DENSE_VALUES = 4_000;

/** All charts of the page share a cursor. */
const SYNC_KEY = 'millrace';

/** Dragging less than this is a click, CSS pixels. */
const DRAG_PIXELS_MIN = 8;

/**
 * A line chart on a canvas: the one module that knows uPlot. Made for one element, given new columns as they come; its
 * width follows the element's.
 */
export class LineChart {
  readonly #element: HTMLElement;
  readonly #resize: ResizeObserver;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  readonly #onScheme = (): void => this.#rebuild();
  #plot: uPlot | undefined;
  #columns: ChartColumns = { times: [], series: [] };
  #options: ChartOptions;
  #hidden: ReadonlySet<number> = new Set();
  #colours: readonly string[] = [];
  readonly #dense = new DenseLines();
  /** The times in seconds, and those in ms that they are of. */
  #seconds: readonly number[] = [];
  #secondsOf: readonly number[] = [];
  /** When columns came that have not been drawn yet, steady ms. */
  #shownMs: number | undefined;

  constructor(element: HTMLElement, options: ChartOptions) {
    this.#element = element;
    this.#options = options;
    this.#resize = new ResizeObserver(() => this.#fit());
    this.#resize.observe(element);
    this.#scheme.addEventListener('change', this.#onScheme);
  }

  /** Shows columns. As long as there are as many series as before, only the data changes. */
  show(columns: ChartColumns, options: ChartOptions, hidden: ReadonlySet<number>): void {
    const isSame =
      this.#plot !== undefined &&
      columns.series.length === this.#columns.series.length &&
      (columns.bands?.length ?? 0) === (this.#columns.bands?.length ?? 0) &&
      options.height === this.#options.height &&
      isDense(columns) === isDense(this.#columns) &&
      sameSet(hidden, this.#hidden);
    this.#columns = columns;
    this.#options = options;
    this.#hidden = hidden;
    this.#shownMs = steadyMs();
    if (!isSame) this.#rebuild();
    else this.#plot!.setData(this.#data(), true);
  }

  destroy(): void {
    this.#resize.disconnect();
    this.#scheme.removeEventListener('change', this.#onScheme);
    this.#plot?.destroy();
  }

  #fit(): void {
    const width = this.#element.clientWidth;
    if (this.#plot !== undefined && width > 0 && width !== this.#plot.width) {
      this.#plot.setSize({ width, height: this.#options.height });
    }
  }

  #rebuild(): void {
    this.#plot?.destroy();
    const width = Math.max(50, this.#element.clientWidth);
    this.#plot = new uPlot(this.#plotOptions(width), this.#data(), this.#element);
  }

  #data(): uPlot.AlignedData {
    const { times, series } = this.#columns;
    if (times !== this.#secondsOf) this.#seconds = times.map((ms) => ms / 1_000);
    this.#secondsOf = times;
    return [this.#seconds as number[], ...series.map(({ values }) => values as (number | null)[])];
  }

  #plotOptions(width: number): uPlot.Options {
    const { series, bands } = this.#columns;
    const isDense = hasDenseLines(this.#columns);
    this.#colours = series.map((_, i) => seriesColour(i));
    const grid = { stroke: token('--line'), width: 1 };
    const axis = { stroke: token('--muted'), grid, ticks: grid, font: '13px system-ui, sans-serif' };
    return {
      width,
      height: this.#options.height,
      legend: { show: false },
      ms: 1e-3,
      padding: [8, 32, 0, 0],
      cursor: {
        sync: { key: SYNC_KEY, scales: ['x', null] },
        drag: { x: true, y: false, setScale: false, dist: DRAG_PIXELS_MIN },
        points: { size: 7 },
        // uPlot wants a place; where no line is, the value there is empty.
        dataIdx: (plot, index, place) =>
          index === 0 ? place : (placeNear(plot.data[index]!, place) ?? place),
      },
      scales: {
        x: { time: true, range: () => [this.#options.fromMs / 1_000, this.#options.toMs / 1_000] },
        y: { range: (_plot, low, high) => this.#valueRange(low, high) },
      },
      axes: [
        {
          ...axis,
          space: 80,
          size: 34,
          values: (_plot, splits, _axis, _space, step) =>
            splits.map((at) => timeMark(at * 1_000, step * 1_000)),
        },
        {
          ...axis,
          size: 64,
          values: (_plot, splits, _axis, _space, step) => splits.map((value) => scaleText(value, step)),
        },
      ],
      series: [{}, ...series.map((each, i) => this.#seriesOptions(each.name, i))],
      bands: (bands ?? []).map(([upper, lower]) => ({
        series: [upper + 1, lower + 1],
        fill: `color-mix(in srgb, ${seriesColour(0)} 22%, transparent)`,
      })),
      hooks: {
        setSelect: [(plot) => this.#onSelect(plot)],
        setCursor: [(plot) => this.#options.onHover(hoverOf(plot))],
        drawSeries: isDense ? [(plot, index) => this.#drawDense(plot, index)] : [],
        draw: [(plot) => this.#drawMarks(plot), () => this.#measureDraw()],
      },
    };
  }

  #seriesOptions(name: string, index: number): uPlot.Series {
    const dash = seriesDash(index);
    return {
      label: name,
      stroke: this.#colours[index]!,
      width: isDense(this.#columns) ? 1 / devicePixelRatio : LINE_WIDTH,
      show: !this.#hidden.has(index),
      spanGaps: false,
      gaps: gapsBetweenRuns,
      points: { size: 5, filter: loneValues },
      ...(dash === undefined ? {} : { dash }),
      ...(hasDenseLines(this.#columns) ? { paths: noPath } : {}),
    };
  }

  #drawDense(plot: uPlot, index: number): void {
    this.#dense.draw(plot, {
      index,
      colour: this.#colours[index - 1]!,
      width: devicePixelRatio,
      dash: seriesDash(index - 1)?.map((part) => part * devicePixelRatio) ?? SOLID,
      runs: runsIn(plot.data[index]!),
    });
  }

  #valueRange(low: number | null, high: number | null): [number, number] {
    if (low === null || high === null) return [0, 1];
    const from = this.#options.fromZero ? Math.min(0, low) : low;
    const to = this.#options.fromZero ? Math.max(0, high) : high;
    const pad = (to - from) * 0.06 || Math.abs(to) * 0.1 || 1;
    return [this.#options.fromZero && from === 0 ? 0 : from - pad, to + pad];
  }

  #onSelect(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < DRAG_PIXELS_MIN) return;
    const fromMs = plot.posToVal(left, 'x') * 1_000;
    const toMs = plot.posToVal(left + width, 'x') * 1_000;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#options.onZoom(Math.round(fromMs), Math.round(toMs));
  }

  #drawMarks(plot: uPlot): void {
    const { marks, times } = this.#columns;
    if (marks === undefined || marks.length === 0) return;
    const { ctx } = plot;
    const { top, height } = plot.bbox;
    ctx.save();
    ctx.strokeStyle = token('--bad');
    ctx.lineWidth = 2 * devicePixelRatio;
    for (const { index, value } of marks) {
      const x = plot.valToPos(times[index]! / 1_000, 'x', true);
      // What lies beyond the scale of the lines is marked at its edge.
      const y = Math.min(top + height, Math.max(top, plot.valToPos(value, 'y', true)));
      ctx.beginPath();
      ctx.arc(x, y, 6 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.stroke();
    }
    ctx.restore();
  }

  #measureDraw(): void {
    if (this.#shownMs === undefined) return;
    measureSince(DRAW_MEASURE, this.#shownMs);
    this.#shownMs = undefined;
  }
}

function hoverOf({ cursor, posToVal, bbox }: uPlot): Hover | null {
  const { idx, left, top } = cursor;
  if (idx == null || left === undefined || top === undefined || left < 0) return null;
  return { index: idx, left: left + bbox.left / devicePixelRatio, value: posToVal(top, 'y') };
}

/** A line that is drawn by itself has none of uPlot's, but its lone values are. */
const noPath: uPlot.Series.PathBuilder = () => ({ stroke: null as unknown as Path2D });

const SOLID: readonly number[] = [];

/** Where a line is broken, in pixels of the canvas. */
function gapsBetweenRuns(
  plot: uPlot,
  index: number,
  _from: number,
  _to: number,
  nulls: uPlot.Series.Gaps,
): uPlot.Series.Gaps {
  if (nulls.length === 0) return nulls;
  const pixelOf = (place: number): number => plot.valToPos(plot.data[0][place]!, 'x', true);
  const runs = runsIn(plot.data[index]!);
  return runs.slice(1).map(([first], i) => [pixelOf(runs[i]![1]), pixelOf(first)]);
}

/** Values without a line to either side, which only a point can show; null where all are shown. */
function loneValues(plot: uPlot, index: number, isShown: boolean): number[] | null {
  if (isShown) return null;
  const lone = runsIn(plot.data[index]!).flatMap(([first, last]) => (first === last ? [first] : []));
  return lone.length === 0 ? null : lone;
}

const isDense = ({ times, series }: ChartColumns): boolean => times.length * series.length > DENSE_VALUES;

/** Whether lines are drawn without paths of uPlot, which needs those to fill between two. */
const hasDenseLines = (columns: ChartColumns): boolean => isDense(columns) && columns.bands === undefined;

function sameSet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}
