import { useCallback, useState } from 'preact/hooks';
import { labelNames, labelValues } from '../../api/names';
import { go } from '../../state/address';
import { Combobox } from '../../ui/combobox';
import { exploreState } from './explore-signals';
import { type Filter, filterText, selectorOf } from './explore-state';

const OPS: readonly Filter['op'][] = ['=', '!=', '=~', '!~'];
const OP_WORDS: Readonly<Record<Filter['op'], string>> = {
  '=': 'is',
  '!=': 'is not',
  '=~': 'matches',
  '!~': 'does not match',
};

const write = (filters: readonly Filter[]): void => go({ filter: filters.map(filterText) });

/** The conditions on labels: those that hold as chips, and a row to add one. */
export function FilterEditor() {
  const { metric, filters } = exploreState.value;
  const [label, setLabel] = useState('');
  const [op, setOp] = useState<Filter['op']>('=');
  const match = selectorOf(filters);
  const searchLabels = useCallback(
    (text: string, signal: AbortSignal) => labelNames({ metric, match, text }, signal),
    [metric, match],
  );
  const searchValues = useCallback(
    async (text: string, signal: AbortSignal) => {
      const found = await labelValues(label, { metric, match, text }, signal);
      // An expression is what is typed, not one of the values.
      const isPattern = op === '=~' || op === '!~';
      return isPattern && text !== '' ? [{ value: text, note: 'this expression' }, ...found] : found;
    },
    [label, metric, match, op],
  );
  const add = (value: string): void => {
    const added = { label, op, value };
    write([...filters.filter((each) => filterText(each) !== filterText(added)), added]);
    setLabel('');
    setOp('=');
  };
  return (
    <div class="controls">
      <Combobox
        label="Filter by label"
        placeholder="label…"
        value={label}
        search={searchLabels}
        onChoose={setLabel}
      />
      {label !== '' && (
        <>
          <label class="labelled">
            <span>Condition</span>
            <select class="select" value={op} onChange={(e) => setOp(e.currentTarget.value as Filter['op'])}>
              {OPS.map((each) => (
                <option key={each} value={each}>
                  {OP_WORDS[each]}
                </option>
              ))}
            </select>
          </label>
          <Combobox
            label="Value"
            placeholder="value…"
            value=""
            search={searchValues}
            onChoose={add}
            takesFocus
          />
        </>
      )}
      {filters.length > 0 && (
        <div class="chips">
          {filters.map((filter, i) => (
            <span class="chip" key={i}>
              {filter.label} {OP_WORDS[filter.op]} {filter.value === '' ? '(empty)' : filter.value}
              <button
                type="button"
                aria-label={`Remove the condition ${filterText(filter)}`}
                onClick={() => write(filters.filter((_, at) => at !== i))}
              >
                ×
              </button>
            </span>
          ))}
        </div>
      )}
    </div>
  );
}
