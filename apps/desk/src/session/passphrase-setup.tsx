import { useState } from 'react';
import { Printer } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import { normalizePassphrase } from '../local-store/offline-keys.ts';
import { generatePassphrase } from '../local-store/passphrase.ts';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { printDocument } from '../print/printing.tsx';
import { OFFLINE_ACCESS } from '../texts/offline-access.ts';
import styles from './account-menu.module.css';

interface PassphraseSetupProps {
  /** Resolves once the words open the local store, or failed to. */
  onChosen: (words: readonly string[]) => Promise<unknown>;
  onCancel: () => void;
  fault: string | undefined;
}

/** Shows six generated words once, and asks for two of them. They never reach the clipboard, which keeps a history. */
export function PassphraseSetup({ onChosen, onCancel, fault }: PassphraseSetupProps) {
  const { t } = useLanguage();
  const [words] = useState(generatePassphrase);
  const [isWritten, setIsWritten] = useState(false);
  if (isWritten)
    return <WordCheck words={words} onChosen={onChosen} onBack={() => setIsWritten(false)} fault={fault} />;
  return (
    <>
      <p>{t(OFFLINE_ACCESS.wordsOnce)}</p>
      <WordList words={words} />
      <div className={styles.ways}>
        <Button variant="filled" onClick={() => setIsWritten(true)}>
          {t(OFFLINE_ACCESS.written)}
        </Button>
        <Button icon={Printer} onClick={() => void printDocument(<WordList words={words} />)}>
          {t(OFFLINE_ACCESS.print)}
        </Button>
        <Button variant="text" onClick={onCancel}>
          {t(OFFLINE_ACCESS.cancel)}
        </Button>
      </div>
    </>
  );
}

function WordList({ words }: { words: readonly string[] }) {
  return (
    <ol className={styles.words} lang="ro">
      {words.map((word, at) => (
        <li key={at}>{word}</li>
      ))}
    </ol>
  );
}

interface WordCheckProps {
  words: readonly string[];
  onChosen: (words: readonly string[]) => Promise<unknown>;
  onBack: () => void;
  fault: string | undefined;
}

/** Asks for the second and the fifth word: both lines of the note. */
const ASKED = [1, 4] as const;

function WordCheck({ words, onChosen, onBack, fault }: WordCheckProps) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({});
  const [isChecked, setIsChecked] = useState(false);
  const isRight = (at: number) => normalizePassphrase(typed[at] ?? '') === words[at];
  const [save, busy] = useSingleFlight(async () => {
    setIsChecked(true);
    if (ASKED.every(isRight)) await onChosen(words);
  });
  return (
    <form
      className={styles.choosing}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <p>{t(OFFLINE_ACCESS.confirm)}</p>
      {ASKED.map((at, place) => (
        <Field
          key={at}
          label={t(OFFLINE_ACCESS.wordNumber, { n: at + 1 })}
          error={isChecked && !isRight(at) && t(OFFLINE_ACCESS.otherWord)}
        >
          <TextInput
            value={typed[at] ?? ''}
            onChange={(text) => setTyped(Object.assign({}, typed, { [at]: text }))}
            focusOnMount={place === 0}
          />
        </Field>
      ))}
      <div className={styles.ways}>
        <Button type="submit" variant="filled" busy={busy}>
          {t(OFFLINE_ACCESS.save)}
        </Button>
        <Button variant="text" onClick={onBack}>
          {t(OFFLINE_ACCESS.cancel)}
        </Button>
      </div>
      <p role="alert" className={styles.fault}>
        {fault}
      </p>
    </form>
  );
}
