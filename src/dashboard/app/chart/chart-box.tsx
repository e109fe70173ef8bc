import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type ChartColumns, type ChartOptions, type Hover, LineChart } from './line-chart';
import { Tooltip } from './tooltip';

interface ChartBoxProps extends ChartOptions {
  columns: ChartColumns;
  hidden: ReadonlySet<number>;
  /** What the chart shows, for those who don't see it. */
  label: string;
}

const NOTHING_HIDDEN: ReadonlySet<number> = new Set();

/** A LineChart in the page. */
export function ChartBox({ columns, hidden, label, ...options }: ChartBoxProps) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<LineChart | undefined>(undefined);
  const [hover, setHover] = useState<Hover | null>(null);
  const { onHover } = options;
  options.onHover = (next) => {
    setHover(next);
    onHover(next);
  };
  // Drawn with the frame that shows the box, not after it.
  useLayoutEffect(() => {
    chart.current = new LineChart(element.current!, options);
    return () => chart.current?.destroy();
  }, []);
  useLayoutEffect(() => {
    chart.current?.show(columns, options, hidden ?? NOTHING_HIDDEN);
  }, [columns, hidden, options.height, options.fromZero, options.fromMs, options.toMs]);
  return (
    <div class="plot-box">
      <div
        class="plot"
        ref={element}
        role="img"
        aria-label={label}
        style={{ minHeight: `${options.height}px` }}
      />
      {hover !== null && hover.index < columns.times.length && (
        <Tooltip
          columns={columns}
          hidden={hidden ?? NOTHING_HIDDEN}
          hover={hover}
          width={element.current?.clientWidth ?? 0}
        />
      )}
    </div>
  );
}
