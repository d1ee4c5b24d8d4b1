import type { ReactNode } from 'react';
import { Pause } from 'lucide-react';
import { useKeys } from '../../keys/keys.tsx';
import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorSummary } from '../../parts/error-summary.tsx';
import { Screen } from '../../parts/screen.tsx';
import { useTurns } from '../../parts/turn.ts';
import { Strip } from '../../parts/strip.tsx';
import { OWN } from '../../texts/application.ts';
import { KEYS } from '../../texts/keys.ts';
import { VISIT } from '../../texts/visit.ts';
import { Colleague } from '../colleague.tsx';
import { Conflicts } from '../conflicts.tsx';
import { useFilling } from '../filling.tsx';
import { usePark } from '../park.ts';
import { Rail, RailLine } from '../rail.tsx';
import { Refused } from '../refused.tsx';
import { Saved } from '../saved.tsx';
import { labelOf } from '../words.ts';
import styles from './page.module.css';

export interface PageProps {
  main: { says: string; does: () => void; cap?: string; busy?: boolean; doing?: string };
  side?: ReactNode;
  /** In the place of the save state, where nothing is saved yet. */
  hint?: ReactNode;
  /** Before the main button: what has to be ticked first. */
  before?: ReactNode;
  /** What is missing stands in the summary, each with its label. */
  summary?: boolean;
  children: ReactNode;
}

/** The frame of the screens of a visit: steps, one idea, a pane beside it, and the footer with what to do next. */
export function Page({ main, side, hint, before, summary = true, children }: PageProps) {
  const { t } = useLanguage();
  const { screen, back, lacks, errorAt, service, attempt, sending, draft } = useFilling();
  const park = usePark();
  const area = useTurns(main.does);
  const faults = lacks
    .filter((lack) => lack.screen === screen)
    .map(({ at }) => ({ id: at, of: t(labelOf(at, service)), says: errorAt(at) ?? '' }));
  useKeys([
    { code: 'Ctrl+Enter', says: KEYS.main, does: main.does },
    { code: 'Enter', does: main.does },
    { code: 'Escape', says: KEYS.back, does: () => leaveField() || back(), inFields: true },
    { code: 'KeyK', says: KEYS.park, does: park },
  ]);

  return (
    <Screen
      rail={<Rail />}
      side={side}
      footer={
        <>
          {before}
          <Buttons main={main} onPark={park} />
          <span className={styles.state}>{hint ?? <Saved passage={sending.passage} />}</span>
        </>
      }
    >
      <div className={styles.page} ref={area}>
        <RailLine />
        {draft.known?.ownApplication && <Strip kind="news">{t(OWN.draft)}</Strip>}
        <Refused />
        <Colleague />
        <Conflicts />
        {summary && attempt > 0 && <ErrorSummary faults={faults} attempt={attempt} />}
        {children}
        {side && <div className={styles.inline}>{side}</div>}
        <div className={styles.parkBelow}>
          <Button icon={Pause} onClick={park}>
            {t(VISIT.park)}
          </Button>
        </div>
      </div>
    </Screen>
  );
}

function Buttons({ main, onPark }: { main: PageProps['main']; onPark: () => void }) {
  const { t } = useLanguage();
  const { screen, back } = useFilling();
  return (
    <span className={styles.buttons}>
      <Button
        look="filled"
        large
        cap={main.cap ?? 'Ctrl+Enter'}
        onClick={main.does}
        busy={main.busy}
        doing={main.doing}
      >
        {main.says}
      </Button>
      {screen !== 'service' && (
        <Button large onClick={back}>
          {t(VISIT.back)}
        </Button>
      )}
      <span className={styles.park}>
        <Button large icon={Pause} cap="KeyK" onClick={onPark}>
          {t(VISIT.park)}
        </Button>
      </span>
    </span>
  );
}

/** Esc leaves the field that somebody types in, before it leaves the screen. */
function leaveField(): boolean {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLElement) || !activeElement.matches('input, select, textarea')) return false;
  activeElement.blur();
  return true;
}
