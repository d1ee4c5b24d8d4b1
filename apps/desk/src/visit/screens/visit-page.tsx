import type { ReactNode } from 'react';
import { Pause } from 'lucide-react';
import { useKeys } from '../../keys/keys.tsx';
import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorSummary } from '../../parts/error-summary.tsx';
import { Screen } from '../../parts/screen.tsx';
import { useEnterToNext } from '../../parts/enter-to-next.ts';
import { Banner } from '../../parts/banner.tsx';
import { OWN_APPLICATION } from '../../texts/own-application.ts';
import { KEYS } from '../../texts/keys.ts';
import { VISIT } from '../../texts/visit.ts';
import { ColleagueBanner } from '../colleague-banner.tsx';
import { Conflicts } from '../conflicts.tsx';
import { useDraftForm } from '../draft-form.tsx';
import { ReplacedPerson } from '../replaced-person.tsx';
import { useSaveForLater } from '../save-for-later.ts';
import { StepNav, StepNavCompact } from '../step-nav.tsx';
import { SyncErrorBanner } from '../sync-error-banner.tsx';
import { SaveStatus } from '../save-status.tsx';
import { fieldLabel } from '../field-texts.ts';
import styles from './visit-page.module.css';

export interface VisitPageProps {
  main: { label: string; run: () => void; cap?: string; busy?: boolean; doing?: string };
  side?: ReactNode;
  /** Replaces the save status. */
  hint?: ReactNode;
  /** Content before the main button. */
  before?: ReactNode;
  /** Whether to show the error summary. */
  summary?: boolean;
  children: ReactNode;
}

/** The frame of visit screens: steps, content, side pane and footer. */
export function VisitPage({ main, side, hint, before, summary = true, children }: VisitPageProps) {
  const { t } = useLanguage();
  const { screen, back, missingFields, errorAt, service, attempt, sync, draft } = useDraftForm();
  const saveForLater = useSaveForLater();
  const area = useEnterToNext(main.run);
  const errors = missingFields
    .filter((field) => field.screen === screen)
    .map(({ pointer }) => ({ id: pointer, label: t(fieldLabel(pointer, service)), message: errorAt(pointer) ?? '' }));
  useKeys([
    { code: 'Ctrl+Enter', label: KEYS.main, run: main.run },
    { code: 'Enter', run: main.run },
    { code: 'Escape', label: KEYS.back, run: () => blurActiveField() || back(), inFields: true },
    { code: 'KeyK', label: KEYS.park, run: saveForLater },
  ]);

  return (
    <Screen
      rail={<StepNav />}
      side={side}
      footer={
        <>
          {before}
          <FooterButtons main={main} onSaveForLater={saveForLater} />
          <span className={styles.state}>{hint ?? <SaveStatus status={sync.status} />}</span>
        </>
      }
    >
      <div className={styles.page} ref={area}>
        <StepNavCompact />
        {draft.known?.ownApplication && <Banner kind="news">{t(OWN_APPLICATION.draft)}</Banner>}
        <SyncErrorBanner />
        <ColleagueBanner />
        <ReplacedPerson />
        <Conflicts />
        {summary && attempt > 0 && <ErrorSummary errors={errors} attempt={attempt} />}
        {children}
        {side && <div className={styles.inline}>{side}</div>}
        <div className={styles.parkBelow}>
          <Button icon={Pause} onClick={saveForLater}>
            {t(VISIT.park)}
          </Button>
        </div>
      </div>
    </Screen>
  );
}

function FooterButtons({ main, onSaveForLater }: { main: VisitPageProps['main']; onSaveForLater: () => void }) {
  const { t } = useLanguage();
  const { screen, back } = useDraftForm();
  return (
    <span className={styles.buttons}>
      <Button
        variant="filled"
        large
        cap={main.cap ?? 'Ctrl+Enter'}
        onClick={main.run}
        busy={main.busy}
        busyText={main.doing}
      >
        {main.label}
      </Button>
      {screen !== 'service' && (
        <Button large onClick={back}>
          {t(VISIT.back)}
        </Button>
      )}
      <span className={styles.park}>
        <Button large icon={Pause} cap="KeyK" onClick={onSaveForLater}>
          {t(VISIT.park)}
        </Button>
      </span>
    </span>
  );
}

/** Esc blurs the field first; a second Esc leaves the screen. */
function blurActiveField(): boolean {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLElement) || !activeElement.matches('input, select, textarea')) return false;
  activeElement.blur();
  return true;
}
