import { useEffect, useState } from 'react';
import { sanitizeText } from '@cups/application';
import type { ApplicationDetails, Evidence } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { quote } from '../language/messages.ts';
import { findOpenKinds, findRescanKinds } from '../documents/refused-scans.ts';
import { useScanKeys } from '../documents/use-scan-keys.ts';
import { ScanPanel } from '../documents/scan-panel.tsx';
import { useAllUploads } from '../documents/use-uploads.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field, FieldError, TextInput } from '../parts/field.tsx';
import { APPLICATION } from '../texts/application.ts';
import { DOCUMENT_REQUEST } from '../texts/document-request.ts';
import { SCAN_PANEL } from '../texts/scan-panel.ts';
import { KEYS } from '../texts/keys.ts';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import { dayParams } from './state-texts.ts';
import { useSupplyMandate } from './supply-mandate.tsx';
import type { ApplicationActionState } from './use-application-action.ts';
import styles from './application.module.css';

/** The documents that the agency requests. Each is brought now, comes later, or is not available. */

type DocumentAvailability = 'now' | 'later' | 'never';
interface DocumentAnswer {
  what?: DocumentAvailability | undefined;
  number: string;
  why: string;
  /** documents/{id} of the scan. */
  copy?: string | undefined;
}
const NO_ANSWER: DocumentAnswer = { number: '', why: '' };

interface DocumentRequestFormProps {
  details: ApplicationDetails;
  action: ApplicationActionState;
}

