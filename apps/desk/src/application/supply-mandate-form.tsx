import { useState } from 'react';
import type { Catalog } from '../api/types.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { VISIT_MANDATE } from '../texts/visit-mandate.ts';
import { MandateChooser } from '../visit/mandate/mandate-chooser.tsx';
import { useMandateStep } from '../visit/mandate/use-mandate-step.ts';
import { SMALLEST_CHOICE } from '../visit/model/mandate-subject.ts';
import type { MandateSubject } from '../visit/model/mandate-subject.ts';
import styles from './application.module.css';

interface SupplyMandateFormProps {
  subject: MandateSubject;
  catalog: Catalog;
  /** Takes the name of a standing mandate. A recorded one is in the mandate requests. */
  onUse: (name: string) => void;
}

/** Asks for a mandate without which requested documents cannot be sent. */
export default function SupplyMandateForm({ subject, catalog, onUse }: SupplyMandateFormProps) {
  const { t } = useLanguage();
  const [choice, setChoice] = useState(SMALLEST_CHOICE);
  const [day] = useState(() => today());
  const step = useMandateStep({ subject, choice, catalog, today: day, onUse });
  return (
    <section className={styles.mandate}>
      <Banner kind="trouble">{t(VISIT_MANDATE.supplyNeeds)}</Banner>
      <MandateChooser
        step={step}
        subject={subject}
        catalog={catalog}
        today={day}
        choice={choice}
        onChange={(change) => setChoice(Object.assign({}, choice, change))}
      />
      {step.standing.length === 0 && (
        <div>
          <Button busy={step.isBusy} busyText={t(VISIT_MANDATE.recording)} onClick={step.run}>
            {t(VISIT_MANDATE.record)}
          </Button>
        </div>
      )}
    </section>
  );
}
