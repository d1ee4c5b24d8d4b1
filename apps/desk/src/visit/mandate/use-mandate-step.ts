import { useEffect, useRef, useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Catalog, StoredMandate } from '../../api/types.ts';
import { useSingleFlight } from '../../parts/use-single-flight.ts';
import { useSignedIn } from '../../session/session.tsx';
import { findStandingMandates, toNewMandate } from '../model/mandate-subject.ts';
import type { MandateChoice, MandateSubject, NewMandate } from '../model/mandate-subject.ts';
import { mandateText } from '../model/mandate-text.ts';
import { mandateQuery, personMandatesQuery } from './mandate-queries.ts';
import type { MandateRequest } from './mandate-requests.ts';
import { usePrintMandate, withoutOwnCode } from './use-print-mandate.tsx';
import { useMandateRequest } from './use-mandate-request.ts';
import { toWaitingMandate } from './waiting-mandate.ts';

/** What a step needs to choose or to record a mandate of one application. */
export interface MandateStep {
  /** Mandates of the person that cover the application. */
  standing: readonly StoredMandate[];
  /** Whether to record another one although one stands. */
  isNew: boolean;
  setNew: (isNew: boolean) => void;
  /** The request that waits or was refused. */
  request: MandateRequest | undefined;
  isBusy: boolean;
  /** Uses the first standing mandate, else records a new one and prints it. */
  run: () => void;
  use: (mandate: StoredMandate) => void;
  /** Ends the waiting. */
  cancel: () => void;
}

interface MandateStepOptions {
  subject: MandateSubject;
  choice: MandateChoice;
  catalog: Catalog;
  /** Civil date in Chisinau. */
  today: string;
  /** A standing mandate was chosen. A recorded one is in `request`, until its name is used. */
  onUse: (name: string) => void;
}

export function useMandateStep(options: MandateStepOptions): MandateStep {
  const { subject, choice, catalog, today, onUse } = options;
  const queryClient = useQueryClient();
  const { session } = useSignedIn();
  const { requests, request } = useMandateRequest(subject.application);
  const [isNew, setNew] = useState(false);
  const { idnp } = subject.person;
  const mandatesQuery = personMandatesQuery(idnp ?? '');
  const { data } = useQuery({ ...mandatesQuery, enabled: idnp !== undefined });
  const [print] = usePrintMandate(catalog, session.operator.displayName);
  const isMounted = useMounted();
  const findStanding = (known: readonly StoredMandate[]) =>
    findStandingMandates(known, subject).filter(({ name }) => !requests.isEnded(name));
  const standing = isNew ? [] : findStanding(data ?? []);

  async function record(): Promise<void> {
    const body = await withTextHash(toNewMandate(subject, choice), catalog, today);
    requests.record(subject.application, body, (ready) => {
      const mandate = ready.mandate && withoutOwnCode(ready.mandate);
      if (mandate) queryClient.setQueryData(mandateQuery(mandate.name).queryKey, mandate);
      if (mandate) queryClient.setQueryData(mandatesQuery.queryKey, (known) => known && [mandate, ...known]);
      if (isMounted.current)
        void print(mandate ?? toWaitingMandate(ready, { catalog, session, today }), mandate !== undefined);
    });
  }

  const [run] = useSingleFlight(async () => {
    if (request && !request.refusal) return;
    // A key before the list has arrived waits for it. Without an answer, a new mandate is recorded.
    const known = isNew || !idnp ? [] : await queryClient.fetchQuery(mandatesQuery).catch(() => []);
    const [first] = findStanding(known);
    if (first) return onUse(first.name);
    // Not awaited: it may wait for the platform, and a refusal or a cancel allows the next press.
    void record();
  });
  return {
    standing,
    isNew,
    setNew,
    request,
    isBusy: request !== undefined && !request.refusal && !request.waitsFor && !request.isWaiting,
    run: () => void run(),
    use: (mandate) => onUse(mandate.name),
    cancel: () => requests.forget(subject.application),
  };
}

function useMounted() {
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => void (isMounted.current = false);
  }, []);
  return isMounted;
}

/** Adds the hash of the text that was shown. Browsers have no `subtle` on plain HTTP of another host. */
async function withTextHash(request: NewMandate, catalog: Catalog, today: string): Promise<NewMandate> {
  if (!globalThis.crypto?.subtle) return request;
  const text = new TextEncoder().encode(mandateText(request, catalog, request.language, today));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  const textSha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { ...request, textSha256 };
}
