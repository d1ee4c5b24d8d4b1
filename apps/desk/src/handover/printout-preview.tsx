import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { HandOverPrintout } from '../print/decision-printout.tsx';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import { toHandOver } from './hand-over-form.ts';
import type { HandOverForm, HandOverSubject } from './hand-over-form.ts';
import styles from './hand-over.module.css';

/** Builds the printout from the form, also while the write is pending. */
export function useHandOverPrintout(subject: HandOverSubject, form: HandOverForm): (() => ReactNode) | undefined {
  const catalog = useCatalog();
  const { session } = useSignedIn();
  const specialist = session.operator.displayName;
  return useMemo(() => {
    if (!catalog) return undefined;
    const handOver = subject.handOver ?? Object.assign(toHandOver(form), { handOverTime: new Date().toISOString() });
    const handedOver = Object.assign({}, subject, { handOver });
    return () => <HandOverPrintout application={handedOver} catalog={catalog} specialist={specialist} />;
  }, [subject, form, catalog, specialist]);
}

/** A preview of the printout beside the questions, hidden from screen readers. */
export function PrintoutPreview({ subject, form }: { subject: HandOverSubject; form: HandOverForm }) {
  const printout = useHandOverPrintout(subject, form);
  return (
    <div className={styles.preview} aria-hidden="true">
      <div className={styles.sheet}>{printout?.()}</div>
    </div>
  );
}
