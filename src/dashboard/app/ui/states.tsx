import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client';

/** What a place shows when there is nothing to show: why, and what to do. */
export function EmptyState({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A failed call; `retry` does it again. */
export function ErrorNotice({ error, retry }: { error: ApiError; retry(): void }) {
  return (
    <div class="notice" role="alert">
      {error.message} {error.near.length > 0 && <span>Similar names: {error.near.join(', ')}. </span>}
      <button class="button" type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** Keeps the room of what is on its way. */
export function Skeleton({ height }: { height: number }) {
  return (
    <div
      class="skeleton"
      style={{ height: `${height}px`, borderRadius: '8px' }}
      role="status"
      aria-label="Loading"
    />
  );
}
