import { valueText } from '../ui/format';
import { seriesColour, seriesDash } from './palette';
import { placeNear } from './runs';

interface LegendProps {
  series: readonly { name: string; values: readonly (number | null)[] }[];
  hidden?: ReadonlySet<number>;
  /** The place in the columns under the cursor; null: the newest values are shown. */
  hovered?: number | null;
  /** Hides a series or brings it back; without it the legend only tells. */
  onToggle?(index: number): void;
}

const lastValue = (values: readonly (number | null)[]): number | null =>
  values.findLast((value) => value !== null) ?? null;

/** The value of a line at a place. */
export function valueNear(values: readonly (number | null)[], place: number): number | null {
  const near = placeNear(values, place);
  return near === null ? null : (values[near] ?? null);
}

/** The series by name, colour and value. */
export function Legend({ series, hidden, hovered = null, onToggle }: LegendProps) {
  return (
    <ul class="legend" aria-label="Series">
      {series.map(({ name, values }, i) => {
        const entry = (
          <>
            <Swatch index={i} />
            <span class="name">{name}</span>
            <b>{valueText(hovered === null ? lastValue(values) : valueNear(values, hovered))}</b>
          </>
        );
        return (
          <li key={i} title={name}>
            {onToggle === undefined ? (
              <span class="entry">{entry}</span>
            ) : (
              <button class="entry" type="button" aria-pressed={!hidden?.has(i)} onClick={() => onToggle(i)}>
                {entry}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export function Swatch({ index }: { index: number }) {
  return (
    <svg class="swatch" viewBox="0 0 18 10" aria-hidden="true">
      <line
        x1="0"
        y1="5"
        x2="18"
        y2="5"
        stroke={seriesColour(index)}
        stroke-width="3"
        stroke-dasharray={seriesDash(index)?.join(' ')}
      />
    </svg>
  );
}
