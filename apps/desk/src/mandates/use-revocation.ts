import type { MandateRevocation, StoredMandate } from '../api/types.ts';
import { useChange } from '../api/use-change.ts';
import { toScope } from './mandate-facts.ts';
import type { ScopePart } from './mandate-facts.ts';
import { revokeMandate } from './mandates-api.ts';

export interface Revocation {
  mandate: StoredMandate;
  revocation: MandateRevocation;
}

/** Revokes a mandate at the desk. */
export function useRevocation(id: string, onDone: (done: Revocation) => void) {
  const { submit, busy, errorText } = useChange<{ scope?: ReturnType<typeof toScope> }, Revocation>({
    send: ({ scope }, key) => revokeMandate(id, scope, key),
  });
  const revoke = async (parts: readonly ScopePart[] | undefined) => {
    const done = await submit(parts ? { scope: toScope(parts) } : {});
    if (done) onDone(done);
  };
  return { revoke: (parts: readonly ScopePart[] | undefined) => void revoke(parts), busy, errorText };
}
