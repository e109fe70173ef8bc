import { signal } from '@preact/signals';
import { rangeOf, type TimeRange } from './range';
import { steady } from './steady';

/**
 * All view state is in the address: a reload, or the same link sent to a colleague, gives the same picture. `address` is
 * the page's own copy of it; whoever changes a parameter calls `go` or `amend`, and everything that shows it follows.
 */
export interface Address {
  path: string;
  parameters: URLSearchParams;
}

const read = (): Address => ({
  path: location.pathname,
  parameters: new URLSearchParams(location.search),
});

export const address = signal<Address>(read());

addEventListener('popstate', () => {
  address.value = read();
});

/** Parameters to change; an empty text or undefined takes one out, a list repeats it. */
export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

function changed(parameters: URLSearchParams, changes: Changes): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    if (value === undefined || value === '') continue;
    for (const each of typeof value === 'string' ? [value] : value) next.append(name, each);
  }
  return next;
}

export function addressText(path: string, parameters: URLSearchParams): string {
  const query = parameters.toString();
  return query === '' ? path : `${path}?${query}`;
}

/** Changes parameters and leaves a step in the history, so that Back undoes it. */
export function go(changes: Changes): void {
  write(changed(address.value.parameters, changes), true);
}

/** Changes parameters in place: for what follows from something else. */
export function amend(changes: Changes): void {
  write(changed(address.value.parameters, changes), false);
}

function write(parameters: URLSearchParams, isStep: boolean): void {
  const { path } = address.value;
  const text = addressText(path, parameters);
  if (text === location.pathname + location.search) return;
  if (isStep) history.pushState(null, '', text);
  else history.replaceState(null, '', text);
  address.value = { path, parameters };
}

/** What was last seen of each view that was left; `/` is the first view's other address. */
const left = new Map<string, URLSearchParams>();

const FIRST_VIEW = '/dashboard';
const viewPath = (path: string): string => path.replace(/\/$/, '') || FIRST_VIEW;

/** Parameters of the range, which comes along from view to view. */
const RANGE_NAMES = ['range', 'from', 'to'] as const;

/** The parameters of a view as it was left, with the range of now. */
export function leftAt(path: string): URLSearchParams {
  const parameters = new URLSearchParams(left.get(path));
  for (const name of RANGE_NAMES) {
    parameters.delete(name);
    const value = address.value.parameters.get(name);
    if (value !== null) parameters.set(name, value);
  }
  return parameters;
}

/** Goes to another view as it was left. */
export function visit(path: string): void {
  show(path, leftAt(path));
}

/** Goes to another view to see something else there. */
export function visitAnew(path: string, changes: Changes): void {
  left.delete(path);
  show(path, changed(leftAt(path), changes));
}

function show(path: string, parameters: URLSearchParams): void {
  left.set(viewPath(address.value.path), address.value.parameters);
  history.pushState(null, '', addressText(path, parameters));
  address.value = { path, parameters };
}

/** The range of the address. */
export const range = steady<TimeRange>(() => rangeOf(address.value.parameters));

export function goToRange(to: TimeRange): void {
  if (to.kind === 'last') go({ range: to.text, from: undefined, to: undefined });
  else go({ range: undefined, from: String(to.fromMs), to: String(to.toMs) });
}
