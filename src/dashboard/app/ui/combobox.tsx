import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Option {
  value: string;
  /** What stands behind it, such as a count. */
  note?: string;
}

interface ComboboxProps {
  label: string;
  placeholder: string;
  value: string;
  /** Finds options for what is typed; the server searches, so a list of thousands never comes here. */
  search(text: string, signal: AbortSignal): Promise<readonly Option[]>;
  onChoose(value: string): void;
  /** Lets `/` put the cursor here. */
  focusKey?: string;
  /** Whether it takes the focus when it appears: what was done before leads here. */
  takesFocus?: boolean;
}

/** Options that are asked for: more than these nobody reads, and a longer text finds the others. */
export const OPTIONS_MAX = 50;

/** How long typing has to rest before a search goes out, ms. */
const REST_MS = 80;

/** A text field that searches as one types (WAI-ARIA combobox with a list box). */
export function Combobox(props: ComboboxProps) {
  const { label, placeholder, value, search, onChoose, focusKey, takesFocus } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState<string | undefined>(undefined);
  const [found, setFound] = useState<Found>(NOTHING);
  const [active, setActive] = useState(0);
  /** Whether Enter was pressed before the options for the text were there. */
  const isHurried = useRef(false);
  const isOpen = text !== undefined;
  const { options, note } = found;

  const close = (): void => {
    setText(undefined);
    setFound(NOTHING);
    isHurried.current = false;
  };
  const choose = (chosen: string): void => {
    close();
    onChoose(chosen);
  };
  useEffect(() => {
    if (text === undefined) return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const next = await find(search, text, abort.signal);
      if (abort.signal.aborted) return;
      const first = next.options[0];
      if (isHurried.current && first !== undefined) return choose(first.value);
      setFound(next);
      setActive(0);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, search]);
  useEffect(() => {
    if (takesFocus) input.current?.focus();
  }, []);
  useLayoutEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, options]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen) setText('');
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((active + step + options.length) % Math.max(1, options.length));
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      const chosen = options[active];
      if (found.text !== text) isHurried.current = true;
      else if (chosen !== undefined) choose(chosen.value);
    } else if (event.key === 'Escape') {
      close();
      input.current?.blur();
    }
  };
  return (
    <div class="labelled combo-label">
      <span id={`${id}-label`}>{label}</span>
      <div class="combo">
        <input
          ref={input}
          class="field"
          role="combobox"
          aria-labelledby={`${id}-label`}
          aria-expanded={isOpen}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && options.length > 0 ? `${id}-${active}` : undefined}
          autocomplete="off"
          spellcheck={false}
          placeholder={placeholder}
          data-focus-key={focusKey}
          value={text ?? value}
          onFocus={(event) => {
            setText('');
            event.currentTarget.select();
          }}
          onInput={(event) => {
            isHurried.current = false;
            setText(event.currentTarget.value);
          }}
          onBlur={close}
          onKeyDown={onKeyDown}
        />
        {isOpen && (
          <div class="options" id={`${id}-list`} role="listbox" tabIndex={-1} aria-labelledby={`${id}-label`}>
            {options.map((option, i) => (
              <div
                key={option.value}
                id={`${id}-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === active}
                // The field would lose its focus, and with it this list, before a click came.
                onMouseDown={(event) => {
                  event.preventDefault();
                  choose(option.value);
                }}
                onMouseEnter={() => setActive(i)}
              >
                {option.value} {option.note !== undefined && <span class="muted">{option.note}</span>}
              </div>
            ))}
            {note !== '' && (
              <div class="hint" role="option" tabIndex={-1} aria-selected={false} aria-disabled>
                {note}
              </div>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

/** What was found for a text, and what is to say of it. */
interface Found {
  text: string | undefined;
  options: readonly Option[];
  note: string;
}

const NOTHING: Found = { text: undefined, options: [], note: '' };

async function find(search: ComboboxProps['search'], text: string, signal: AbortSignal): Promise<Found> {
  try {
    const options = await search(text, signal);
    if (options.length === 0) return { text, options, note: 'Nothing matches.' };
    const isPart = options.length >= OPTIONS_MAX;
    return { text, options, note: isPart ? `The first ${OPTIONS_MAX}. Type to find others.` : '' };
  } catch (error) {
    return { text, options: [], note: error instanceof Error ? error.message : String(error) };
  }
}
