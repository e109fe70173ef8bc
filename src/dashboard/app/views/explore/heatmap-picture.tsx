import { useEffect, useRef, useState } from 'preact/hooks';
import { fetchHeatmap, type HeatmapAnswer } from '../../api/heatmap';
import { cellAt, drawHeatmap, type HeatCell, type HeatFrame, mostOf, strengthOf } from '../../chart/heatmap';
import { nowMs, steadyMs } from '../../clock';
import { range } from '../../state/address';
import { Loader } from '../../state/loader';
import { pageWidth } from '../../state/page-width';
import { durationText, type Instants, instantsOf, stepFor } from '../../state/range';
import { whileSeen } from '../../state/while-seen';
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
  metric: string;
  answer: HeatmapAnswer;
  instants: Instants;
  stepMs: number;
}

/** How many points had which value, window by window, from the sketches of the tiers. */
export function HeatmapPicture({ isLive }: { isLive: boolean }) {
  const width = pageWidth.value;
  const { metric, filters, source: chosen } = exploreState.value;
  const source = chosen === 'auto' ? undefined : chosen;
  const current = range.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [loader] = useState(() => new Loader<Shown>());
  const [cell, setCell] = useState<HeatCell | undefined>(undefined);
  const match = selectorOf(filters);
  const load = (): void => {
    const instants = instantsOf(current, nowMs());
    const stepMs = stepFor(instants, width, WINDOW_PIXELS);
    const request = { metric, match, source, ...instants, stepMs, rows: ROWS };
    void loader.load(async (abort) => {
      const answer = await fetchHeatmap(request, abort);
      return { metric, answer, instants, stepMs };
    });
  };
  useEffect(() => {
    load();
    let askedMs = steadyMs();
    const everyMs = Math.min(
      REFRESH_MS_MAX,
      Math.max(REFRESH_MS_MIN, stepFor(instantsOf(current, 0), width)),
    );
    const end = whileSeen(REFRESH_MS_MIN, () => {
      const { error, isLoading } = loader.state.value;
      const isDue = isLive && steadyMs() - askedMs >= everyMs;
      if (isLoading || !(isDue || error?.isTemporary === true)) return;
      askedMs = steadyMs();
      load();
    });
    return () => {
      end();
      loader.end();
    };
  }, [metric, match, source, current, width, isLive]);
  const { value, error, atMs } = loader.state.value;
  useEffect(() => {
    const box = canvas.current;
    if (value === undefined || box === null) return;
    const draw = (): void => drawHeatmap(frameOf(box, value), value.answer);
    draw();
    const resize = new ResizeObserver(draw);
    resize.observe(box);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      resize.disconnect();
      scheme.removeEventListener('change', draw);
    };
  }, [value]);
  const notice = error !== undefined && <ErrorNotice error={error} retry={load} staleMs={atMs} />;
  // The title is that of the metric that was chosen: another's picture doesn't stay under it.
  if (value?.metric !== metric) return notice || <Skeleton height={HEIGHT} />;
  if (value.answer.times.length === 0) {
    return (
      <>
        {notice}
        <EmptyState title="No points in this range">
          <p>A wider range, or fewer conditions, may show something.</p>
        </EmptyState>
      </>
    );
  }
  return (
    <>
      {notice}
      <canvas
        ref={canvas}
        class="heat"
        role="img"
        aria-label={`Heat map of the values of ${metric}`}
        style={{ height: `${HEIGHT}px` }}
        onMouseMove={({ currentTarget, offsetX, offsetY }) =>
          setCell(cellAt(frameOf(currentTarget, value), value.answer, offsetX, offsetY))
        }
        onMouseLeave={() => setCell(undefined)}
      />
      <div class="chart-foot">
        {cell === undefined ? (
          <HeatScale most={mostOf(value.answer)} step={durationText(value.stepMs)} />
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

const frameOf = (canvas: HTMLCanvasElement, { instants, stepMs }: Shown): HeatFrame => ({
  canvas,
  width: canvas.clientWidth,
  height: HEIGHT,
  ...instants,
  stepMs,
});

/** What the colours of a heat map mean. */
function HeatScale({ most, step }: { most: number; step: string }) {
  return (
    <span class="heat-scale">
      1
      {SCALE_PARTS.map((part) => (
        <i key={part} style={{ opacity: strengthOf(Math.expm1(part * Math.log1p(most)), most) }} />
      ))}
      {countText(most)} points in a window of {step}
    </span>
  );
}

const SCALE_PARTS = [0.1, 0.325, 0.55, 0.775, 1] as const;
