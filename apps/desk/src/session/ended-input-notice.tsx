import { useState } from 'react';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { forgetEndedInput, readEndedInput } from '../local-store/ended-input.ts';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { OFFLINE_ACCESS } from '../texts/offline-access.ts';
import { useSignedIn } from './session.tsx';

/** Tells the operator that half-typed input was destroyed, until they have read it. */
export default function EndedInputNotice() {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const owner = session.operator.name;
  const [ended, setEnded] = useState(() => readEndedInput(owner));
  if (!ended) return null;
  const contact = formatDayAndTime(new Date(ended.contactAt).toISOString());
  const close = () => {
    forgetEndedInput(owner);
    setEnded(undefined);
  };
  return (
    <Banner
      kind="trouble"
      action={
        <Button variant="text" onClick={close}>
          {t(OFFLINE_ACCESS.inputEndedRead)}
        </Button>
      }
    >
      {t(OFFLINE_ACCESS.inputEnded, { n: ended.count, contact })}
    </Banner>
  );
}
