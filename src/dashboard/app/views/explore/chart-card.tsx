import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { go, goToRange, range } from '../../state/address';
import type { Loaded } from '../../state/loader';
import { pageWidth } from '../../state/page-width';
import { between } from '../../state/range';
import { clockText } from '../../ui/format';
import { ErrorNotice, Skeleton } from '../../ui/states';
import { ChartFeed, type Shown } from './chart-feed';
import { exploreState, seriesQuestion } from './explore-signals';
import { HeatmapPicture } from './heatmap-picture';
import { CHART_HEIGHT, SeriesPicture } from './series-picture';
import { mergedText } from './series-source';

/** The picture of the metric, and what it was made from. */
export function ChartCard() {
  const { metric, picture, isPaused } = exploreState.value;
  const question = seriesQuestion.value;
  const current = range.value;
  const width = pageWidth.value;
  const [feed] = useState(() => new ChartFeed());
  const isLive = current.kind === 'last' && !isPaused;
  const isHeatmap = picture === 'heatmap';
  const load = (): void => feed.load(question, current, width);
  // The request goes out before the frame is painted: nothing on the screen can change it.
  useLayoutEffect(() => {
    if (isHeatmap) return;
    load();
    return feed.retry(question, current, width);
  }, [question, current, width, isHeatmap]);
  useLayoutEffect(() => {
    if (isHeatmap || !isLive) return;
    return feed.follow(question, current, width);
  }, [question, current, width, isHeatmap, isLive]);
  useEffect(() => () => feed.loader.end(), [feed]);
  const loaded = feed.loader.state.value;
  const shown = isHeatmap ? undefined : loaded.value;
  return (
    <section class="card" aria-labelledby="chart-title" aria-busy={!isHeatmap && loaded.isLoading}>
      <header>
        <h2 id="chart-title">{shown?.question.metric ?? metric}</h2>
        {isHeatmap && <span class="muted">all points of all its series that match</span>}
        {shown !== undefined && <MergedNote shown={shown} />}
        <span class="spacer" />
        <LiveMark isLive={isLive} loaded={loaded} slowedTo={feed.slowedTo.value} />
      </header>
      {!isHeatmap && loaded.error !== undefined && (
        <ErrorNotice
          error={loaded.error}
          retry={load}
          staleMs={shown === undefined ? 0 : loaded.atMs}
          onName={(name) => go({ metric: name })}
        />
      )}
      {isHeatmap ? (
        <HeatmapPicture isLive={isLive} />
      ) : shown !== undefined ? (
        <SeriesPicture shown={shown} onZoom={(fromMs, toMs) => goToRange(between(fromMs, toMs))} />
      ) : (
        loaded.error === undefined && <Skeleton height={CHART_HEIGHT} />
      )}
    </section>
  );
}

interface LiveMarkProps {
  isLive: boolean;
  loaded: Loaded<Shown>;
  /** Updates a second, where they are fewer than they might be. */
  slowedTo: number | undefined;
}

/** Whether the picture moves, and how often; while the engine is away, since when it doesn't. */
function LiveMark({ isLive, loaded: { error, atMs }, slowedTo }: LiveMarkProps) {
  if (error !== undefined) {
    return atMs === 0 ? null : <span class="mark stale">as of {clockText(atMs)}</span>;
  }
  if (!isLive) return <span class="mark">standing still</span>;
  return (
    <span class="mark live">{slowedTo === undefined ? 'live' : `live, ${slowedTo} updates a second`}</span>
  );
}

function MergedNote({ shown: { answer, question } }: { shown: Shown }) {
  const isMerged = question.groupBy.length === 0 && answer.series_selected > 1;
  return (
    <span class="muted">
      {mergedText(answer, question)}
      {isMerged && !question.isBands && ' – choose “Split by” to see them apart'}
    </span>
  );
}
