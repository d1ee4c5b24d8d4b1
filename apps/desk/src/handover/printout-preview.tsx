import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ApplicationDetails } from '../api/types.ts';
import { HandOverPrintout } from '../print/decision-printout.tsx';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import { toHandOver } from './hand-over-form.ts';
import type { HandOverForm } from './hand-over-form.ts';
import styles from './hand-over.module.css';

/** Builds the printout from the form, also while the write is pending. */
export function useHandOverPrintout(
  { application }: ApplicationDetails,
  form: HandOverForm,
): (() => ReactNode) | undefined {
  const catalog = useCatalog();
  const { session } = useSignedIn();
  const specialist = session.operator.displayName;
  return useMemo(() => {
    if (!catalog) return undefined;
    const handOver =
      application.handOver ?? Object.assign(toHandOver(form), { handOverTime: new Date().toISOString() });
    const handedOver = Object.assign({}, application, { handOver });
    return () => <HandOverPrintout application={handedOver} catalog={catalog} specialist={specialist} />;
  }, [application, form, catalog, specialist]);
}

/** A preview of the printout beside the questions, hidden from screen readers. */
export function PrintoutPreview({ details, form }: { details: ApplicationDetails; form: HandOverForm }) {
  const printout = useHandOverPrintout(details, form);
  return (
    <div className={styles.preview} aria-hidden="true">
      <div className={styles.sheet}>{printout?.()}</div>
    </div>
  );
}
