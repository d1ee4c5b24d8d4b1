import { useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { isPassing, Refusal } from '../api/client.ts';
import type { TeamMember } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { SESSION } from '../texts/session.ts';
import { teamKey } from './reads.ts';
import type { Of } from './reads.ts';
import { send } from './writes.ts';
import type { Change } from './writes.ts';

export interface Changing {
  /** Undefined when it was refused or nobody answered, which `fault` then says. */
  change: (change: Change) => Promise<TeamMember | undefined>;
  busy: boolean;
  fault: string;
  /** Nothing is wrong any more: something else is begun. */
  clear: () => void;
}

/** Changes something of one of the staff; the team is read again afterwards. */
export function useChange(of: Of): Changing {
  const { t } = useLanguage();
  const reads = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  // The same change, repeated after a silence, has its effect once.
  const last = useRef({ said: '', key: '' });
  const isTaken = useRef(false);
  async function change(wanted: Change): Promise<TeamMember | undefined> {
    if (isTaken.current) return undefined;
    isTaken.current = true;
    const said = JSON.stringify(wanted);
    if (last.current.said !== said) last.current = { said, key: crypto.randomUUID() };
    setBusy(true);
    setFault('');
    try {
      const member = await send(of, wanted, last.current.key);
      last.current.said = '';
      return member;
    } catch (error) {
      if (!(error instanceof Refusal) && !isPassing(error)) throw error;
      if (!isPassing(error)) last.current.said = '';
      setFault(t(error instanceof Refusal ? REASON_TEXTS[error.reason] : SESSION.silent));
      return undefined;
    } finally {
      isTaken.current = false;
      setBusy(false);
      void reads.invalidateQueries({ queryKey: teamKey(of) });
    }
  }
  return { change, busy, fault, clear: () => setFault('') };
}
