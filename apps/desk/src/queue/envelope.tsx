import { useState } from 'react';
import { PackageCheck } from 'lucide-react';
import { useQueryClient } from '@tanstack/react-query';
import type { ApplicationRow } from '../api/types.ts';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { CheckBox } from '../parts/choice.tsx';
import { useSignedIn } from '../session/session.tsx';
import { ENVELOPE } from '../texts/queue.ts';
import { applicantName } from './row-links.ts';
import styles from './envelope.module.css';

/** Confirms the arrival of the paper results of one envelope. Nothing is ticked in advance. */
export default function Envelope({ rows }: { rows: readonly ApplicationRow[] }) {
  const { t } = useLanguage();
  const arriving = rows.filter(({ allowedActions }) => allowedActions.includes('confirm-arrival'));
  const [isOpen, setIsOpen] = useState(false);
  useCloseKey(isOpen, () => setIsOpen(false));
  const [refused, setRefused] = useState<readonly string[]>([]);
  if (!isOpen && arriving.length === 0 && refused.length === 0) return null;
  return (
    <div className={styles.envelope}>
      {isOpen ? (
        <EnvelopeForm rows={arriving} onDone={(names) => (setRefused(names), setIsOpen(false))} />
      ) : (
        <Button icon={PackageCheck} onClick={() => (setRefused([]), setIsOpen(true))}>
          {t(ENVELOPE.open)}
        </Button>
      )}
      {refused.length > 0 && <p role="alert">{t(ENVELOPE.refused, { names: refused.join(', ') })}</p>}
    </div>
  );
}

interface EnvelopeFormProps {
  rows: readonly ApplicationRow[];
  /** @param refused the applicants whose result was not recorded */
  onDone: (refused: readonly string[]) => void;
}

function EnvelopeForm({ rows, onDone }: EnvelopeFormProps) {
  const { t } = useLanguage();
  const { outbox } = useSignedIn();
  const queryClient = useQueryClient();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [isSending, setIsSending] = useState(false);
  const [isTried, setIsTried] = useState(false);
  const toggle = (id: string, isTicked: boolean) =>
    setTicked((now) => new Set(isTicked ? [...now, id] : [...now].filter((other) => other !== id)));
  const arrived = rows.filter(({ id }) => ticked.has(id));

  async function confirm(): Promise<void> {
    setIsTried(true);
    if (arrived.length === 0) return;
    setIsSending(true);
    const writes = arrived.map(({ id }) => outbox.put({ application: id, kind: 'confirm-arrival', body: {} }));
    const answers = await Promise.allSettled(writes);
    await queryClient.invalidateQueries({ queryKey: ['queue'] });
    onDone(arrived.filter((_row, n) => answers[n]?.status === 'rejected').map(applicantName));
  }
  return (
    <form onSubmit={(event) => (event.preventDefault(), void confirm())}>
      <fieldset>
        <legend>{t(ENVELOPE.title)}</legend>
        <p>{t(ENVELOPE.help)}</p>
        {rows.map((row) => (
          <CheckBox
            key={row.id}
            checked={ticked.has(row.id)}
            onChange={(isTicked) => toggle(row.id, isTicked)}
            more={t(row.serviceTitle)}
          >
            {applicantName(row)}
          </CheckBox>
        ))}
      </fieldset>
      {isTried && arrived.length === 0 && <p role="alert">{t(ENVELOPE.chooseFirst)}</p>}
      <div className={styles.ways}>
        <Button variant="filled" type="submit" busy={isSending} busyText={t(ENVELOPE.sending)}>
          {t(ENVELOPE.confirm, { n: arrived.length })}
        </Button>
        <Button onClick={() => setTicked(new Set(rows.map(({ id }) => id)))}>{t(ENVELOPE.all)}</Button>
        <Button variant="text" onClick={() => onDone([])}>
          {t(ENVELOPE.leave)}
        </Button>
      </div>
    </form>
  );
}
