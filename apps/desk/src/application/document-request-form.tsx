import { useState } from 'react';
import { sanitizeText } from '@cups/application';
import type { ApplicationDetails, Evidence } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { quote } from '../language/messages.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field, FieldError, TextInput } from '../parts/field.tsx';
import { DOCUMENT_REQUEST, APPLICATION } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { useCatalog } from '../session/catalog.ts';
import { dayParams } from './state-texts.ts';
import type { ApplicationActionState } from './use-application-action.ts';
import styles from './application.module.css';

/** The documents that the agency requests. Each is brought now, comes later, or is not available. */

type DocumentAvailability = 'now' | 'later' | 'never';
interface DocumentAnswer {
  what?: DocumentAvailability | undefined;
  number: string;
  why: string;
}
const NO_ANSWER: DocumentAnswer = { number: '', why: '' };

export function DocumentRequestForm({
  details,
  action,
}: {
  details: ApplicationDetails;
  action: ApplicationActionState;
}) {
  const { t } = useLanguage();
  const request = details.application.documentRequest;
  const recordId = `${details.application.id} ${request?.id ?? ''}`;
  const [answers, setAnswers, forget] = usePersistentState<Record<string, DocumentAnswer>>(
    'documents',
    recordId,
    () => ({}),
  );
  const [isSubmitted, setIsSubmitted] = useState(false);
  const open = findOpenKinds(details);
  const body = toSupplyRequest(open, answers);
  const isReasonMissing = open.some((kind) => answers[kind]?.what === 'never' && !answers[kind].why.trim());
  const send = async () => {
    setIsSubmitted(true);
    if (!body || isReasonMissing) return;
    // The outbox stores it from here. A rejected write restores the form.
    forget();
    if (!(await action.run('supply-documents', body))) setAnswers(answers);
    else setAnswers({});
  };
  useKeys([
    {
      code: 'KeyA',
      label: KEYS.documents,
      run: () => document.querySelector<HTMLElement>('[data-documents] input')?.focus(),
    },
    { code: 'Ctrl+Enter', label: KEYS.main, run: () => void send() },
  ]);
  if (!request) return null;
  return (
    <div data-documents>
      <h2 className="heard">{t(DOCUMENT_REQUEST.title)}</h2>
      <ul className={styles.documents}>
        {(request.evidenceKinds ?? []).map((kind) => (
          <DocumentRow
            key={kind}
            kind={kind}
            details={details}
            isSupplied={!open.includes(kind)}
            answer={answers[kind] ?? NO_ANSWER}
            isSubmitted={isSubmitted}
            onChange={(answer) => setAnswers(Object.assign({}, answers, { [kind]: answer }))}
          />
        ))}
      </ul>
      {isSubmitted && !body && <FieldError>{t(DOCUMENT_REQUEST.nothing)}</FieldError>}
      <div className={styles.ways}>
        <Button
          variant="filled"
          cap="Ctrl+Enter"
          busy={action.busy === 'supply-documents'}
          busyText={t(APPLICATION.sending)}
          onClick={() => void send()}
        >
          {t(DOCUMENT_REQUEST.send)}
        </Button>
      </div>
    </div>
  );
}

interface DocumentRowProps {
  kind: string;
  details: ApplicationDetails;
  isSupplied: boolean;
  answer: DocumentAnswer;
  isSubmitted: boolean;
  onChange: (answer: DocumentAnswer) => void;
}

function DocumentRow({ kind, details, isSupplied, answer, isSubmitted, onChange }: DocumentRowProps) {
  const { t, language } = useLanguage();
  const catalog = useCatalog();
  const request = details.application.documentRequest;
  const title = t(evidenceTitle(catalog, kind));
  const note = request?.documents?.find((document) => document.kind === kind)?.note;
  const until = request?.answerBy ? dayParams(request.answerBy, { language, today: today() }) : undefined;
  const hints = { now: t(DOCUMENT_REQUEST.seen), later: until ? t(DOCUMENT_REQUEST.canLater, until) : '', never: '' };
  const more = isSupplied ? t(DOCUMENT_REQUEST.before) : answer.what ? hints[answer.what] : t(DOCUMENT_REQUEST.choose);
  return (
    <li>
      <div className={styles.document}>
        <div>
          <h3>{title}</h3>
          <p className={styles.quiet}>
            {note ? <span lang="ro">{quote(sanitizeText(note), 'ro')}</span> : more}
            {note && language !== 'ro' && ` (${t(DOCUMENT_REQUEST.inRomanian)})`}
          </p>
        </div>
        {!isSupplied && (
          <Choice
            label={title}
            labelHidden
            variant="segments"
            options={(['now', 'later', 'never'] as const).map((value) => ({
              value,
              label: t(DOCUMENT_REQUEST[value]),
            }))}
            value={answer.what}
            onChange={(what) => onChange({ what, number: answer.number, why: answer.why })}
          />
        )}
      </div>
      {answer.what === 'now' && (
        <Field label={t(DOCUMENT_REQUEST.number)} mark={t({ ro: 'dacă are', ru: 'если есть', en: 'if it has any' })}>
          <TextInput
            small
            value={answer.number}
            maxLength={100}
            onChange={(number) => onChange({ what: answer.what, number, why: answer.why })}
          />
        </Field>
      )}
      {answer.what === 'never' && (
        <Field
          label={t(DOCUMENT_REQUEST.why)}
          error={isSubmitted && !answer.why.trim() && t(DOCUMENT_REQUEST.whyMissing)}
        >
          <TextInput
            small
            value={answer.why}
            maxLength={500}
            onChange={(why) => onChange({ what: answer.what, number: answer.number, why })}
          />
        </Field>
      )}
    </li>
  );
}

function findOpenKinds({ application: { documentRequest: request } }: ApplicationDetails): string[] {
  const answered = [...(request?.suppliedKinds ?? []), ...(request?.unavailable ?? []).map(({ kind }) => kind)];
  return (request?.evidenceKinds ?? []).filter((kind) => !answered.includes(kind));
}

/** Returns the body of supply-documents, or undefined without any answer. */
function toSupplyRequest(open: string[], answers: Record<string, DocumentAnswer>): Record<string, unknown> | undefined {
  const kindsWith = (what: DocumentAvailability) => open.filter((kind) => answers[kind]?.what === what);
  const evidence = kindsWith('now').map((kind): Evidence => {
    const number = answers[kind]?.number.trim();
    return number ? { kind, number, originalSeen: true } : { kind, originalSeen: true };
  });
  const unavailable = kindsWith('never').map((kind) => ({ kind, reason: answers[kind]?.why.trim() ?? '' }));
  if (evidence.length + unavailable.length === 0) return undefined;
  const body: Record<string, unknown> = {};
  if (evidence.length > 0) body['evidence'] = evidence;
  if (unavailable.length > 0) body['unavailable'] = unavailable;
  return body;
}
