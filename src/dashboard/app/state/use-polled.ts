import { useEffect, useState } from 'preact/hooks';
import { steadyMs } from '../clock';
import { type Loaded, Loader } from './loader';
import { whileSeen } from './while-seen';

/** How soon what could not be had is asked for again, ms. */
const RETRY_MS = 3_000;

export interface Polled<T> extends Loaded<T> {
  /** Asks now. */
  load(): void;
}

/** Something that is asked for again and again while it is shown and seen; each question waits for the one before. */
export function usePolled<T>(everyMs: number, request: (signal: AbortSignal) => Promise<T>): Polled<T> {
  const [loader] = useState(() => new Loader<T>());
  const load = (): void => loader.refresh(request);
  useEffect(() => {
    let askedMs = steadyMs();
    load();
    const end = whileSeen(Math.min(everyMs, RETRY_MS), () => {
      if (loader.state.value.error === undefined && steadyMs() - askedMs < everyMs) return;
      askedMs = steadyMs();
      load();
    });
    return () => {
      end();
      loader.end();
    };
  }, []);
  return { ...loader.state.value, load };
}
