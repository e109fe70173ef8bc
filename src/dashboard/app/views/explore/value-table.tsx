import { useMemo, useState } from 'preact/hooks';
import type { ChartColumns } from '../../chart/line-chart';
import { countText, instantText, valueText } from '../../ui/format';
import { ScrollBox } from '../../ui/scroll-box';
import { csvOf, download } from './csv';

/** Height of a row, CSS pixels, as in table.css; and rows drawn above and below the part that is seen. */
const ROW_HEIGHT = 28;
const ROWS_AROUND = 10;
const BOX_HEIGHT = 560;

/** The chart's values as a table: sorted by any column, drawn only where it is seen. */
export function ValueTable({ columns, fileName }: { columns: ChartColumns; fileName: string }) {
  const [sort, setSort] = useState({ column: -1, isDown: true });
  const [top, setTop] = useState(0);
  const order = useMemo(() => sortedRows(columns, sort.column, sort.isDown), [columns, sort]);
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - ROWS_AROUND);
  const last = Math.min(order.length, first + Math.ceil(BOX_HEIGHT / ROW_HEIGHT) + 2 * ROWS_AROUND);
  const header = (name: string, column: number) => (
    <th
      key={column}
      class={column < 0 ? '' : 'number'}
      aria-sort={sort.column === column ? (sort.isDown ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        title={name}
        onClick={() => setSort({ column, isDown: sort.column === column ? !sort.isDown : true })}
      >
        {name}
        {sort.column === column && (sort.isDown ? ' ↓' : ' ↑')}
      </button>
    </th>
  );
  return (
    <>
      <div class="controls above">
        <span class="muted">{countText(order.length)} rows</span>
        <span class="spacer" />
        <button class="button" type="button" onClick={() => download(`${fileName}.csv`, csvOf(columns))}>
          Download CSV
        </button>
      </div>
      <ScrollBox label="Values" onScroll={setTop}>
        <table class="table">
          <thead>
            <tr>
              {header('time', -1)}
              {columns.series.map((series, i) => header(series.name, i))}
            </tr>
          </thead>
          <tbody>
            <Gap rows={first} />
            {order.slice(first, last).map((row) => (
              <tr key={row}>
                <td>{instantText(columns.times[row]!)}</td>
                {columns.series.map((series, i) => (
                  <td class="number" key={i}>
                    {valueText(series.values[row])}
                  </td>
                ))}
              </tr>
            ))}
            <Gap rows={order.length - last} />
          </tbody>
        </table>
      </ScrollBox>
    </>
  );
}

/** Room of rows that are not drawn. */
function Gap({ rows }: { rows: number }) {
  return rows > 0 ? <tr style={{ height: `${rows * ROW_HEIGHT}px` }} /> : null;
}

/** Rows in order: by time for column -1, else by a series' values with empty ones last. */
function sortedRows(columns: ChartColumns, column: number, isDown: boolean): number[] {
  const rows = columns.times.map((_, i) => i);
  if (column < 0) return isDown ? rows.reverse() : rows;
  const values = columns.series[column]!.values;
  const direction = isDown ? -1 : 1;
  return rows.sort((a, b) => {
    const left = values[a] ?? null;
    const right = values[b] ?? null;
    if (left === null || right === null) return left === right ? a - b : left === null ? 1 : -1;
    return (left - right) * direction;
  });
}
