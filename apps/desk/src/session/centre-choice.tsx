import { useState } from 'react';
import { REASON_TEXTS } from '@cups/application/texts';
import { isTransient, ApiError } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { SESSION } from '../texts/session.ts';
import { useSession, useSignedIn } from './session.tsx';
import styles from './account-menu.module.css';

/** The centres of an operator with several. Nothing is preselected after sign-in. */
export default function CentreChoice({ asTitle = false, onChosen }: { asTitle?: boolean; onChosen?: () => void }) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const { switchCentre } = useSession();
  const [errorText, setErrorText] = useState('');
  const [chosen, setChosen] = useState(asTitle ? undefined : session.centre);
  const centres = session.centres ?? [];
  const [go, isGoing] = useSingleFlight(async () => {
    if (!chosen) return setErrorText(t(SESSION.chooseCentreFirst));
    await switchCentre(chosen).then(onChosen, (error: unknown) => {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      setErrorText(t(error instanceof ApiError ? REASON_TEXTS[error.reason] : SESSION.silent));
    });
  });
  if (centres.length < 2) return null;
  const isOther = asTitle || chosen !== session.centre;
  return (
    <form className={styles.choosing} onSubmit={(event) => (event.preventDefault(), void go())}>
      <Choice
        label={t(SESSION.chooseCentre)}
        labelHidden={asTitle}
        digits={asTitle}
        options={centres.map(({ name, displayName, district }) => ({
          value: name,
          label: displayName,
          more: district,
        }))}
        value={chosen}
        error={errorText}
        onChange={setChosen}
      />
      {isOther && (
        <Button type="submit" variant={asTitle ? 'filled' : 'outlined'} large={asTitle} busy={isGoing}>
          {t(SESSION.workHere)}
        </Button>
      )}
    </form>
  );
}
