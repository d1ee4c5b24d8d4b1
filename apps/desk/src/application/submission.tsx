import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { submissionRead } from '../api/reads.ts';
import type { Submission } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { saidAnswers } from '../language/answers.ts';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Facts } from '../parts/facts.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { ApplicationPaper } from '../print/application-paper.tsx';
import { usePaper } from '../print/printing.tsx';
import { useSignedIn } from '../session/session.tsx';
import { FILE } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { evidenceTitle } from '../print/named.ts';
import { useRegistry } from '../session/registry.ts';
import { personFacts, requestFacts } from './facts.ts';
import styles from './application.module.css';

/** What was filed, as it was then; the agency has exactly this. */
export default function SubmissionScreen({ id, number }: { id: string; number: number }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const submission = useQuery(submissionRead(id, number));
  useKeys([{ code: 'Escape', says: KEYS.back, does: () => go(`/applications/${id}`) }]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Link href={`/applications/${id}`}>{t(FILE.back)}</Link>
          <Title>{t(FILE.submissionTitle)}</Title>
          <p>{t(submission.data?.serviceTitle)}</p>
        </div>
        {submission.isPending && <Skeleton />}
        {submission.isError && <Failed error={submission.error} onAgain={() => void submission.refetch()} />}
        {submission.data && <Filed submission={submission.data} />}
      </div>
    </Screen>
  );
}

function Filed({ submission }: { submission: Submission }) {
  const { t } = useLanguage();
  const registry = useRegistry();
  const { session } = useSignedIn();
  const specialist = session.operator.displayName;
  const paper = useMemo(
    () => registry && (() => <ApplicationPaper filed={submission} registry={registry} specialist={specialist} />),
    [submission, registry, specialist],
  );
  const print = usePaper(paper);
  useKeys([{ code: 'KeyP', says: KEYS.print, does: print }]);
  const sections = saidAnswers(submission.formSchema ?? {}, submission.answers ?? {});
  return (
    <div className={styles.filed}>
      <section>
        <h2>{t(FILE.person)}</h2>
        <Facts facts={personFacts(submission, t)} />
      </section>
      {sections.map(({ title, answers }, at) => (
        <section key={title?.ro ?? at}>
          <h2>{t(title) || t(FILE.request)}</h2>
          <Facts facts={answers.map(({ label, value }) => [t(label), t(value)] as const)} />
        </section>
      ))}
      <section>
        <h2>{t(FILE.papers)}</h2>
        <Facts
          facts={(submission.evidence ?? []).map(
            ({ kind, number, verificationCode, issueDate }) =>
              [
                t(evidenceTitle(registry, kind)),
                [number, verificationCode, issueDate && shortDate(issueDate)].filter(Boolean).join(', ') || '✓',
              ] as const,
          )}
        />
      </section>
      <section>
        <h2>{t(FILE.request)}</h2>
        <Facts facts={requestFacts(submission, t)} />
      </section>
      <div>
        <Button icon={Printer} cap="KeyP" onClick={print}>
          {t(FILE.printApplication)}
        </Button>
      </div>
    </div>
  );
}
