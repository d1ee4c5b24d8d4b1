import { useQuery } from '@tanstack/react-query';
import { Cable, Unplug } from 'lucide-react';
import { cutLine, restoreLine } from '../api/line.ts';
import { providersQuery } from '../api/queries.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { LINE } from '../texts/line.ts';
import styles from './account-menu.module.css';
import { useIsLineCut } from './line-notice.tsx';
import { useSignedIn } from './session.tsx';

/** Cuts and restores the line for an exercise. Only in trainings, and on platforms with test operators. */
export default function LineSwitch() {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const { data } = useQuery(providersQuery);
  const isCut = useIsLineCut();
  const hasTestOperators = data?.providers.some(({ listsOperators }) => listsOperators) ?? false;
  if (!isCut && !session.training && !hasTestOperators) return null;
  return (
    <div className={styles.leaving}>
      <p>{t(isCut ? LINE.isCut : LINE.help)}</p>
      <div className={styles.ways}>
        <Button icon={isCut ? Cable : Unplug} onClick={isCut ? restoreLine : cutLine}>
          {t(isCut ? LINE.restore : LINE.cut)}
        </Button>
      </div>
    </div>
  );
}
