import { useEffect, useRef, useState } from 'react';
import { Eye } from 'lucide-react';
import { Link } from 'wouter';
import type { ApplicationDetails } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { DocumentList } from '../documents/document-list.tsx';
import { Button } from '../parts/button.tsx';
import { Facts } from '../parts/facts.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { KeyCap } from '../keys/key-cap.tsx';
import { lazyExtra } from '../lazy-screens.ts';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { useSignedIn } from '../session/session.tsx';
import { SCAN_PANEL } from '../texts/scan-panel.ts';
import { DATA_END } from '../texts/data-end.ts';
import { HOLDS } from '../texts/holds.ts';
import { APPLICATION } from '../texts/application.ts';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';
import { KEYS } from '../texts/keys.ts';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { useCatalog } from '../session/catalog.ts';
import { costText, isUnpaid, useCostOption } from './cost.ts';
import { escalationFacts, personFacts, requestFacts } from './facts.ts';
import { accessCountText } from './access-texts.ts';
import { PrintList } from './print-buttons.tsx';
import { operatorName } from './operator-name.ts';
import { formatWhen } from './state-texts.ts';
import { ScanAgain } from './scan-again.tsx';
import { useApplicationAction } from './use-application-action.ts';
import styles from './application.module.css';

const Complaints = lazyExtra(() => import('./complaints.tsx'));
const Conversation = lazyExtra(() => import('./conversation.tsx'));

/** The pane beside an application: applicant, request, notes, assignee, printouts and access count. */
export function SidePane({ details }: { details: ApplicationDetails }) {
  const { t, language } = useLanguage();
  const { application } = details;
  const option = useCostOption(application);
  const catalog = useCatalog();
  const { session } = useSignedIn();
  const documents = application.evidence?.map(({ kind }) => t(evidenceTitle(catalog, kind))).join(', ');
  const lastSubmission = application.submissionCount ?? 0;
  return (
    <div className={styles.side}>
      <section>
        <h2>{t(APPLICATION.person)}</h2>
        <Facts facts={personFacts(application, t)} />
      </section>
      <section>
        <h2>{t(APPLICATION.request)}</h2>
        <Facts
          facts={[
            ...escalationFacts(application, t),
            [t(APPLICATION.cost), costText(option, t)],
            [t(APPLICATION_FACTS.payment), isUnpaid(application, option) ? t(APPLICATION_FACTS.unpaid) : ''],
            ...requestFacts(application, t),
            [t(APPLICATION.papers), documents?.toLowerCase() ?? ''],
          ]}
        />
        {lastSubmission > 0 && (
          <Link href={`/applications/${application.id}/submissions/${lastSubmission}`}>{t(APPLICATION.filed)}</Link>
        )}
        {application.corrects && <Link href={`/${application.corrects}`}>{t(APPLICATION.corrects)}</Link>}
      </section>
      <Scans details={details} />
      <Complaints details={details} />
      <Conversation details={details} />
      <Notes details={details} />
      <Assignment details={details} />
      <PrintList details={details} />
      <p className={styles.accessLog}>
        <span>
          <Eye size={16} aria-hidden="true" />
          {accessCountText(details, t, language)}
        </span>
        <Link href={`/applications/${application.id}/access-log`}>{t(APPLICATION.who)}</Link>
      </p>
      {session.operator.roles.includes('supervisor') && (
        <p>
          <Link href={`/holds/${application.id}`}>{t(HOLDS.hold)}</Link> ·{' '}
          <Link href={`/data-ends/${application.id}`}>{t(DATA_END.title)}</Link>
        </p>
      )}
    </div>
  );
}

