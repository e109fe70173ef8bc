import { useEffect } from 'preact/hooks';
import { nowMs } from './clock';
import { address, addressText, goToRange, leftAt, range, visit } from './state/address';
import { bindKeys } from './state/keys';
import { scaled, shifted } from './state/range';
import { HelpDialog, isHelpOpen } from './ui/help-dialog';
import { RangePicker } from './ui/range-picker';
import { VIEWS, viewAt } from './views/views';

const SHARED_KEYS = [
  { key: '?', label: '?', help: 'This help', run: () => (isHelpOpen.value = true) },
  {
    key: '/',
    label: '/',
    help: 'Search',
    run: () => document.querySelector<HTMLElement>('[data-focus-key="/"]')?.focus(),
  },
  {
    key: 'ArrowLeft',
    label: '←',
    help: 'Earlier, by half the range',
    run: () => goToRange(shifted(range.value, -0.5, nowMs())),
  },
  {
    key: 'ArrowRight',
    label: '→',
    help: 'Later, by half the range',
    run: () => goToRange(shifted(range.value, 0.5, nowMs())),
  },
  { key: 'ArrowUp', label: '↑', help: 'Zoom in', run: () => goToRange(scaled(range.value, 0.5, nowMs())) },
  { key: 'ArrowDown', label: '↓', help: 'Zoom out', run: () => goToRange(scaled(range.value, 2, nowMs())) },
];

/** The frame of all views: navigation, range, help. */
export function App() {
  const { path, parameters } = address.value;
  const view = viewAt(path);
  useEffect(() => bindKeys(SHARED_KEYS), []);
  useEffect(() => {
    document.title = `${view.name} · Millrace`;
  }, [view]);
  const Component = view.component;
  return (
    <>
      <header class="bar">
        <h1 class="brand">Millrace</h1>
        <nav class="tabs" aria-label="Views">
          {VIEWS.map((each) => (
            <a
              key={each.path}
              href={addressText(each.path, each === view ? parameters : leftAt(each.path))}
              aria-current={each === view ? 'page' : undefined}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                if (each !== view) visit(each.path);
              }}
            >
              {each.name}
            </a>
          ))}
        </nav>
        <span class="spacer" />
        {view.hasRange && <RangePicker />}
        <button
          class="button plain"
          type="button"
          aria-label="Keys and help"
          onClick={() => (isHelpOpen.value = true)}
        >
          ?
        </button>
      </header>
      <main class="page">
        <Component />
      </main>
      <HelpDialog />
    </>
  );
}
