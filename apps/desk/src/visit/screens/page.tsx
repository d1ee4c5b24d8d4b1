import { useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { Pause } from 'lucide-react';
import { useKeys } from '../../keys/keys.tsx';
import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorSummary } from '../../parts/error-summary.tsx';
import { Screen } from '../../parts/screen.tsx';
import { KEYS } from '../../texts/keys.ts';
import { VISIT } from '../../texts/visit.ts';
import { Conflicts } from '../conflicts.tsx';
import { useFilling } from '../filling.tsx';
import { usePark } from '../park.ts';
import { Rail, RailLine } from '../rail.tsx';
import { Refused } from '../refused.tsx';
import { Saved } from '../saved.tsx';
import { labelOf } from '../words.ts';
import { inTurn } from './turn.ts';
import styles from './page.module.css';

interface PageProps {
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
  const { screen, back, lacks, errorAt, service, attempt, sending } = useFilling();
  const park = usePark();
  const area = useRef<HTMLDivElement>(null);
  const faults = lacks
    .filter((lack) => lack.screen === screen)
    .map(({ at }) => ({ id: at, says: `${t(labelOf(at, service)).replace('?', '')}: ${errorAt(at) ?? ''}` }));
  useKeys([
    { code: 'Ctrl+Enter', says: KEYS.main, does: main.does },
    { code: 'Enter', does: main.does },
    { code: 'Escape', says: KEYS.back, does: () => leaveField() || back(), inFields: true },
    { code: 'KeyK', says: KEYS.park, does: park },
  ]);

  function onEnter(event: KeyboardEvent): void {
    const { target, key } = event;
    if (key !== 'Enter' || event.ctrlKey || event.altKey || !(target instanceof HTMLElement)) return;
    if (!target.matches('input, select')) return;
    event.preventDefault();
    // Whoever is offered behind a number or a name is taken by Enter.
    const offered = target.id.endsWith('/idnp') && area.current?.querySelector<HTMLElement>('[data-enter]');
    if (offered) return offered.click();
    const next = area.current && inTurn(area.current, target);
    if (next) next.focus();
    else main.does();
  }

  return (
    <Screen
      rail={<Rail />}
      side={side}
      footer={
        <>
          {before}
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
              <Button large icon={Pause} cap="KeyK" onClick={park}>
                {t(VISIT.park)}
              </Button>
            </span>
          </span>
          <span className={styles.state}>{hint ?? <Saved passage={sending.passage} />}</span>
        </>
      }
    >
      <div className={styles.page} ref={area} onKeyDown={onEnter}>
        <RailLine />
        <Refused />
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

/** Esc leaves the field that somebody types in, before it leaves the screen. */
function leaveField(): boolean {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLElement) || !activeElement.matches('input, select, textarea')) return false;
  activeElement.blur();
  return true;
}