/** The scans of the application. */
function Scans({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const { application } = details;
  const catalog = useCatalog();
  const documents = (application.documents ?? []).map((document) =>
    Object.assign({ purpose: 'evidence' as const, title: t(evidenceTitle(catalog, document.kind)) }, document),
  );
  if (documents.length === 0) return null;
  return (
    <section>
      <h2>{t(SCAN_PANEL.scans)}</h2>
      <DocumentList documents={documents} />
      <ScanAgain details={details} />
    </section>
  );
}

/** Notes between colleagues. The applicant never sees them. */
function Notes({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const { action, text, setText, setForm, save, undo } = useNoteDraft(details.application.id);
  return (
    <section>
      <div className={styles.sideHead}>
        <h2>{t(APPLICATION.notes)}</h2>
        <span>{t(APPLICATION.notesMore)}</span>
      </div>
      <NoteList details={details} undoableKey={action.undoable?.key} onUndo={undo} />
      <form ref={setForm} onSubmit={(event) => (event.preventDefault(), void save())}>
        <Field label={t(APPLICATION.note)} error={action.errorText}>
          <TextInput small value={text} onChange={setText} maxLength={500} end={<KeyCap code="KeyO" quiet />} />
        </Field>
        {text.trim() && (
          <Button type="submit" variant="text">
            {t(APPLICATION.save)}
          </Button>
        )}
      </form>
    </section>
  );
}

/** The note being written. Its field keeps the focus. */
function useNoteDraft(application: string) {
  const action = useApplicationAction(application);
  const [text, setText, forget] = usePersistentState('note', application, () => '');
  const [form, setForm] = useState<HTMLElement | null>(null);
  const latest = useRef(text);
  useEffect(() => {
    latest.current = text;
  });
  const focus = () => form?.querySelector('input')?.focus();
  useKeys([{ code: 'KeyO', label: KEYS.note, run: focus }]);
  async function save(): Promise<void> {
    const note = text.trim();
    if (!note) return;
    // The outbox stores it from here. A rejected or undone note returns to the field, before newer text.
    setText('');
    forget();
    focus();
    if (!(await action.run('notes', { text: note }))) setText([note, latest.current].filter(Boolean).join(' '));
  }
  function undo(): void {
    action.undo();
    focus();
  }
  return { action, text, setText, setForm, save, undo };
}

interface NoteListProps {
  details: ApplicationDetails;
  /** Key of the note that can still be undone. */
  undoableKey: string | undefined;
  onUndo: () => void;
}

/** Newest first, pending notes at the top. */
function NoteList({ details: { application, operators }, undoableKey, onUndo }: NoteListProps) {
  const { t, language } = useLanguage();
  const { pending } = useSyncStatus(application.id);
  return (
    <ul className={styles.notes}>
      {pending.map(({ key, kind, body }) =>
        kind === 'notes' ? (
          <li key={key} className={styles.note}>
            <p>{t(key === undoableKey ? APPLICATION.held : APPLICATION.waits)}</p>
            <p>{String(body['text'])}</p>
            {key === undoableKey && (
              <Button variant="text" onClick={onUndo}>
                {t(APPLICATION.undo)}
              </Button>
            )}
          </li>
        ) : null,
      )}
      {[...(application.notes ?? [])].reverse().map(({ text, author, recordTime }) => (
        <li key={`${recordTime} ${text}`} className={styles.note}>
          <p>
            {operatorName(operators, author, t)} · {formatWhen(recordTime, { language, today: today() })}
          </p>
          <p>{text}</p>
        </li>
      ))}
    </ul>
  );
}

function Assignment({ details: { application, operators } }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const { run, busy, errorText } = useApplicationAction(application.id);
  const { assignee } = application;
  const isMine = assignee === session.operator.name;
  const assigneeName = operatorName(operators, assignee, t);
  return (
    <section>
      <h2>{t(APPLICATION.care)}</h2>
      <div className={styles.care}>
        <span>{assignee ? (isMine ? session.operator.displayName : assigneeName) : t(APPLICATION.nobody)}</span>
        {!isMine && (
          <Button variant="text" busy={busy !== undefined} onClick={() => void run('assign')}>
            {t(APPLICATION.take)}
          </Button>
        )}
      </div>
      {errorText && <p className={styles.fault}>{errorText}</p>}
    </section>
  );
}
