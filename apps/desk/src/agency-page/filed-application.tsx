import type { Submission } from '../api/types.ts';
import { personFacts, requestFacts } from '../application/facts.ts';
import type { Fact } from '../application/facts.ts';
import applicationStyles from '../application/application.module.css';
import { formatAnswers } from '../language/answers.ts';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Facts } from '../parts/facts.tsx';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { AGENCY_PAGE } from '../texts/agency-page.ts';
import { APPLICATION } from '../texts/application.ts';
import { findUnavailable, isSuppliedLater } from './submissions.ts';
import { useAgencyCatalog } from './queries.ts';

/** What was filed, as the newest submission has it. Each fact that differs from the first submission shows both values. */
export function FiledApplication({ submissions }: { submissions: readonly Submission[] }) {
  const { t } = useLanguage();
  const [first] = submissions;
  const newest = submissions.at(-1);
  if (!first || !newest) return null;
  const sections = formatAnswers(newest.formSchema ?? {}, newest.answers ?? {});
  const before = answerFacts(first, t);
  const shown = new Set(sections.flatMap(({ answers }) => answers.map(({ field }) => field)));
  const removed = [...before].filter(([field]) => !shown.has(field)).map(([, fact]) => fact);
  return (
    <div className={applicationStyles.filed}>
      <section>
        <h2>{t(AGENCY_PAGE.submission)}</h2>
        <ComparedFacts facts={personFacts(newest, t)} before={personFacts(first, t)} />
      </section>
      {sections.map(({ title, answers }, at) => (
        <section key={title?.ro ?? at}>
          <h2>{t(title) || t(APPLICATION.request)}</h2>
          <ComparedFacts
            facts={answers.map(({ label, value }): Fact => [t(label), t(value)])}
            before={answers.flatMap(({ field, label }): Fact[] => [before.get(field) ?? [t(label), '']])}
          />
        </section>
      ))}
      {removed.length > 0 && (
        <section>
          <h2>{t(AGENCY_PAGE.removed)}</h2>
          <Facts facts={removed} />
        </section>
      )}
      <Evidence submissions={submissions} />
      <section>
        <h2>{t(APPLICATION.request)}</h2>
        <ComparedFacts facts={requestFacts(newest, t)} before={requestFacts(first, t)} />
      </section>
    </div>
  );
}

/** Returns the answers of a submission by field. */
function answerFacts({ formSchema = {}, answers = {} }: Submission, t: ReturnType<typeof useLanguage>['t']) {
  const sections = formatAnswers(formSchema, answers);
  return new Map(
    sections.flatMap((section) =>
      section.answers.map(({ field, label, value }): [string, Fact] => [field, [t(label), t(value)]]),
    ),
  );
}

/** Facts, each with its earlier value where that differs. A fact that no longer exists stays with a dash. */
function ComparedFacts({ facts, before }: { facts: readonly Fact[]; before: readonly Fact[] }) {
  const { t } = useLanguage();
  const earlier = new Map(before);
  const gone = before.filter(([name]) => !facts.some((fact) => fact[0] === name)).map(([name]): Fact => [name, '–']);
  const compared = [...facts, ...gone].map(([name, value]) => {
    const former = earlier.get(name) ?? '';
    if (former === value) return [name, value] as const;
    const note = t(AGENCY_PAGE.before, { value: former || '–' });
    return [
      name,
      <>
        <strong>{value}</strong> <span className={applicationStyles.quiet}>({note})</span>
      </>,
    ] as const;
  });
  return <Facts facts={compared} />;
}

/** The documents of the newest submission, and those that the person cannot bring, with the reason. */
function Evidence({ submissions }: { submissions: readonly Submission[] }) {
  const { t } = useLanguage();
  const catalog = useAgencyCatalog();
  const evidence = (submissions.at(-1)?.evidence ?? []).map((item) => {
    const { kind, number, verificationCode, issueDate } = item;
    const parts = [number, verificationCode, issueDate && shortDate(issueDate)];
    const later = isSuppliedLater(item, submissions) && t(AGENCY_PAGE.suppliedLater);
    const text = [...parts, later].filter(Boolean).join(', ');
    return [t(evidenceTitle(catalog, kind)), text || '✓'] as const;
  });
  const unavailable = findUnavailable(submissions).map(({ kind, reason = '' }) => {
    const text = [t(AGENCY_PAGE.unavailable), reason].filter(Boolean).join(': ');
    return [t(evidenceTitle(catalog, kind)), text] as const;
  });
  return (
    <section>
      <h2>{t(APPLICATION.papers)}</h2>
      <Facts facts={[...evidence, ...unavailable]} />
    </section>
  );
}
