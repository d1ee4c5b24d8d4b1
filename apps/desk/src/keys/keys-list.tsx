import { useState } from 'react';
import { useLanguage } from '../language/language.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { KEYS } from '../texts/keys.ts';
import { KeyCap } from './key-cap.tsx';
import { useKeyboard, useKeys } from './keys.tsx';
import type { KeyBinding } from './keys.tsx';
import styles from './keys-list.module.css';

/** Lists the keys of the current screen (`/`), with the switch for single letters. */
export function KeysList() {
  const { t } = useLanguage();
  const { all, letters, setLetters } = useKeyboard();
  const [listed, setListed] = useState<KeyBinding[]>();
  useKeys([{ code: 'Slash', label: KEYS.list, run: () => setListed(unique(all())) }]);
  if (!listed) return null;
  return (
    <Dialog title={t(KEYS.title)} onClose={() => setListed(undefined)}>
      <dl className={styles.list}>
        {listed.map(({ code, label }) => (
          <div key={code}>
            <dt>
              <KeyCap code={code} quiet />
            </dt>
            <dd>{t(label)}</dd>
          </div>
        ))}
      </dl>
      <label className={styles.letters}>
        <input type="checkbox" checked={letters} onChange={(event) => setLetters(event.target.checked)} />
        {t(KEYS.letters)}
      </label>
    </Dialog>
  );
}

const unique = (keys: KeyBinding[]): KeyBinding[] =>
  keys.filter(({ code, label }, at) => label && keys.findIndex((other) => other.code === code) === at);
