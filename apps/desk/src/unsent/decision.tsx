import { useEffect } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { api, ApiError, bodyOf } from '../api/client.ts';
import type { Application, PublicService } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import { useCatalog } from '../session/catalog.ts';
import type { Write } from '../outbox/write.ts';
import { CONFLICT, CONFLICT_TEXTS } from '../texts/conflicts.ts';
import { UNSENT } from '../texts/unsent.ts';
import { conflictKind } from './conflict.ts';
import type { ConflictKind } from './conflict.ts';
import { usePlatformFacts } from './conflict-facts.tsx';
import { actFacts, actTitle } from './describe-act.ts';
import { Ways } from './ways.tsx';
import styles from './unsent.module.css';

export interface DecisionProps {
  application: string;
  /** Name of the application. */
  name: string;
  service: PublicService | undefined;
  refusal: ApiError;
  /** The rejected act. */
  head: Write;
}

/**
 * A rejected act beside what the platform has now: what happened, what can be done, what the person needs to know. Somebody
 * decides what remains.
 */
export function Decision(props: DecisionProps) {
  const { t } = useLanguage();
  const { application, service, refusal, head } = props;
  const { data: theirs, isPending } = useQuery(theirsQuery(application));
  const zone = useCatalog()?.centre.timeZone ?? 'Europe/Chisinau';
  const kind = conflictKind(refusal, head, theirs);
  useFreshCatalog(kind);
  const facts = actFacts(head, service, theirs);
  const there = usePlatformFacts({ application, kind, service, refusal, head, theirs, zone });
  return (
    <div className={styles.decision}>
      <Banner kind="trouble">{t(REASON_TEXTS[refusal.reason])}</Banner>
      {kind && <Advice kind={kind} />}
      <div className={styles.sides}>
        <section>
          <h3>{t(UNSENT.here)}</h3>
          <p>{t(actTitle(head))}</p>
          <dl>
            {kind === 'time-unproven' && (
              <FactRow label={t(CONFLICT.madeAt)} value={formatDayAndTime(head.madeAt, zone)} />
            )}
            {facts.map(({ label, here }, at) => (
              <FactRow key={at} label={t(label)} value={here || t(UNSENT.empty)} />
            ))}
          </dl>
        </section>
        <section>
          <h3>{t(UNSENT.there)}</h3>
          {!theirs && <p>{t(isPending ? UNSENT.thereLoading : UNSENT.thereUnknown)}</p>}
          <dl>
            {there.map(([label, value]) => (
              <FactRow key={label} label={label} value={value} />
            ))}
            {facts
              .filter((fact) => fact.there !== undefined)
              .map(({ label, there: value }, at) => (
                <FactRow key={at} label={t(label)} value={value || t(UNSENT.empty)} />
              ))}
          </dl>
        </section>
      </div>
      <Ways {...props} theirs={theirs ?? undefined} kind={kind} zone={zone} />
    </div>
  );
}

function Advice({ kind }: { kind: ConflictKind }) {
  const { t } = useLanguage();
  return (
    <dl className={styles.advice}>
      {(['what', 'todo', 'tell'] as const).map((part) => (
        <FactRow key={part} label={t(CONFLICT[part])} value={t(CONFLICT_TEXTS[kind][part])} />
      ))}
    </dl>
  );
}

function FactRow({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Reads the catalog again if the rejection shows that this page has an old one. */
function useFreshCatalog(kind: ConflictKind | undefined): void {
  const queryClient = useQueryClient();
  const isOld = kind === 'form-changed' || kind === 'service-closed';
  useEffect(() => {
    if (isOld) void queryClient.invalidateQueries({ queryKey: ['catalog'] });
  }, [isOld, queryClient]);
}

/** The application at the platform; null if it has none that this operator sees. */
const theirsQuery = (id: string) => ({
  queryKey: ['unsent', id],
  queryFn: async (): Promise<Application | null> => {
    try {
      return await bodyOf(api.GET('/api/v1/applications/{id}', { params: { path: { id } } }));
    } catch (error) {
      if (error instanceof ApiError && [403, 404, 410].includes(error.status)) return null;
      throw error;
    }
  },
  staleTime: 10_000,
});
