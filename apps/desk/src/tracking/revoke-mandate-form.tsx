import { useRef, useState } from 'react';
import type { MandateRevocation, TrackedMandate } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { RevokeParts } from '../mandates/revoke-parts.tsx';
import { heldTitles, scopeParts, toScope } from '../mandates/mandate-facts.ts';
import type { ScopePart } from '../mandates/mandate-facts.ts';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { MANDATE_TRACKING } from '../texts/mandate-tracking.ts';
import { revokeMandate, trackMandate } from './track-mandate.ts';
import type { RevocationOutcome } from './track-mandate.ts';
import { TrackingAlerts } from './tracking-alerts.tsx';
import styles from './tracking.module.css';

interface RevokeMandateFormProps {
  code: string;
  mandate: TrackedMandate;
  /** The new state, after a revocation or after the platform refused one. */
  onChange: (mandate: TrackedMandate, revocation?: MandateRevocation) => void;
}

/** Revokes a mandate, or parts of it, by its code. */
export function RevokeMandateForm({ code, mandate, onChange }: RevokeMandateFormProps) {
  const { t } = useLanguage();
  const [outcome, setOutcome] = useState<RevocationOutcome>();
  // A repeat after a lost response has the same key, and revokes once.
  const last = useRef({ scope: '', key: '' });
  const parts = scopeParts(mandate.remainingScope, heldTitles(mandate.titles));
  const [revoke, isBusy] = useSingleFlight(async (chosen: readonly ScopePart[] | undefined) => {
    const scope = chosen && toScope(chosen);
    const serialized = JSON.stringify(scope ?? 'all');
    if (last.current.scope !== serialized) last.current = { scope: serialized, key: crypto.randomUUID() };
    const result = await revokeMandate(code, scope, last.current.key);
    setOutcome(result);
    if (result.kind === 'revoked') {
      last.current = { scope: '', key: '' };
      onChange(result.mandate, result.revocation);
    }
    if (result.kind !== 'ended') return;
    const current = await trackMandate(code);
    if (current.kind === 'found') onChange(current.mandate);
  });
  return (
    <div className={styles.revoke}>
      <h3>{t(MANDATE_TRACKING.revokeTitle)}</h3>
      <RevokeParts
        key={parts.map(({ key }) => key).join()}
        parts={parts}
        busy={isBusy}
        onRevoke={(chosen) => void revoke(chosen)}
      />
      <TrackingAlerts outcome={outcome}>{outcome?.kind === 'ended' && t(MANDATE_TRACKING.ended)}</TrackingAlerts>
    </div>
  );
}
