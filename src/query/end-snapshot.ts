import type { LmdbSnapshot } from '../store/lmdb-store.js';

/**
 * Closes a snapshot for good. lmdb keeps a thread's read transaction until a turn of the event loop, and opens the next
 * snapshot on the same one: within a query that would show the same old moment again, and an idle thread would hold
 * back every page that was freed since. So the transaction is reset at once.
 */
export function endSnapshot(snapshot: LmdbSnapshot): void {
  snapshot.close();
  const { db } = snapshot as unknown as { db: { resetReadTxn(): void } };
  db.resetReadTxn();
}
