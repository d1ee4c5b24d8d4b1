import { useState } from 'react';
import type { Language } from '@cups/application';
import type { CopyReason } from '@cups/application/person-copy';
import { REASON_TEXTS } from '@cups/application/texts';
import { ApiError, isTransient } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Facts } from '../parts/facts.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { LANGUAGE_TEXTS } from '../texts/content.ts';
import { COPIES } from '../texts/copies.ts';
import { SESSION } from '../texts/session.ts';
import { parseIdnp } from '../visit/inputs/idnp.ts';
import { countParts, createCopy, renderDocument, saveFile } from './person-copy.ts';
import type { CopyCounts, CopyRequest, CreatedCopy } from './person-copy.ts';
import { ChangeOutcome, SupervisorScreen } from './supervisor-screen.tsx';
import styles from './supervisor.module.css';

const EVIDENCE = /^[A-Za-z0-9](?:[A-Za-z0-9./ -]{0,38}[A-Za-z0-9])?$/;
const LANGUAGES: readonly Language[] = ['ro', 'ru', 'en'];

/** Creates the copy of a person's data on a written request. Shows counts, never content. For supervisors. */
export default function Copies() {
  const { t } = useLanguage();
  const [created, setCreated] = useState<CreatedCopy>();
  const [count, setCount] = useState<number>();
  const [errorText, setErrorText] = useState('');
  const create = async (request: CopyRequest) => {
    setErrorText('');
    setCount(0);
    try {
      setCreated(await createCopy(request, setCount));
    } catch (error) {
      setErrorText(t(errorTextOf(error)));
    } finally {
      setCount(undefined);
    }
  };
  return (
    <SupervisorScreen title={COPIES.title} lead={COPIES.lead}>
      {created ? (
        <Result created={created} onClose={() => setCreated(undefined)} />
      ) : (
        <CopyForm busy={count !== undefined} onCreate={(request) => void create(request)} />
      )}
      <ChangeOutcome done={count !== undefined && t(COPIES.progress, { n: count })} errorText={errorText} />
    </SupervisorScreen>
  );
}

/** @throws the error itself if it is none of the platform */
function errorTextOf(error: unknown) {
  if (error instanceof ApiError) return REASON_TEXTS[error.reason];
  if (isTransient(error)) return SESSION.silent;
  throw error;
}

function CopyForm({ busy, onCreate }: { busy: boolean; onCreate: (request: CopyRequest) => void }) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState<CopyReason>();
  const [evidence, setEvidence] = useState('');
  const [isSubmitted, setIsSubmitted] = useState(false);
  const idnp = parseIdnp(typed);
  const isKnown = idnp.state === 'right';
  const number = evidence.trim();
  const submit = () => {
    setIsSubmitted(true);
    if (!busy && isKnown && reason && EVIDENCE.test(number)) onCreate({ idnp: idnp.digits, reason, evidence: number });
  };
  const options = [
    { value: 'person-request' as const, label: t(COPIES.person) },
    { value: 'authority-request' as const, label: t(COPIES.authority) },
    { value: 'court' as const, label: t(COPIES.court) },
  ];
  return (
    <form className={styles.hold} onSubmit={(event) => (event.preventDefault(), submit())}>
      <Field label={t(COPIES.idnp)} error={isSubmitted && !isKnown ? t(COPIES.wrongIdnp) : undefined}>
        <TextInput value={typed} onChange={setTyped} digits maxLength={20} inputMode="numeric" autoComplete="off" />
      </Field>
      <Choice
        label={t(COPIES.reason)}
        variant="segments"
        options={options}
        value={reason}
        onChange={setReason}
        error={isSubmitted && !reason ? t(COPIES.noReason) : undefined}
      />
      <Field
        label={t(COPIES.evidence)}
        help={t(COPIES.evidenceHelp)}
        error={isSubmitted && !EVIDENCE.test(number) ? t(COPIES.wrongEvidence) : undefined}
      >
        <TextInput value={evidence} onChange={setEvidence} maxLength={60} autoComplete="off" />
      </Field>
      <div>
        <Button type="submit" variant="filled" busy={busy}>
          {t(COPIES.create)}
        </Button>
      </div>
    </form>
  );
}

function Result({ created, onClose }: { created: CreatedCopy; onClose: () => void }) {
  const { t } = useLanguage();
  const { copy } = created;
  const counts = countParts(copy);
  const isEmpty = counts.applications + counts.mandates === 0;
  return (
    <section className={styles.hold} aria-label={t(COPIES.ready)}>
      <h2>{t(COPIES.ready)}</h2>
      {isEmpty && <p>{t(COPIES.nothing)}</p>}
      <Facts
        facts={[
          [t(COPIES.number), copy.copy],
          ...Object.entries(counts).map(([part, n]) => [t(COPIES[part as keyof CopyCounts]), String(n)] as const),
        ]}
      />
      {copy.unavailableParts.includes('journal') && <p className={styles.late}>{t(COPIES.noJournal)}</p>}
      {copy.unreadable.length > 0 && (
        <p className={styles.late}>{t(COPIES.unreadable, { n: copy.unreadable.length })}</p>
      )}
      <Downloads created={created} />
      <p className={styles.quiet}>{t(COPIES.kept)}</p>
      <div>
        <Button onClick={onClose}>{t(COPIES.close)}</Button>
      </div>
    </section>
  );
}

function Downloads({ created }: { created: CreatedCopy }) {
  const { t, language: ownLanguage } = useLanguage();
  const [language, setLanguage] = useState<Language>(ownLanguage);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const saveDocument = async () => {
    setBusy(true);
    setFailed(false);
    try {
      const bytes = await renderDocument(created, language);
      saveFile('copy.pdf', bytes as Uint8Array<ArrayBuffer>, 'application/pdf');
    } catch {
      // The program or the fonts did not load.
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Choice
        label={t(COPIES.language)}
        variant="segments"
        options={LANGUAGES.map((value) => ({ value, label: t(LANGUAGE_TEXTS[value]) }))}
        value={language}
        onChange={setLanguage}
      />
      <div className={styles.controls}>
        <Button variant="filled" busy={busy} onClick={() => void saveDocument()}>
          {t(COPIES.pdf)}
        </Button>
        <Button onClick={() => saveFile('copy.json', created.text, 'application/json')}>{t(COPIES.json)}</Button>
      </div>
      {failed && (
        <p role="alert" className={styles.late}>
          {t(SESSION.silent)}
        </p>
      )}
    </>
  );
}
