import { useEffect, useState } from 'react';
import { Search } from 'lucide-react';
import type { MandateRevocation, TrackedMandate } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { MANDATE_TRACKING } from '../texts/mandate-tracking.ts';
import { MANDATES } from '../texts/mandates.ts';
import { TRACKING } from '../texts/tracking.ts';
import { MandateResult } from './mandate-result.tsx';
import { RevokeMandateForm } from './revoke-mandate-form.tsx';
import { trackMandate } from './track-mandate.ts';
import type { MandateOutcome } from './track-mandate.ts';
import { TrackingAlerts } from './tracking-alerts.tsx';
import styles from './tracking.module.css';

const FIELD_ID = 'code';

/**
 * The mandate of the holder of a code: what it covers, and its revocation. The code stays in this component.
 * @param scanned the code of a scanned printout, which the holder still has to send; '' without one
 */
export default function MandateTracking({ scanned }: { scanned: string }) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState(scanned);
  const [outcome, setOutcome] = useState<MandateOutcome>();
  /** The revocation of this visit. */
  const [revocation, setRevocation] = useState<MandateRevocation>();
  useEffect(() => {
    document.title = t(MANDATE_TRACKING.page);
  }, [t]);
  const [find, isLoading] = useSingleFlight(async (code: string) => {
    const result = await trackMandate(code);
    setOutcome(result);
    setRevocation(undefined);
    if (isWrong(result)) document.getElementById(FIELD_ID)?.focus();
  });
  const found = outcome?.kind === 'found' ? outcome : undefined;
  const update = (mandate: TrackedMandate, done?: MandateRevocation) => {
    if (found) setOutcome({ ...found, mandate });
    if (done) setRevocation(done);
  };
  return (
    <>
      <h1>{t(MANDATE_TRACKING.title)}</h1>
      <form onSubmit={(event) => (event.preventDefault(), void find(typed))} className={styles.form} noValidate>
        <Field
          id={FIELD_ID}
          label={t(MANDATES.code)}
          help={t(MANDATE_TRACKING.help)}
          error={outcome && isWrong(outcome) && t(WRONG_TEXTS[outcome.kind])}
        >
          <TextInput value={typed} onChange={setTyped} digits autoCapitalize="characters" maxLength={64} />
        </Field>
        <Button type="submit" variant="filled" large wide icon={Search} busy={isLoading} busyText={t(TRACKING.asking)}>
          {t(MANDATE_TRACKING.ask)}
        </Button>
      </form>
      <TrackingAlerts outcome={outcome} />
      {found && (
        <MandateResult code={found.code} mandate={found.mandate} revocation={revocation}>
          {found.mandate.state === 'active' && (
            <RevokeMandateForm key={found.code} code={found.code} mandate={found.mandate} onChange={update} />
          )}
        </MandateResult>
      )}
      <p className={styles.secret}>{t(MANDATE_TRACKING.secret)}</p>
    </>
  );
}

const WRONG_TEXTS = {
  empty: MANDATE_TRACKING.noCode,
  malformed: MANDATE_TRACKING.misread,
  unknown: MANDATE_TRACKING.unknown,
};

const isWrong = (outcome: MandateOutcome): outcome is { kind: keyof typeof WRONG_TEXTS } => outcome.kind in WRONG_TEXTS;
