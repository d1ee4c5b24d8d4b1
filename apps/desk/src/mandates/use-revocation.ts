import { useRef, useState } from 'react';
import { REASON_TEXTS } from '@cups/application/texts';
import { ApiError, isTransient } from '../api/client.ts';
import type { MandateRevocation, StoredMandate } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { SESSION } from '../texts/session.ts';
import { toScope } from './mandate-facts.ts';
import type { ScopePart } from './mandate-facts.ts';
import { revokeMandate } from './mandates-api.ts';

export interface Revocation {
  mandate: StoredMandate;
  revocation: MandateRevocation;
}

/** Revokes a mandate at the desk. A repeat after a lost response has the same key, and revokes once. */
export function useRevocation(id: string, onDone: (done: Revocation) => void) {
  const { t } = useLanguage();
  const [errorText, setErrorText] = useState('');
  const last = useRef({ scope: '', key: '' });
  const [run, busy] = useSingleFlight(async (parts: readonly ScopePart[] | undefined) => {
    const scope = parts && toScope(parts);
    const serialized = JSON.stringify(scope ?? 'all');
    if (last.current.scope !== serialized) last.current = { scope: serialized, key: crypto.randomUUID() };
    setErrorText('');
    try {
      onDone(await revokeMandate(id, scope, last.current.key));
      last.current = { scope: '', key: '' };
    } catch (error) {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      if (!isTransient(error)) last.current = { scope: '', key: '' };
      setErrorText(t(error instanceof ApiError ? REASON_TEXTS[error.reason] : SESSION.silent));
    }
  });
  return { revoke: (parts: readonly ScopePart[] | undefined) => void run(parts), busy, errorText };
}
