import { useCallback } from 'preact/hooks';
import { labelNames } from '../../api/names';
import { amend, go } from '../../state/address';
import { Combobox } from '../../ui/combobox';
import { Segments } from '../../ui/segments';
import { exploreState } from './explore-signals';
import { AGGREGATIONS, type Picture, type Source, selectorOf } from './explore-state';

const PICTURE_NAMES: readonly { value: Picture; text: string; title: string }[] = [
  { value: 'lines', text: 'Lines', title: 'A line a group' },
  { value: 'bands', text: 'Percentiles', title: 'p50, p90 and p99 of all points' },
  { value: 'heatmap', text: 'Heat map', title: 'How many points have which value' },
  { value: 'table', text: 'Table', title: 'The numbers, to sort and to download' },
];

const SOURCE_NAMES: readonly { value: Source; text: string }[] = [
  { value: 'auto', text: 'auto' },
  { value: 'raw', text: 'raw' },
  { value: '1m', text: '1m' },
  { value: '5m', text: '5m' },
  { value: '1h', text: '1h' },
  { value: '1d', text: '1d' },
];

/** How the metric is aggregated, split and drawn. */
export function ChartControls() {
  const { metric, filters, aggregation, groupBy, source, picture, fromZero, isPaused, hasStatistics } =
    exploreState.value;
  const match = selectorOf(filters);
  const searchLabels = useCallback(
    async (text: string, signal: AbortSignal) => {
      const names = await labelNames({ metric, match, text }, signal);
      return names.filter(({ value }) => !groupBy.includes(value));
    },
    [metric, match, groupBy],
  );
  const hasLines = picture === 'lines' || picture === 'table';
  return (
    <div class="controls below">
      <Segments
        label="Picture"
        options={PICTURE_NAMES}
        value={picture}
        onChange={(value) => go({ view: value === 'lines' ? undefined : value })}
      />
      {hasLines && (
        <label class="labelled">
          <span>Aggregation</span>
          <select
            class="select"
            value={aggregation}
            onChange={(event) => {
              const { value } = event.currentTarget;
              go({ agg: value === 'mean' ? undefined : value });
            }}
          >
            {AGGREGATIONS.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {hasLines && (
        <Combobox
          label="Split by"
          placeholder="label…"
          value=""
          search={searchLabels}
          onChoose={(label) => go({ by: [...groupBy, label] })}
        />
      )}
      {hasLines && groupBy.length > 0 && (
        <div class="chips">
          {groupBy.map((label) => (
            <span class="chip" key={label}>
              by {label}
              <button
                type="button"
                aria-label={`Do not split by ${label}`}
                onClick={() => go({ by: groupBy.filter((each) => each !== label) })}
              >
                ×
              </button>
            </span>
          ))}
        </div>
      )}
      <div class="labelled">
        <span>Made from</span>
        <Segments
          label="Tier"
          options={SOURCE_NAMES}
          value={source}
          onChange={(value) => go({ source: value === 'auto' ? undefined : value })}
        />
      </div>
      <span class="spacer" />
      {(picture === 'lines' || picture === 'bands') && (
        <button
          class="button"
          type="button"
          aria-pressed={fromZero}
          onClick={() => amend({ zero: fromZero ? undefined : '1' })}
        >
          From zero
        </button>
      )}
      <button
        class="button"
        type="button"
        aria-pressed={hasStatistics}
        onClick={() => go({ stats: hasStatistics ? undefined : '1' })}
      >
        Statistics
      </button>
      <button
        class="button"
        type="button"
        aria-pressed={isPaused}
        onClick={() => amend({ paused: isPaused ? undefined : '1' })}
      >
        {isPaused ? 'Go on' : 'Pause'}
      </button>
    </div>
  );
}
