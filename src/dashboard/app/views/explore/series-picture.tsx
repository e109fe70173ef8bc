import { useMemo, useState } from 'preact/hooks';
import { ChartBox } from '../../chart/chart-box';
import { Legend } from '../../chart/legend';
import type { ChartColumns } from '../../chart/line-chart';
import { go } from '../../state/address';
import { durationText, type Instants } from '../../state/range';
import { instantText } from '../../ui/format';
import { EmptyState } from '../../ui/states';
import { anomalyMarks, withMarks } from './anomaly-marks';
import type { Shown } from './chart-feed';
import { ChartFoot } from './chart-foot';
import { exploreState } from './explore-signals';
import type { SeriesQuestion } from './series-question';
import { columnsOf, mergedText } from './series-source';
import { ValueTable } from './value-table';

export const CHART_HEIGHT = 340;

interface SeriesPictureProps {
  shown: Shown;
  /** A range was dragged over. */
  onZoom(fromMs: number, toMs: number): void;
}

/** Lines, bands or a table of one answer. */
export function SeriesPicture({ shown, onZoom }: SeriesPictureProps) {
  const { answer, question, stepMs } = shown;
  const { picture, fromZero } = exploreState.value;
  const anomalies = anomalyMarks.value;
  const [hovered, setHovered] = useState<number | null>(null);
  const columns = useMemo(
    () => withMarks(columnsOf(answer, question), anomalies, stepMs),
    [answer, question, anomalies, stepMs],
  );
  const [hidden, toggle] = useHidden(columns, question);
  if (!hasValues(columns)) return <NoData instants={shown} />;
  if (picture === 'table') return <ValueTable columns={columns} fileName={question.metric} />;
  return (
    <>
      <ChartBox
        columns={columns}
        hidden={hidden}
        height={CHART_HEIGHT}
        fromZero={fromZero}
        fromMs={shown.fromMs}
        toMs={shown.toMs}
        onZoom={onZoom}
        onHover={(hover) => setHovered(hover?.index ?? null)}
        label={`${question.metric}, ${mergedText(answer, question)}`}
      />
      <Legend series={columns.series} hidden={hidden} hovered={hovered} onToggle={toggle} />
      <ChartFoot
        answer={answer}
        isChosen={question.source !== undefined}
        step={durationText(stepMs)}
        hoveredMs={hovered === null ? undefined : columns.times[hovered]}
      />
    </>
  );
}

const hasValues = ({ series }: ChartColumns): boolean =>
  series.some(({ values }) => values.some((value) => value !== null));

/** The places of the series that are hidden by hand, and what hides one or brings it back: by name, for as long as the question is the same. */
function useHidden(
  { series }: ChartColumns,
  question: SeriesQuestion,
): [ReadonlySet<number>, (index: number) => void] {
  const [state, setState] = useState({ question, names: NOTHING });
  const names = state.question === question ? state.names : NOTHING;
  const hidden = useMemo(
    () => new Set(series.flatMap(({ name }, i) => (names.has(name) ? [i] : []))),
    [series, names],
  );
  const toggle = (index: number): void => {
    const next = new Set(names);
    const { name } = series[index]!;
    if (!next.delete(name)) next.add(name);
    setState({ question, names: next });
  };
  return [hidden, toggle];
}

const NOTHING: ReadonlySet<string> = new Set();

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
