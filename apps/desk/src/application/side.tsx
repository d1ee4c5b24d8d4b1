import { useEffect, useRef, useState } from 'react';
import { Eye } from 'lucide-react';
import { Link } from 'wouter';
import type { ApplicationFile } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Facts } from '../parts/facts.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { Cap } from '../keys/cap.tsx';
import { useKept } from '../keeping/use-kept.ts';
import { usePassage } from '../outbox/use-outbox.ts';
import { useSignedIn } from '../session/session.tsx';
import { FILE } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { evidenceTitle } from '../print/named.ts';
import { useRegistry } from '../session/registry.ts';
import { costOf, isUnpaid, useCostOption } from './cost.ts';
import { personFacts, requestFacts } from './facts.ts';
import { lookCounts } from './looked.ts';
import { OtherPapers } from './paper-buttons.tsx';
import { nameOfOperator } from './operators.ts';
import { whenOf } from './state-words.ts';
import { useAct } from './use-act.ts';
import styles from './application.module.css';

/** Beside an application: the person, what was asked for, colleagues, and who looked. */
export function Side({ file }: { file: ApplicationFile }) {
  const { t, language } = useLanguage();
  const { application } = file;
  const option = useCostOption(application);
  const registry = useRegistry();
  const papers = application.evidence?.map(({ kind }) => t(evidenceTitle(registry, kind))).join(', ');
  const last = application.submissionCount ?? 0;
  return (
    <div className={styles.side}>
      <section>
        <h2>{t(FILE.person)}</h2>
        <Facts facts={personFacts(application, t)} />
      </section>
      <section>
        <h2>{t(FILE.request)}</h2>
        <Facts
          facts={[
            [t(FILE.cost), costOf(option, t)],
            [t(FILE.payment), isUnpaid(application, option) ? t(FILE.unpaid) : ''],
            ...requestFacts(application, t),
            [t(FILE.papers), papers?.toLowerCase() ?? ''],
          ]}
        />
        {last > 0 && <Link href={`/applications/${application.id}/submissions/${last}`}>{t(FILE.filed)}</Link>}
        {application.corrects && <Link href={`/${application.corrects}`}>{t(FILE.corrects)}</Link>}
      </section>
      <Notes file={file} />
      <Care file={file} />
      <OtherPapers file={file} />
      <p className={styles.looks}>
        <span>
          <Eye size={16} aria-hidden="true" />
          {lookCounts(file, t, language)}
        </span>
        <Link href={`/applications/${application.id}/looks`}>{t(FILE.who)}</Link>
      </p>
    </div>
  );
}

/** Words to colleagues; the person never sees them. */
function Notes({ file }: { file: ApplicationFile }) {
  const { t } = useLanguage();
  const { acting, text, setText, setForm, save, takeBack } = useNote(file.application.id);
  return (
    <section>
      <div className={styles.sideHead}>
        <h2>{t(FILE.notes)}</h2>
        <span>{t(FILE.notesMore)}</span>
      </div>
      <NoteList file={file} held={acting.held?.key} onUndo={takeBack} />
      <form ref={setForm} onSubmit={(event) => (event.preventDefault(), void save())}>
        <Field label={t(FILE.note)} error={acting.fault}>
          <TextInput small value={text} onChange={setText} maxLength={500} end={<Cap code="KeyO" quiet />} />
        </Field>
        {text.trim() && (
          <Button type="submit" look="text">
            {t(FILE.save)}
          </Button>
        )}
      </form>
    </section>
  );
}

/** The note that is being written; its field keeps the focus. */
function useNote(application: string) {
  const acting = useAct(application);
  const [text, setText, forget] = useKept('note', application, () => '');
  const [form, setForm] = useState<HTMLElement | null>(null);
  const latest = useRef(text);
  useEffect(() => {
    latest.current = text;
  });
  const focus = () => form?.querySelector('input')?.focus();
  useKeys([{ code: 'KeyO', says: KEYS.note, does: focus }]);
  async function save(): Promise<void> {
    const words = text.trim();
    if (!words) return;
    // The outbox has it now; what is refused or undone comes back, before what was typed meanwhile.
    setText('');
    forget();
    focus();
    if (!(await acting.act('notes', { text: words }))) setText([words, latest.current].filter(Boolean).join(' '));
  }
  function takeBack(): void {
    acting.undo();
    focus();
  }
  return { acting, text, setText, setForm, save, takeBack };
}

interface NoteListProps {
  file: ApplicationFile;
  /** The key of the note that can be undone. */
  held: string | undefined;
  onUndo: () => void;
}

/** Newest first; those that have not arrived yet stand above. */
function NoteList({ file: { application, operators }, held, onUndo }: NoteListProps) {
  const { t, language } = useLanguage();
  const { waiting } = usePassage(application.id);
  return (
    <ul className={styles.notes}>
      {waiting.map(({ key, kind, body }) =>
        kind === 'notes' ? (
          <li key={key} className={styles.note}>
            <p>{t(key === held ? FILE.held : FILE.waits)}</p>
            <p>{String(body['text'])}</p>
            {key === held && (
              <Button look="text" onClick={onUndo}>
                {t(FILE.undo)}
              </Button>
            )}
          </li>
        ) : null,
      )}
      {[...(application.notes ?? [])].reverse().map(({ text: words, by, recordTime }) => (
        <li key={`${recordTime} ${words}`} className={styles.note}>
          <p>
            {nameOfOperator(operators, by, t)} · {whenOf(recordTime, { language, today: today() })}
          </p>
          <p>{words}</p>
        </li>
      ))}
    </ul>
  );
}

function Care({ file: { application, operators } }: { file: ApplicationFile }) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const { act, busy, fault } = useAct(application.id);
  const { assignee } = application;
  const mine = assignee === session.operator.name;
  const who = nameOfOperator(operators, assignee, t);
  return (
    <section>
      <h2>{t(FILE.care)}</h2>
      <div className={styles.care}>
        <span>{assignee ? (mine ? session.operator.displayName : who) : t(FILE.nobody)}</span>
        {!mine && (
          <Button look="text" busy={busy !== undefined} onClick={() => void act('assign')}>
            {t(FILE.take)}
          </Button>
        )}
      </div>
      {fault && <p className={styles.fault}>{fault}</p>}
    </section>
  );
}
