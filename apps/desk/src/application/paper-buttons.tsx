import { useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Printer } from 'lucide-react';
import { NOTICE_KIND_TEXTS } from '@cups/application/texts';
import { api, bodyOf, isPassing } from '../api/client.ts';
import type { ApplicationFile, Registry } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/text.ts';
import { Button } from '../parts/button.tsx';
import { ApplicationPaper, MandatePaper } from '../print/application-paper.tsx';
import { DecisionPaper, HandOverPaper } from '../print/decision-paper.tsx';
import { printSlip } from '../print/fetched.tsx';
import { MissingPaper } from '../print/list-papers.tsx';
import { evidenceTitle } from '../print/named.ts';
import { printPaper, usePaper } from '../print/printing.tsx';
import { ReceiptPaper } from '../print/receipt-paper.tsx';
import { useSignedIn } from '../session/session.tsx';
import { FILE, PAPERS } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { PARTS } from '../texts/parts.ts';
import { useRegistry } from '../session/registry.ts';
import styles from './application.module.css';

/** One paper that can be printed now. */
interface Printable {
  says: Text;
  paper: () => ReactNode;
}

/** The paper of this screen: what the person needs where the application is now. Ctrl+P and P print the same. */
export function MainPaper({ file }: { file: ApplicationFile }) {
  const { t } = useLanguage();
  const registry = useRegistry();
  const { session } = useSignedIn();
  const { displayName } = session.operator;
  const main = useMemo(
    () => (registry ? mainPaper(file, registry, displayName) : undefined),
    [file, registry, displayName],
  );
  const print = usePaper(main?.paper);
  useKeys([main && { code: 'KeyP', says: KEYS.print, does: print }]);
  if (!main) return null;
  return (
    <Button icon={Printer} cap="KeyP" onClick={print}>
      {t(main.says)}
    </Button>
  );
}

function mainPaper(file: ApplicationFile, registry: Registry, specialist: string): Printable | undefined {
  const { application } = file;
  const { decision, handOver, state } = application;
  if (state === 'documents-requested') {
    return { says: PAPERS.missing, paper: () => <MissingPaper {...missingOf(file, registry)} /> };
  }
  if (handOver) {
    const handed = Object.assign({}, application, { handOver });
    return { says: PAPERS.handOver, paper: () => <HandOverPaper {...{ application: handed, registry, specialist }} /> };
  }
  if (decision) {
    const decided = Object.assign({}, application, { decision });
    return { says: PAPERS.decision, paper: () => <DecisionPaper application={decided} registry={registry} /> };
  }
  if (!application.submitTime) return undefined;
  return { says: PAPERS.receipt, paper: () => <ReceiptPaper application={application} registry={registry} /> };
}

function missingOf({ application }: ApplicationFile, registry: Registry) {
  const { evidenceKinds = [], suppliedKinds = [], documents = [] } = application.documentRequest ?? {};
  const items = evidenceKinds
    .filter((kind) => !suppliedKinds.includes(kind))
    .map((kind) => ({
      key: kind,
      words: evidenceTitle(registry, kind),
      note: documents.find((one) => one.kind === kind)?.note,
    }));
  return { application, registry, items };
}

/** All other papers of an application, and the slips of what the person was told. */
export function OtherPapers({ file }: { file: ApplicationFile }) {
  const { t } = useLanguage();
  const registry = useRegistry();
  const { session } = useSignedIn();
  const { application } = file;
  const specialist = session.operator.displayName;
  const [fault, setFault] = useState<unknown>();
  const asked = (printing: Promise<void>) => {
    setFault(undefined);
    printing.catch(setFault);
  };
  const printFiled = useCallback(
    async (here: Registry) => {
      const path = { id: application.id, number: application.submissionCount ?? 1 };
      const filed = await bodyOf(api.GET('/api/v1/applications/{id}/submissions/{number}', { params: { path } }));
      await printPaper(<ApplicationPaper filed={filed} registry={here} specialist={specialist} />);
    },
    [application, specialist],
  );
  if (!registry || !application.submitTime) return null;
  const slips = (file.notices ?? []).filter(({ channel }) => channel === 'slip');
  return (
    <section>
      <h2>{t(PAPERS.title)}</h2>
      <ul className={styles.papers}>
        <PaperLine says={t(PAPERS.application)} onPrint={() => asked(printFiled(registry))} />
        <PaperLine
          says={t(PAPERS.mandate)}
          onPrint={() =>
            void printPaper(<MandatePaper filed={application} registry={registry} specialist={specialist} />)
          }
        />
        <PaperLine
          says={t(PAPERS.receipt)}
          onPrint={() => void printPaper(<ReceiptPaper application={application} registry={registry} />)}
        />
        {slips.map((notice) => (
          <PaperLine
            key={notice.id}
            says={`${t(PAPERS.slip)}: ${t(NOTICE_KIND_TEXTS[notice.kind])}`}
            onPrint={() => asked(printSlip(notice, application, registry))}
          />
        ))}
      </ul>
      {fault !== undefined && <PrintFault error={fault} />}
      <p className="heard">{t(FILE.notices)}</p>
    </section>
  );
}

/** Why nothing was printed of what the platform was to be asked for. */
export function PrintFault({ error }: { error: unknown }) {
  const { t } = useLanguage();
  return (
    <p role="alert" className={styles.fault}>
      {t(isPassing(error) ? PARTS.awayRead : PARTS.failed)}
    </p>
  );
}

function PaperLine({ says, onPrint }: { says: string; onPrint: () => void }) {
  return (
    <li>
      <button type="button" className={styles.paper} onClick={onPrint}>
        <Printer size={16} aria-hidden="true" />
        <span>{says}</span>
      </button>
    </li>
  );
}
