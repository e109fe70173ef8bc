import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { nowMs } from '../clock';
import { goToRange, range } from '../state/address';
import { between, durationMs, instantsOf, PRESETS, type TimeRange } from '../state/range';
import { instantText } from './format';
import { Segments } from './segments';

const rangeText = (of: TimeRange): string =>
  of.kind === 'last' ? `last ${of.text}` : `${instantText(of.fromMs)} – ${instantText(of.toMs)}`;

/** An instant as `datetime-local` has it: local time, to the second. */
function fieldTime(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 19);
}

/** Presets, and a popover for any other range. */
export function RangePicker() {
  const [isOpen, setOpen] = useState(false);
  const current = range.value;
  const preset = current.kind === 'last' ? current.text : '';
  const button = useRef<HTMLButtonElement>(null);
  const close = useCallback((): void => {
    setOpen(false);
    button.current?.focus();
  }, []);
  return (
    <div class="anchor controls">
      <Segments
        label="Time range"
        options={PRESETS.map((text) => ({ value: text as string, text }))}
        value={preset}
        onChange={(text) => goToRange({ kind: 'last', text })}
      />
      <button
        ref={button}
        class="button"
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {current.kind === 'last' && PRESETS.includes(current.text as never) ? 'Custom…' : rangeText(current)}
      </button>
      {isOpen && <CustomRange onDone={close} />}
    </div>
  );
}

function CustomRange({ onDone }: { onDone(): void }) {
  const box = useRef<HTMLFormElement>(null);
  const shown = instantsOf(range.value, nowMs());
  const [from, setFrom] = useState(fieldTime(shown.fromMs));
  const [to, setTo] = useState(fieldTime(shown.toMs));
  const [last, setLast] = useState('');
  const [fault, setFault] = useState('');
  useEffect(() => {
    box.current?.querySelector('input')?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onDone();
    };
    const onPress = (event: Event): void => {
      if (!box.current?.parentElement?.contains(event.target as Node)) onDone();
    };
    addEventListener('keydown', onKey);
    addEventListener('pointerdown', onPress);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('pointerdown', onPress);
    };
  }, [onDone]);
  const apply = (event: Event): void => {
    event.preventDefault();
    if (last !== '') {
      if (durationMs(last) === undefined) return setFault('Write a length such as 90s, 15m, 6h, 3d or 2w.');
      goToRange({ kind: 'last', text: last });
      return onDone();
    }
    const fromMs = new Date(from).getTime();
    const toMs = new Date(to).getTime();
    if (!(fromMs < toMs)) return setFault('Give a start and an end; the start must lie before the end.');
    goToRange(between(fromMs, toMs));
    onDone();
  };
  return (
    <form class="popover form" ref={box} onSubmit={apply}>
      <label class="labelled">
        <span>Last</span>
        <input
          class="field"
          value={last}
          placeholder="6h"
          onInput={(event) => setLast(event.currentTarget.value.trim())}
        />
      </label>
      <p class="muted">or between</p>
      <InstantField label="From" value={from} onInput={setFrom} />
      <InstantField label="To" value={to} onInput={setTo} />
      {fault !== '' && (
        <p class="notice" role="alert">
          {fault}
        </p>
      )}
      <div class="controls">
        <button class="button primary" type="submit">
          Show
        </button>
        <button class="button" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

interface InstantFieldProps {
  label: string;
  value: string;
  onInput(value: string): void;
}

/** A local time, to the second. */
function InstantField({ label, value, onInput }: InstantFieldProps) {
  return (
    <label class="labelled">
      <span>{label}</span>
      <input
        class="field"
        type="datetime-local"
        step={1}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
