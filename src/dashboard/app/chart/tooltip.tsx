import { instantText, valueText } from '../ui/format';
import { Swatch, valueNear } from './legend';
import type { ChartColumns, Hover } from './line-chart';

/** Lines that are told at the cursor: more would hide the chart, and the legend has them all. */
const LINES_TOLD = 8;

interface TooltipProps {
  columns: ChartColumns;
  hidden: ReadonlySet<number>;
  hover: Hover;
  /** The width of the chart, CSS pixels: the text stands on the side where there is more room. */
  width: number;
}

/** The values at the cursor: those that are nearest to it, from the highest down, as their lines lie. */
export function Tooltip({ columns: { times, series }, hidden, hover, width }: TooltipProps) {
  const shown = series.flatMap(({ name, values }, index) => {
    const value = hidden.has(index) ? null : valueNear(values, hover.index);
    return value === null ? [] : [{ name, index, value }];
  });
  if (shown.length === 0) return null;
  const distanceOf = ({ value }: { value: number }): number => Math.abs(value - hover.value);
  const told = [...shown]
    .sort((a, b) => distanceOf(a) - distanceOf(b))
    .slice(0, LINES_TOLD)
    .sort((a, b) => b.value - a.value);
  const isLeft = hover.left > width / 2;
  const style = isLeft ? { right: `${width - hover.left + 12}px` } : { left: `${hover.left + 12}px` };
  // Those who don't see the cursor have the table, which has every value.
  return (
    <div class="tooltip" style={style} aria-hidden="true">
      <b>{instantText(times[hover.index]!)}</b>
      {told.map(({ name, index, value }) => (
        <div key={index} class="entry">
          <Swatch index={index} />
          <span class="name">{name}</span>
          <b>{valueText(value)}</b>
        </div>
      ))}
      {shown.length > told.length && (
        <span class="muted">
          the nearest {told.length} of {shown.length}
        </span>
      )}
    </div>
  );
}
