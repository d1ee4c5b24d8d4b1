import { useState } from 'react';
import { useLanguage } from '../language/language.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { KEYS } from '../texts/keys.ts';
import { Cap } from './cap.tsx';
import { useBoard, useKeys } from './keys.tsx';
import type { Key } from './keys.tsx';
import styles from './keys-list.module.css';

/** The list of keys that count here, under `/`; and the switch for single letters. */
export function KeysList() {
  const { t } = useLanguage();
  const { all, letters, setLetters } = useBoard();
  const [listed, setListed] = useState<Key[]>();
  useKeys([{ code: 'Slash', says: KEYS.list, does: () => setListed(unique(all())) }]);
  if (!listed) return null;
  return (
    <Dialog title={t(KEYS.title)} onClose={() => setListed(undefined)}>
      <dl className={styles.list}>
        {listed.map(({ code, says }) => (
          <div key={code}>
            <dt>
              <Cap code={code} quiet />
            </dt>
            <dd>{t(says)}</dd>
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

const unique = (keys: Key[]): Key[] =>
  keys.filter(({ code, says }, at) => says && keys.findIndex((other) => other.code === code) === at);
