import type { SeriesAnswer } from '../../api/series';
import { countText, instantText, millisecondsText } from '../../ui/format';

const SOURCE_TEXTS: Readonly<Record<string, string>> = {
  metrics: 'raw points',
  metrics_1min: '1m cells',
  metrics_5min: '5m cells',
  metrics_1hour: '1h cells',
  metrics_daily: '1d cells',
};

interface ChartFootProps {
  answer: SeriesAnswer;
  /** Whether the tier was chosen by hand. */
  isChosen: boolean;
  step: string;
  hoveredMs: number | undefined;
}

/** What the picture was made from, and what it cost. */
export function ChartFoot({ answer, isChosen, step, hoveredMs }: ChartFootProps) {
  const { trace } = answer;
  const how = isChosen ? 'as chosen' : 'auto';
  return (
    <div class="chart-foot">
      {hoveredMs !== undefined && <b>{instantText(hoveredMs)}</b>}
      <span>
        from {SOURCE_TEXTS[answer.data_source] ?? answer.data_source} · {how}
      </span>
      <span>a value each {step}</span>
      <span>{countText(answer.times.length)} windows</span>
      {trace !== undefined && (
        <>
          <span>
            {countText(trace.points)} points{trace.cells > 0 && ` and ${countText(trace.cells)} cells`} read
          </span>
          <span>
            plan {millisecondsText(trace.plan_ms)}, scan {millisecondsText(trace.scan_ms)}, merge{' '}
            {millisecondsText(trace.merge_ms)}, encode {millisecondsText(trace.encode_ms)}
          </span>
        </>
      )}
    </div>
  );
}
