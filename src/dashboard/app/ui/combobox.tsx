import { useEffect, useId, useRef, useState } from 'preact/hooks';

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
}

/** How long typing has to rest before a search goes out, ms. */
const REST_MS = 80;

/** A text field that searches as one types (WAI-ARIA combobox with a list box). */
export function Combobox({ label, placeholder, value, search, onChoose, focusKey }: ComboboxProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState<string | undefined>(undefined);
  const [options, setOptions] = useState<readonly Option[]>([]);
  const [active, setActive] = useState(0);
  const [note, setNote] = useState('');
  const isOpen = text !== undefined;

  useEffect(() => {
    if (text === undefined) return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await search(text, abort.signal);
        setOptions(found);
        setActive(0);
        setNote(found.length === 0 ? 'Nothing matches.' : '');
      } catch (error) {
        if (!abort.signal.aborted) setNote(error instanceof Error ? error.message : String(error));
      }
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, search]);

  const close = (): void => {
    setText(undefined);
    setOptions([]);
  };
  const choose = (chosen: string): void => {
    close();
    onChoose(chosen);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen) setText('');
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((active + step + options.length) % Math.max(1, options.length));
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      const chosen = options[active];
      if (chosen !== undefined) choose(chosen.value);
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
          onInput={(event) => setText(event.currentTarget.value)}
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
