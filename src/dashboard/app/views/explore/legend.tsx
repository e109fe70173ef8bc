import { seriesColour, seriesDash } from '../../chart/palette';
import { valueText } from '../../ui/format';

interface LegendProps {
  series: readonly { name: string; values: readonly (number | null)[] }[];
  hidden: ReadonlySet<number>;
  /** The place in the columns under the cursor; null: the newest values are shown. */
  hovered: number | null;
  onToggle(index: number): void;
}

const lastValue = (values: readonly (number | null)[]): number | null =>
  values.findLast((value) => value !== null) ?? null;

/** The series by name, colour and value; a press hides one or brings it back. */
export function Legend({ series, hidden, hovered, onToggle }: LegendProps) {
  return (
    <ul class="legend" aria-label="Series">
      {series.map((each, i) => (
        <li key={each.name}>
          <button type="button" aria-pressed={!hidden.has(i)} title={each.name} onClick={() => onToggle(i)}>
            <svg class="swatch" viewBox="0 0 18 10" aria-hidden="true">
              <line
                x1="0"
                y1="5"
                x2="18"
                y2="5"
                stroke={seriesColour(i)}
                stroke-width="3"
                stroke-dasharray={seriesDash(i)?.join(' ')}
              />
            </svg>
            <span class="name">{each.name}</span>
            <b>{valueText(hovered === null ? lastValue(each.values) : each.values[hovered])}</b>
          </button>
        </li>
      ))}
    </ul>
  );
}
