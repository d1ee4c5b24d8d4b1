import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { submissionQuery } from '../api/queries.ts';
import type { Submission } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { formatAnswers } from '../language/answers.ts';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Facts } from '../parts/facts.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { ApplicationPrintout } from '../print/application-printout.tsx';
import { usePrintout } from '../print/printing.tsx';
import { useSignedIn } from '../session/session.tsx';
import { APPLICATION } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { useCatalog } from '../session/catalog.ts';
import { personFacts, requestFacts } from './facts.ts';
import styles from './application.module.css';

/** A submission as it was filed. The agency has exactly this. */
export default function SubmissionScreen({ id, number }: { id: string; number: number }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const submission = useQuery(submissionQuery(id, number));
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go(`/applications/${id}`) }]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Link href={`/applications/${id}`}>{t(APPLICATION.back)}</Link>
          <Title>{t(APPLICATION.submissionTitle)}</Title>
          <p>{t(submission.data?.serviceTitle)}</p>
        </div>
        {submission.isPending && <Skeleton />}
        {submission.isError && <LoadError error={submission.error} onRetry={() => void submission.refetch()} />}
        {submission.data && <SubmissionContent submission={submission.data} />}
      </div>
    </Screen>
  );
}

function SubmissionContent({ submission }: { submission: Submission }) {
  const { t } = useLanguage();
  const catalog = useCatalog();
  const { session } = useSignedIn();
  const specialist = session.operator.displayName;
  const printout = useMemo(
    () => catalog && (() => <ApplicationPrintout filed={submission} catalog={catalog} specialist={specialist} />),
    [submission, catalog, specialist],
  );
  const print = usePrintout(printout);
  useKeys([{ code: 'KeyP', label: KEYS.print, run: print }]);
  const sections = formatAnswers(submission.formSchema ?? {}, submission.answers ?? {});
  return (
    <div className={styles.filed}>
      <section>
        <h2>{t(APPLICATION.person)}</h2>
        <Facts facts={personFacts(submission, t)} />
      </section>
      {sections.map(({ title, answers }, at) => (
        <section key={title?.ro ?? at}>
          <h2>{t(title) || t(APPLICATION.request)}</h2>
          <Facts facts={answers.map(({ label, value }) => [t(label), t(value)] as const)} />
        </section>
      ))}
      <section>
        <h2>{t(APPLICATION.papers)}</h2>
        <Facts
          facts={(submission.evidence ?? []).map(
            ({ kind, number, verificationCode, issueDate }) =>
              [
                t(evidenceTitle(catalog, kind)),
                [number, verificationCode, issueDate && shortDate(issueDate)].filter(Boolean).join(', ') || '✓',
              ] as const,
          )}
        />
      </section>
      <section>
        <h2>{t(APPLICATION.request)}</h2>
        <Facts facts={requestFacts(submission, t)} />
      </section>
      <div>
        <Button icon={Printer} cap="KeyP" onClick={print}>
          {t(APPLICATION.printApplication)}
        </Button>
      </div>
    </div>
  );
}
