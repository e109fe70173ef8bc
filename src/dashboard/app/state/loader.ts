import { type Signal, signal } from '@preact/signals';
import { ApiError } from '../api/client';
import { nowMs } from '../clock';

/** What is known of something that is fetched: the last good value stays while the next one is on its way. */
export interface Loaded<T> {
  value: T | undefined;
  error: ApiError | undefined;
  isLoading: boolean;
  /** When the value came, by the engine's clock; 0 while there is none. */
  atMs: number;
}

/** Fetches one thing again and again; a new request ends the one before. */
export class Loader<T> {
  readonly state: Signal<Loaded<T>> = signal({
    value: undefined,
    error: undefined,
    isLoading: false,
    atMs: 0,
  });
  #abort: AbortController | undefined;

  /** Runs a request; its answer, or its failure, becomes the state unless another request came meanwhile. */
  async load(request: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.state.value = { ...this.state.value, isLoading: true };
    try {
      const value = await request(abort.signal);
      if (abort.signal.aborted) return;
      this.state.value = { value, error: undefined, isLoading: false, atMs: nowMs() };
    } catch (error) {
      if (abort.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.state.value = { ...this.state.value, error, isLoading: false };
    }
  }

  /** Runs a request unless one is on its way: one that is asked for again and again must not be given up for the next. */
  refresh(request: (signal: AbortSignal) => Promise<T>): void {
    if (!this.state.value.isLoading) void this.load(request);
  }

  /** Changes the value that is there, as news of it come; nothing happens when the same value is answered. */
  amend(change: (value: T) => T): void {
    const { value } = this.state.value;
    if (value === undefined) return;
    const changed = change(value);
    if (changed !== value) this.state.value = { ...this.state.value, value: changed, atMs: nowMs() };
  }

  /** Shows a value that came before, until another one has come. */
  show(value: T, atMs: number): void {
    this.state.value = { ...this.state.value, value, error: undefined, atMs };
  }

  /** Gives up what is on its way: nobody will look at it. */
  end(): void {
    this.#abort?.abort();
    this.state.value = { ...this.state.value, isLoading: false };
  }
}
