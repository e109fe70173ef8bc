import { useEffect, useRef, useState } from 'preact/hooks';
import { fetchHeatmap, type HeatmapAnswer } from '../../api/heatmap';
import { cellAt, drawHeatmap, type HeatCell, type HeatFrame } from '../../chart/heatmap';
import { nowMs } from '../../clock';
import { range } from '../../state/address';
import { Loader } from '../../state/loader';
import { pageWidth } from '../../state/page-width';
import { durationText, type Instants, instantsOf, stepFor } from '../../state/range';
import { countText, instantText, valueText } from '../../ui/format';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/states';
import { exploreState } from './explore-signals';
import { selectorOf } from './explore-state';

const HEIGHT = 340;
const ROWS = 40;
/** CSS pixels a window. */
const WINDOW_PIXELS = 6;
const REFRESH_MS_MIN = 2_000;
const REFRESH_MS_MAX = 60_000;

interface Shown {
  answer: HeatmapAnswer;
  instants: Instants;
  stepMs: number;
}

/** How many points had which value, window by window, from the sketches of the tiers. */
export function HeatmapPicture({ isLive }: { isLive: boolean }) {
  const width = pageWidth.value;
  const { metric, filters } = exploreState.value;
  const current = range.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [loader] = useState(() => new Loader<Shown>());
  const [cell, setCell] = useState<HeatCell | undefined>(undefined);
  const load = (): number => {
    const instants = instantsOf(current, nowMs());
    const stepMs = stepFor(instants, width, WINDOW_PIXELS);
    const request = { metric, match: selectorOf(filters), ...instants, stepMs, rows: ROWS };
    void loader.load(async (abort) => ({ answer: await fetchHeatmap(request, abort), instants, stepMs }));
    return stepMs;
  };
  useEffect(() => {
    if (width === 0) return;
    const stepMs = load();
    if (!isLive) return;
    const everyMs = Math.min(REFRESH_MS_MAX, Math.max(REFRESH_MS_MIN, stepMs));
    const timer = setInterval(() => {
      if (!document.hidden) load();
    }, everyMs);
    return () => clearInterval(timer);
  }, [metric, filters, current, width, isLive]);
  const { value, error } = loader.state.value;
  const frameOf = ({ instants, stepMs }: Shown): HeatFrame => ({
    canvas: canvas.current!,
    width: canvas.current!.clientWidth,
    height: HEIGHT,
    ...instants,
    stepMs,
  });
  useEffect(() => {
    if (value !== undefined && canvas.current !== null) drawHeatmap(frameOf(value), value.answer);
  }, [value, width]);
  if (error !== undefined) return <ErrorNotice error={error} retry={load} />;
  if (value === undefined) return <Skeleton height={HEIGHT} />;
  if (value.answer.times.length === 0) {
    return (
      <EmptyState title="No points in this range">
        <p>A wider range, or fewer conditions, may show something.</p>
      </EmptyState>
    );
  }
  return (
    <>
      <canvas
        ref={canvas}
        class="heat"
        role="img"
        aria-label={`Heat map of the values of ${metric}`}
        style={{ height: `${HEIGHT}px` }}
        onMouseMove={(event) => setCell(cellAt(frameOf(value), value.answer, event.offsetX, event.offsetY))}
        onMouseLeave={() => setCell(undefined)}
      />
      <div class="chart-foot">
        {cell === undefined ? (
          <span>
            stronger: more points of that value in that window; a window is {durationText(value.stepMs)}
          </span>
        ) : (
          <b>
            {instantText(cell.timeMs)}: {countText(cell.count)} points from {valueText(cell.low)} to{' '}
            {valueText(cell.high)}
          </b>
        )}
      </div>
    </>
  );
}
