import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { CheckBox } from '../parts/choice.tsx';
import { FieldError } from '../parts/field.tsx';
import { MANDATE_TRACKING } from '../texts/mandate-tracking.ts';
import { MANDATES } from '../texts/mandates.ts';
import type { ScopePart } from './mandate-facts.ts';
import styles from './mandates.module.css';

interface RevokePartsProps {
  /** What the mandate covers now. */
  parts: readonly ScopePart[];
  busy: boolean;
  /** Called after the confirmation. `undefined`: everything. */
  onRevoke: (parts: readonly ScopePart[] | undefined) => void;
  /** Mounted while the question is open, such as its key. The tracking page has no keys. */
  whileAsked?: (close: () => void) => ReactNode;
}

/** Chooses what to revoke, says what that means, and asks once more: a revocation cannot be undone. */
export function RevokeParts({ parts, busy, onRevoke, whileAsked }: RevokePartsProps) {
  const { t } = useLanguage();
  const [chosenKeys, setChosenKeys] = useState<readonly string[]>([]);
  const [asked, setAsked] = useState<'all' | 'parts'>();
  const [isMissing, setIsMissing] = useState(false);
  const chosen = parts.filter(({ key }) => chosenKeys.includes(key));
  const toggle = (key: string, isChosen: boolean) => {
    setChosenKeys(isChosen ? [...chosenKeys, key] : chosenKeys.filter((other) => other !== key));
    setIsMissing(false);
    setAsked(undefined);
  };
  const askParts = () => {
    setIsMissing(chosen.length === 0);
    setAsked(chosen.length === 0 ? undefined : chosen.length === parts.length ? 'all' : 'parts');
  };
  return (
    <>
      <p>{t(MANDATES.effect)}</p>
      {parts.length > 1 && (
        <fieldset className={styles.parts}>
          <legend>{t(MANDATE_TRACKING.choose)}</legend>
          {parts.map(({ key, title }) => (
            <CheckBox key={key} checked={chosenKeys.includes(key)} onChange={(isChosen) => toggle(key, isChosen)}>
              {t(title)}
            </CheckBox>
          ))}
          {isMissing && <FieldError>{t(MANDATE_TRACKING.chooseNone)}</FieldError>}
        </fieldset>
      )}
      {asked === undefined ? (
        <div className={styles.ways}>
          {parts.length > 1 && <Button onClick={askParts}>{t(MANDATE_TRACKING.revokeParts)}</Button>}
          <Button variant="danger" onClick={() => setAsked('all')}>
            {t(MANDATE_TRACKING.revokeAll)}
          </Button>
        </div>
      ) : (
        <div className={styles.asking} role="group" aria-label={t(MANDATE_TRACKING.revokeTitle)}>
          {whileAsked?.(() => setAsked(undefined))}
          <p>
            <strong>{t(asked === 'all' ? MANDATE_TRACKING.sureAll : MANDATE_TRACKING.surePart)}</strong>
          </p>
          {asked === 'parts' && (
            <ul>
              {chosen.map(({ key, title }) => (
                <li key={key}>{t(title)}</li>
              ))}
            </ul>
          )}
          <p>{t(MANDATE_TRACKING.final)}</p>
          <div className={styles.ways}>
            <Button
              variant="danger"
              focusOnMount
              busy={busy}
              onClick={() => onRevoke(asked === 'all' ? undefined : chosen)}
            >
              {t(MANDATE_TRACKING.sure)}
            </Button>
            <Button onClick={() => setAsked(undefined)}>{t(MANDATE_TRACKING.keep)}</Button>
          </div>
        </div>
      )}
    </>
  );
}
