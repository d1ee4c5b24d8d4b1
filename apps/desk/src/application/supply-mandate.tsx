import { Suspense, useEffect } from 'react';
import type { ReactNode } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/client.ts';
import type { ApplicationDetails } from '../api/types.ts';
import { lazyScreen } from '../lazy-screens.ts';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { useCatalog } from '../session/catalog.ts';
import { mandateQuery } from '../visit/mandate/mandate-queries.ts';
import { useMandateRequest } from '../visit/mandate/use-mandate-request.ts';
import { coversSubject, toMandateSubject, toNamedMandate } from '../visit/model/mandate-subject.ts';
import { findService } from '../visit/model/service.ts';

/** Loaded later: few mandates end before the documents come. */
const SupplyMandateForm = lazyScreen(() => import('./supply-mandate-form.tsx'));

/** The mandate under which requested documents are sent: that of the application, or a new one if it has ended. */
export interface SupplyMandate {
  /** What the request names; undefined while the application's own mandate covers it. */
  body: { mandate: ReturnType<typeof toNamedMandate> } | undefined;
  /** Whether a new one has to be recorded first. */
  isMissing: boolean;
  /** Asks for a new one. */
  section: ReactNode;
  /** Reads the mandate again, after a refusal. */
  refresh: () => void;
}

export function useSupplyMandate({ application }: ApplicationDetails): SupplyMandate {
  const catalog = useCatalog();
  const queryClient = useQueryClient();
  const { id, training, publicService, mandate: own } = application;
  const [chosen, setChosen] = usePersistentState<string>('supply-mandate', id, () => '');
  const service = findService(catalog, publicService.replace('publicServices/', ''));
  const subject = toMandateSubject(application, { application: id, service, training });
  useNameRecorded(id, setChosen);
  const name = chosen || own?.name || '';
  const query = mandateQuery(name);
  const { data, error } = useQuery({ ...query, enabled: name !== '' });
  const refresh = () => void queryClient.invalidateQueries({ queryKey: query.queryKey });
  // The platform checks the application itself; without an answer here, it decides alone.
  if (!subject || !catalog) return { body: undefined, isMissing: false, section: null, refresh };
  const isGone = error instanceof ApiError && error.status === 404;
  const isMissing = name === '' || isGone || (data !== undefined && !coversSubject(data, subject));
  const body = chosen && !isMissing ? { mandate: toNamedMandate(subject, chosen) } : undefined;
  const section = isMissing && (
    <Suspense fallback={null}>
      <SupplyMandateForm subject={subject} catalog={catalog} onUse={setChosen} />
    </Suspense>
  );
  return { body, isMissing, section, refresh };
}

/** Takes the name of a mandate that was recorded, also one recorded while the screen was left. */
function useNameRecorded(application: string, onName: (name: string) => void): void {
  const { requests, request } = useMandateRequest(application);
  useEffect(() => {
    if (!request || request.refusal || !(request.mandate || request.isWaiting)) return;
    onName(request.name);
    requests.release(application);
  });
}
