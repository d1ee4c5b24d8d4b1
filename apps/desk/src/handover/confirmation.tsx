import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ApplicationFile } from '../api/types.ts';
import { HandOverPaper } from '../print/decision-paper.tsx';
import { useRegistry } from '../session/registry.ts';
import { useSignedIn } from '../session/session.tsx';
import { handOverOf } from './handing.ts';
import type { Handing } from './handing.ts';
import styles from './hand-over.module.css';

/** The paper says what was typed, also while it waits to be sent. */
export function useHandOverPaper({ application }: ApplicationFile, handing: Handing): (() => ReactNode) | undefined {
  const registry = useRegistry();
  const { session } = useSignedIn();
  const specialist = session.operator.displayName;
  return useMemo(() => {
    if (!registry) return undefined;
    const handOver =
      application.handOver ?? Object.assign(handOverOf(handing), { handOverTime: new Date().toISOString() });
    const handed = Object.assign({}, application, { handOver });
    return () => <HandOverPaper application={handed} registry={registry} specialist={specialist} />;
  }, [application, handing, registry, specialist]);
}

/** How the paper will look, beside the questions that it is made of. It says nothing that they do not. */
export function Preview({ file, handing }: { file: ApplicationFile; handing: Handing }) {
  const paper = useHandOverPaper(file, handing);
  return (
    <div className={styles.preview} aria-hidden="true">
      <div className={styles.sheet}>{paper?.()}</div>
    </div>
  );
}
