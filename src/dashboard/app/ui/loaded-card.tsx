import type { ComponentChildren } from 'preact';
import type { Polled } from '../state/use-polled';
import { ErrorNotice, Skeleton } from './states';

interface LoadedCardProps<T> {
  id: string;
  title: string;
  note: string;
  loaded: Polled<T>;
  /** The room that is kept while it is on its way, CSS pixels. */
  height: number;
  children(value: T): ComponentChildren;
}

/** A card of something that is fetched: its room while it is on its way, what failed, or what came. */
export function LoadedCard<T>({ id, title, note, loaded, height, children }: LoadedCardProps<T>) {
  const { value, error, atMs, load } = loaded;
  return (
    <section class="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <span class="muted">{note}</span>
      </header>
      {error !== undefined && <ErrorNotice error={error} retry={load} staleMs={atMs} />}
      {value === undefined ? error === undefined && <Skeleton height={height} /> : children(value)}
    </section>
  );
}
