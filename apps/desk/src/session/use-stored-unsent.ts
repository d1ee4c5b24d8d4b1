import { useEffect, useState } from 'react';
import { canContact } from './device.ts';
import { useSignedIn } from './session.tsx';

/** What this browser stores of the operator while the page works in memory. */
export interface StoredUnsent extends Record<string, number> {
  acts: number;
  scans: number;
  /** Both. */
  count: number;
}

const NONE: StoredUnsent = { acts: 0, scans: 0, count: 0 };

/** Counts the unsent acts and scans of the operator that the page cannot open, because it has no data key. */
export function useStoredUnsent(): StoredUnsent {
  const { localStore, session } = useSignedIn();
  const owner = !localStore.isDurable && canContact(session) ? session.operator.name : undefined;
  const [found, setFound] = useState(NONE);
  useEffect(() => {
    if (owner === undefined) return undefined;
    let isMounted = true;
    countStored(owner).then(
      (counted) => isMounted && setFound(counted),
      // A browser that stores nothing has nothing.
      () => undefined,
    );
    return () => {
      isMounted = false;
    };
  }, [owner]);
  return owner === undefined ? NONE : found;
}

async function countStored(owner: string): Promise<StoredUnsent> {
  const { countUnsentRecords } = await import('../local-store/unsent-records.ts');
  const { openDatabase } = await import('../local-store/database.ts');
  const db = await openDatabase();
  const { acts, scans } = await countUnsentRecords(db, owner);
  db.close();
  return { acts, scans, count: acts + scans };
}
