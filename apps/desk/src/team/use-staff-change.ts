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
  /** Resolves to undefined if it was rejected or the platform was unreachable; `errorText` explains. */
  submit: (change: StaffChange) => Promise<TeamMember | undefined>;
  busy: boolean;
  errorText: string;
  /** Clears the error before another action. */
  clear: () => void;
}

/** Sends changes of staff members, and reloads the team afterwards. */
export function useStaffChange(scope: TeamScope): StaffChangeState {
  const { t } = useLanguage();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [errorText, setErrorText] = useState('');
  // A repeated change uses the same key and takes effect once.
  const lastChange = useRef({ body: '', key: '' });
  const isInFlight = useRef(false);
  async function submit(change: StaffChange): Promise<TeamMember | undefined> {
    if (isInFlight.current) return undefined;
    isInFlight.current = true;
    const serialized = JSON.stringify(change);
    if (lastChange.current.body !== serialized) lastChange.current = { body: serialized, key: crypto.randomUUID() };
    setBusy(true);
    setErrorText('');
    try {
      const member = await sendStaffChange(scope, change, lastChange.current.key);
      lastChange.current.body = '';
      return member;
    } catch (error) {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      if (!isTransient(error)) lastChange.current.body = '';
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
