import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { followWindows, type LiveWindow } from '../../api/live-windows';
import type { SeriesAnswer } from '../../api/series';
import { ChartBox } from '../../chart/chart-box';
import { nowMs } from '../../clock';
import { go, goToRange, range } from '../../state/address';
import { Loader } from '../../state/loader';
import { durationText, type Instants, instantsOf, stepFor } from '../../state/range';
import { instantText } from '../../ui/format';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/states';
import { anomalyMarks, withMarks } from './anomaly-marks';
import { ChartFoot } from './chart-foot';
import { type ExploreState, exploreState, selectorOf } from './explore-state';
import { HeatmapPicture } from './heatmap-picture';
import { Legend } from './legend';
import { canFollow, mergeWindow } from './live-merge';
import { aggregationsOf, columnsOf, mergedText, requestSeries } from './series-source';
import { useWidth } from './use-width';
import { ValueTable } from './value-table';

const CHART_HEIGHT = 340;

/** How often a live chart is asked for anew, ms: each window's length, within these bounds; seldom while windows are pushed. */
const REFRESH_MS_MIN = 1_000;
const REFRESH_MS_MAX = 60_000;
const REFRESH_FOLLOWED_MS = 30_000;

interface Shown {
  answer: SeriesAnswer;
  /** What was asked: the answer is shown as that, also while the next one is on its way. */
  state: ExploreState;
  instants: Instants;
  stepMs: number;
}

/** The picture of the metric, and what it was made from. */
export function ChartCard() {
  const state = exploreState.value;
  const current = range.value;
  const [box, width] = useWidth();
  const [loader] = useState(() => new Loader<Shown>());
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [hovered, setHovered] = useState<number | null>(null);
  const isLive = current.kind === 'last' && !state.isPaused;
  const load = (): number => {
    const instants = instantsOf(current, nowMs());
    const stepMs = stepFor(instants, width);
    void loader.load(async (abort) => ({
      answer: await requestSeries(state, instants, stepMs, abort),
      state,
      instants,
      stepMs,
    }));
    return stepMs;
  };
  const subject = JSON.stringify([state.metric, state.filters, state.groupBy, state.picture]);
  const drawn = useRef(subject);
  // The request goes out before the frame is painted: nothing on the screen can change it.
  useLayoutEffect(() => {
    if (drawn.current !== subject) setHidden(new Set());
    drawn.current = subject;
    if (width === 0 || state.picture === 'heatmap') return;
    const stepMs = load();
    if (!isLive) return;
    const follows = canFollow(aggregationsOf(state), stepMs);
    const everyMs = follows
      ? REFRESH_FOLLOWED_MS
      : Math.min(REFRESH_MS_MAX, Math.max(REFRESH_MS_MIN, stepMs));
    const timer = setInterval(() => {
      if (!document.hidden) load();
    }, everyMs);
    const leave = follows ? follow(loader, state, stepMs, load) : undefined;
    return () => {
      clearInterval(timer);
      leave?.();
    };
  }, [state, current, width, isLive]);
  const { value, error, isLoading } = loader.state.value;
  const isHeatmap = state.picture === 'heatmap';
  const shown = isHeatmap ? undefined : value;
  return (
    <section class="card" aria-labelledby="chart-title" aria-busy={isLoading}>
      <header>
        <h2 id="chart-title">{(shown?.state ?? state).metric}</h2>
        {shown !== undefined && <span class="muted">{mergedText(shown.answer, shown.state)}</span>}
        {shown !== undefined && shown.state.groupBy.length === 0 && shown.answer.series_selected > 1 && (
          <span class="muted">– choose “Split by” to see them apart</span>
        )}
        <span class="spacer" />
        <span class="muted">{isLive ? 'live' : 'standing still'}</span>
      </header>
      {error !== undefined && <ErrorNotice error={error} retry={load} />}
      <div ref={box}>
        {isHeatmap ? (
          <HeatmapPicture width={width} isLive={isLive} />
        ) : shown === undefined ? (
          error === undefined && <Skeleton height={CHART_HEIGHT} />
        ) : (
          <Picture
            shown={shown}
            hidden={hidden}
            hovered={hovered}
            onHover={setHovered}
            onToggle={(i) => setHidden(toggled(hidden, i))}
          />
        )}
      </div>
    </section>
  );
}

/** Lets pushed windows into the chart, at most once a frame. When the connection is lost, or back, all is asked for anew. */
function follow(loader: Loader<Shown>, state: ExploreState, stepMs: number, load: () => void): () => void {
  let waiting: LiveWindow[] = [];
  let frame = 0;
  let changes = 0;
  const draw = (): void => {
    frame = 0;
    const windows = waiting;
    waiting = [];
    loader.amend(({ answer, instants }) => {
      const toMs = nowMs();
      const fromMs = toMs - (instants.toMs - instants.fromMs);
      const merged = windows.reduce((all, window) => mergeWindow(all, window, fromMs - stepMs), answer);
      return { answer: merged, state, instants: { fromMs, toMs }, stepMs };
    });
  };
  const subscription = {
    metric: state.metric,
    match: selectorOf(state.filters),
    window: durationText(stepMs),
    stats: aggregationsOf(state),
    group_by: state.picture === 'bands' ? [] : state.groupBy,
  };
  const leave = followWindows(
    subscription,
    (window) => {
      waiting.push(window);
      if (!document.hidden) frame ||= requestAnimationFrame(draw);
    },
    () => {
      if (changes++ > 0) load();
    },
  );
  return () => {
    cancelAnimationFrame(frame);
    leave();
  };
}

function toggled(set: ReadonlySet<number>, index: number): ReadonlySet<number> {
  const next = new Set(set);
  if (!next.delete(index)) next.add(index);
  return next;
}

interface PictureProps {
  shown: Shown;
  hidden: ReadonlySet<number>;
  hovered: number | null;
  onHover(index: number | null): void;
  onToggle(index: number): void;
}

function Picture({ shown, hidden, hovered, onHover, onToggle }: PictureProps) {
  const { answer, state, instants, stepMs } = shown;
  const anomalies = anomalyMarks.value;
  const columns = useMemo(() => withMarks(columnsOf(answer, state), anomalies), [answer, state, anomalies]);
  if (columns.times.length === 0) return <NoData instants={instants} />;
  if (state.picture === 'table') return <ValueTable columns={columns} fileName={state.metric} />;
  return (
    <>
      <ChartBox
        columns={columns}
        hidden={hidden}
        height={CHART_HEIGHT}
        fromZero={exploreState.value.fromZero}
        fromMs={instants.fromMs}
        toMs={instants.toMs}
        onZoom={(fromMs, toMs) => goToRange({ kind: 'between', fromMs, toMs })}
        onHover={onHover}
        label={`${state.metric}, ${mergedText(answer, state)}`}
      />
      <Legend series={columns.series} hidden={hidden} hovered={hovered} onToggle={onToggle} />
      <ChartFoot
        answer={answer}
        step={durationText(stepMs)}
        hoveredMs={hovered === null ? undefined : columns.times[hovered]}
      />
    </>
  );
}

function NoData({ instants }: { instants: Instants }) {
  return (
    <EmptyState title="No points in this range">
      <p>
        Nothing between {instantText(instants.fromMs)} and {instantText(instants.toMs)} matches. A wider
        range, or fewer conditions, may show something.
      </p>
      <button
        class="button"
        type="button"
        onClick={() => go({ range: '7d', from: undefined, to: undefined })}
      >
        Show seven days
      </button>
    </EmptyState>
  );
}
