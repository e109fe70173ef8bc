import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client';
import { clockText } from './format';

/** What a place shows when there is nothing to show: why, and what to do. */
export function EmptyState({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

interface ErrorNoticeProps {
  error: ApiError;
  /** Does the call again. */
  retry(): void;
  /** When what is still shown came, ms; 0 where nothing is. */
  staleMs?: number;
  /** Takes a name that is like the one asked for. */
  onName?(name: string): void;
}

/** A failed call: what happened, what is shown meanwhile, what to do. */
export function ErrorNotice({ error, retry, staleMs = 0, onName }: ErrorNoticeProps) {
  return (
    <div class="notice" role="alert">
      <span>
        {error.message}
        {error.isTemporary && ' It is asked again every few seconds.'}
        {staleMs > 0 && ` Shown is what was known at ${clockText(staleMs)}.`}
      </span>
      {error.near.length > 0 && onName !== undefined && (
        <span>
          Show instead:
          {error.near.map((name) => (
            <button key={name} class="link" type="button" onClick={() => onName(name)}>
              {name}
            </button>
          ))}
        </span>
      )}
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