export function DocumentRequestForm({ details, action }: DocumentRequestFormProps) {
  const { t } = useLanguage();
  const request = details.application.documentRequest;
  const recordId = `${details.application.id} ${request?.id ?? ''}`;
  const [answers, setAnswers, forget] = usePersistentState<Record<string, DocumentAnswer>>(
    'documents',
    recordId,
    () => ({}),
  );
  const [isSubmitted, setIsSubmitted] = useState(false);
  const rescans = findRescanKinds(details);
  const open = [...findOpenKinds(details), ...rescans];
  const body = toSupplyRequest(open, answers);
  const change = (kind: string, answer: Partial<DocumentAnswer>) => {
    setAnswers(Object.assign({}, answers, { [kind]: Object.assign({}, answers[kind] ?? NO_ANSWER, answer) }));
  };
  const isNaming = useNameScans({ application: details.application.id, open, answers, change });
  const mandate = useSupplyMandate(details);
  const needed = !body ? DOCUMENT_REQUEST.nothing : mandate.isMissing ? DOCUMENT_REQUEST.mandateFirst : undefined;
  const blockingText = isNaming ? SCAN_PANEL.notNamed : needed;
  const send = async () => {
    setIsSubmitted(true);
    if (!body || blockingText || isReasonMissing(open, answers)) return;
    // The outbox stores it from here. A rejected write restores the form.
    forget();
    if (await action.run('supply-documents', Object.assign({}, body, mandate.body))) setAnswers({});
    else {
      setAnswers(answers);
      mandate.refresh();
    }
  };
  useFormKeys(() => void send());
  useScanKeys();
  if (!request) return null;
  return (
    <div data-documents>
      <h2 className="heard">{t(DOCUMENT_REQUEST.title)}</h2>
      <ul className={styles.documents}>
        {[...(request.evidenceKinds ?? []), ...rescans].map((kind) => (
          <DocumentRow
            key={kind}
            kind={kind}
            isRescan={rescans.includes(kind)}
            details={details}
            isSupplied={!open.includes(kind)}
            answer={answers[kind] ?? NO_ANSWER}
            isSubmitted={isSubmitted}
            onChange={(answer) => change(kind, answer)}
          />
        ))}
      </ul>
      {mandate.section}
      {isSubmitted && blockingText && <FieldError>{t(blockingText)}</FieldError>}
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

function useFormKeys(send: () => void): void {
  useKeys([
    {
      code: 'KeyA',
      label: KEYS.documents,
      run: () => document.querySelector<HTMLElement>('[data-documents] input')?.focus(),
    },
    { code: 'Ctrl+Enter', label: KEYS.main, run: send },
  ]);
}

const isReasonMissing = (open: readonly string[], answers: Record<string, DocumentAnswer>): boolean =>
  open.some((kind) => answers[kind]?.what === 'never' && !answers[kind].why.trim());

interface Naming {
  application: string;
  open: readonly string[];
  answers: Record<string, DocumentAnswer>;
  change: (kind: string, answer: Partial<DocumentAnswer>) => void;
}

/**
 * Puts the documents of new uploads into the answers, and takes out those that the clerk left out elsewhere.
 * @returns whether one is not named yet
 */
function useNameScans({ application, open, answers, change }: Naming): boolean {
  const { uploads } = useSignedIn();
  const all = useAllUploads();
  const own = all.filter(({ record }) => record.application === application && open.includes(record.kind));
  useEffect(() => {
    const leftOut = open.find((kind) => uploads.isLeftOut(answers[kind]?.copy ?? ''));
    if (leftOut) return change(leftOut, { copy: undefined });
    const named = own.find(({ record }) => !record.isNamed);
    if (!named) return;
    change(named.record.kind, { copy: named.record.document });
    uploads.markNamed(named.record.id);
  });
  return own.some(({ record }) => !record.isNamed);
}

interface DocumentRowProps {
  kind: string;
  details: ApplicationDetails;
  /** Not requested: its filed copy was refused. */
  isRescan: boolean;
  isSupplied: boolean;
  answer: DocumentAnswer;
  isSubmitted: boolean;
  onChange: (answer: Partial<DocumentAnswer>) => void;
}

function DocumentRow({ kind, details, isRescan, isSupplied, answer, isSubmitted, onChange }: DocumentRowProps) {
  const { t, language } = useLanguage();
  const catalog = useCatalog();
  const request = details.application.documentRequest;
  const title = t(evidenceTitle(catalog, kind));
  const note = request?.documents?.find((document) => document.kind === kind)?.note;
  const until = request?.answerBy ? dayParams(request.answerBy, { language, today: today() }) : undefined;
  const hints = { now: t(DOCUMENT_REQUEST.seen), later: until ? t(DOCUMENT_REQUEST.canLater, until) : '', never: '' };
  const asked = answer.what ? hints[answer.what] : t(DOCUMENT_REQUEST.choose);
  const more = isRescan ? t(SCAN_PANEL.rescan) : isSupplied ? t(DOCUMENT_REQUEST.before) : asked;
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
        {!isSupplied && !isRescan && (
          <Choice
            label={title}
            labelHidden
            variant="segments"
            options={(['now', 'later', 'never'] as const).map((value) => ({
              value,
              label: t(DOCUMENT_REQUEST[value]),
            }))}
            value={answer.what}
            onChange={(what) => onChange({ what })}
          />
        )}
      </div>
      {answer.what === 'now' && (
        <Field label={t(DOCUMENT_REQUEST.number)} mark={t({ ro: 'dacă are', ru: 'если есть', en: 'if it has any' })}>
          <TextInput small value={answer.number} maxLength={100} onChange={(number) => onChange({ number })} />
        </Field>
      )}
      {!isSupplied && answer.what !== 'never' && (
        <ScanPanel
          application={details.application.id}
          kind={kind}
          title={title}
          document={answer.copy}
          onDocument={(copy) => onChange({ copy })}
        />
      )}
      {answer.what === 'never' && (
        <Field
          label={t(DOCUMENT_REQUEST.why)}
          error={isSubmitted && !answer.why.trim() && t(DOCUMENT_REQUEST.whyMissing)}
        >
          <TextInput small value={answer.why} maxLength={500} onChange={(why) => onChange({ why })} />
        </Field>
      )}
    </li>
  );
}

function toEvidence(kind: string, { what, number, copy }: DocumentAnswer = NO_ANSWER): Evidence {
  const evidence: Evidence = { kind };
  if (what === 'now') evidence.originalSeen = true;
  if (what === 'now' && number.trim()) evidence.number = number.trim();
  if (copy) evidence.copy = copy;
  return evidence;
}

/** Returns the body of supply-documents, or undefined without any answer. */
function toSupplyRequest(open: string[], answers: Record<string, DocumentAnswer>): Record<string, unknown> | undefined {
  const kindsWith = (what: DocumentAvailability) => open.filter((kind) => answers[kind]?.what === what);
  const isSupplied = ({ what, copy }: DocumentAnswer = NO_ANSWER) => what === 'now' || (copy && what !== 'never');
  const evidence = open.filter((kind) => isSupplied(answers[kind])).map((kind) => toEvidence(kind, answers[kind]));
  const unavailable = kindsWith('never').map((kind) => ({ kind, reason: answers[kind]?.why.trim() ?? '' }));
  if (evidence.length + unavailable.length === 0) return undefined;
  const body: Record<string, unknown> = {};
  if (evidence.length > 0) body['evidence'] = evidence;
  if (unavailable.length > 0) body['unavailable'] = unavailable;
  return body;
}
