import { PackageCheck } from 'lucide-react';
import { ACTION_TEXTS } from '@cups/application/texts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { APPLICATION } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import type { ApplicationActionState } from './use-application-action.ts';

/** The next step of a paper result that has not arrived yet. */
export function ConfirmArrivalButton({
  variant,
  action,
}: {
  variant: 'filled' | 'outlined';
  action: ApplicationActionState;
}) {
  const { t } = useLanguage();
  const confirm = () => void action.run('confirm-arrival');
  useKeys([
    { code: 'KeyR', label: KEYS.arrival, run: confirm },
    { code: 'Ctrl+Enter', label: KEYS.main, run: confirm },
  ]);
  return (
    <Button
      variant={variant}
      cap="KeyR"
      icon={PackageCheck}
      busy={action.busy === 'confirm-arrival'}
      busyText={t(APPLICATION.sending)}
      onClick={confirm}
    >
      {t(ACTION_TEXTS['confirm-arrival'])}
    </Button>
  );
}
