import { plainCode } from '@cups/application';
import { RESULT_KIND_TEXTS } from '@cups/application/texts';
import type { ApplicationFile } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Facts } from '../parts/facts.tsx';
import { FILE, HAND } from '../texts/application.ts';
import { civilDay } from '@cups/application';
import { Preview } from './confirmation.tsx';
import type { Handing } from './handing.ts';
import styles from './hand-over.module.css';

/** What is given, with its numbers: to be compared with the paper in hand. */
export function Given({ file, handing }: { file: ApplicationFile; handing: Handing }) {
  const { t } = useLanguage();
  const { decision, serviceTitle } = file.application;
  const kind = decision?.resultKind ? t(RESULT_KIND_TEXTS[decision.resultKind]) : '';
  return (
    <div className={styles.given}>
      <h2>{t(HAND.what)}</h2>
      <div className={styles.card}>
        <h3>{decision?.approved ? [t(serviceTitle), kind].filter(Boolean).join(', ') : t(HAND.decision)}</h3>
        <Facts
          facts={[
            [t(HAND.numberShort), decision?.resultNumber ? plainCode(decision.resultNumber) : ''],
            [t(FILE.code), decision?.verificationCode ? plainCode(decision.verificationCode) : ''],
            [t(HAND.issued), decision?.decideTime ? shortDate(civilDay(new Date(decision.decideTime))) : ''],
            [t(FILE.validUntil), decision?.validUntil ? shortDate(decision.validUntil) : ''],
          ]}
        />
      </div>
      <h2>
        {t(HAND.receipt)} <span className={styles.quiet}>{t(HAND.receiptMore)}</span>
      </h2>
      <Preview file={file} handing={handing} />
    </div>
  );
}
