import { useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { isTransient, ApiError } from '../api/client.ts';
import type { TeamMember } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { SESSION } from '../texts/session.ts';
import { teamKey } from './queries.ts';
import type { TeamScope } from './queries.ts';
import { sendStaffChange } from './staff-changes.ts';
import type { StaffChange } from './staff-changes.ts';

export interface StaffChangeState {
  /** Undefined when it was refused or nobody answered, which `fault` then says. */
  submit: (change: StaffChange) => Promise<TeamMember | undefined>;
  busy: boolean;
  errorText: string;
  /** Nothing is wrong any more: something else is begun. */
  clear: () => void;
}

/** Changes something of one of the staff; the team is read again afterwards. */
export function useStaffChange(scope: TeamScope): StaffChangeState {
  const { t } = useLanguage();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [errorText, setErrorText] = useState('');
  // The same change, repeated after a silence, has its effect once.
  const last = useRef({ said: '', key: '' });
  const isInFlight = useRef(false);
  async function submit(wanted: StaffChange): Promise<TeamMember | undefined> {
    if (isInFlight.current) return undefined;
    isInFlight.current = true;
    const serialized = JSON.stringify(wanted);
    if (last.current.said !== serialized) last.current = { said: serialized, key: crypto.randomUUID() };
    setBusy(true);
    setErrorText('');
    try {
      const member = await sendStaffChange(scope, wanted, last.current.key);
      last.current.said = '';
      return member;
    } catch (error) {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      if (!isTransient(error)) last.current.said = '';
      setErrorText(t(error instanceof ApiError ? REASON_TEXTS[error.reason] : SESSION.silent));
      return undefined;
    } finally {
      isInFlight.current = false;
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: teamKey(scope) });
    }
  }
  return { submit, busy, errorText, clear: () => setErrorText('') };
}
