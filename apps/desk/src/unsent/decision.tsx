import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { REASON_TEXTS, STATE_TEXTS } from '@cups/application/texts';
import { useLocation } from 'wouter';
import { api, ApiError, bodyOf } from '../api/client.ts';
import type { Application, PublicService } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { formatMessage } from '../language/messages.ts';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import type { Write } from '../outbox/write.ts';
import { UNSENT } from '../texts/unsent.ts';
import { draftPath } from '../visit/visit-store.ts';
import { useVisits } from '../visit/visits.tsx';
import { actFacts, actLine, actTitle, toNoteText } from './describe-act.ts';
import { storeDiscardedAct } from './discarded-acts.ts';
import { HandInButton } from './hand-in-button.tsx';
import styles from './unsent.module.css';

/** Acts that continue in the screens of a visit. */
const DRAFT_KINDS: readonly Write['kind'][] = ['create', 'edit', 'submit', 'renew', 'mandates'];

export interface DecisionProps {
  application: string;
  /** Name of the application. */
  name: string;
  service: PublicService | undefined;
  refusal: ApiError;
  /** The rejected act. */
  head: Write;
}

/** A rejected act beside what the platform has now. A person decides what remains. */
export function Decision(props: DecisionProps) {
  const { t } = useLanguage();
  const { application, service, refusal, head } = props;
  const { data: theirs, isPending } = useQuery(theirsQuery(application));
  const zone = useCatalog()?.centre.timeZone ?? 'Europe/Chisinau';
  const facts = actFacts(head, service, theirs);
  const there = theirs && [
    [UNSENT.state, t(STATE_TEXTS[theirs.state])] as const,
    [UNSENT.changedAt, formatDayAndTime(theirs.updateTime, zone)] as const,
  ];
  return (
    <div className={styles.decision}>
      <Banner kind="trouble">{t(REASON_TEXTS[refusal.reason])}</Banner>
      <div className={styles.sides}>
        <section>
          <h3>{t(UNSENT.here)}</h3>
          <p>{t(actTitle(head))}</p>
          <dl>
            {facts.map(({ label, here }, at) => (
              <FactRow key={at} label={t(label)} value={here || t(UNSENT.empty)} />
            ))}
          </dl>
        </section>
        <section>
          <h3>{t(UNSENT.there)}</h3>
          {!there && <p>{t(isPending ? UNSENT.thereLoading : UNSENT.thereUnknown)}</p>}
          <dl>
            {there?.map(([label, value]) => (
              <FactRow key={value} label={t(label)} value={value} />
            ))}
            {facts
              .filter((fact) => fact.there !== undefined)
              .map(({ label, there: value }, at) => (
                <FactRow key={at} label={t(label)} value={value || t(UNSENT.empty)} />
              ))}
          </dl>
        </section>
      </div>
      <Ways {...props} exists={Boolean(theirs)} zone={zone} />
    </div>
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

/** @param exists whether the platform has the application, so that it takes a note */
function Ways(props: DecisionProps & { exists: boolean; zone: string }) {
  const { application, service, head, refusal, exists, zone } = props;
  const { t } = useLanguage();
  const { outbox } = useSignedIn();
  const { store } = useVisits();
  const [, go] = useLocation();
  const [isDiscarding, setIsDiscarding] = useState(false);
  const time = formatDayAndTime(head.madeAt, zone);
  const act = actLine(head, service);
  const visit = store.all().find(({ drafts }) => drafts.some(({ id }) => id === application));
  const isDraft = DRAFT_KINDS.includes(head.kind) && (visit !== undefined || exists);
  const openDraft = () => {
    const draft = visit?.drafts.find(({ id }) => id === application);
    go(visit ? draftPath(visit, draft) : `/visits/resume/${application}`);
  };
  const canKeep = exists && head.kind !== 'notes';
  const replaceWithNote = (message: typeof UNSENT.noteKept | typeof UNSENT.noteHandedIn) =>
    outbox.replaceWithNote(application, [head.key], toNoteText(formatMessage('ro', message, { time, act })));
  if (isDiscarding)
    return <DiscardForm {...props} act={act} canKeep={canKeep} onCancel={() => setIsDiscarding(false)} />;
  return (
    <div className={styles.ways}>
      {isDraft ? (
        <Button variant="filled" onClick={openDraft}>
          {t(UNSENT.openDraft)}
        </Button>
      ) : (
        exists && <Button onClick={() => go(`/applications/${application}`)}>{t(UNSENT.openApplication)}</Button>
      )}
      {refusal.reason === 'DESK_TIME_UNBOUNDED' && (
        <HandInButton write={head} onDone={() => replaceWithNote(UNSENT.noteHandedIn)} />
      )}
      <Button onClick={() => outbox.retry(application)}>{t(UNSENT.retry)}</Button>
      {canKeep && !isDraft && <Button onClick={() => replaceWithNote(UNSENT.noteKept)}>{t(UNSENT.keepAsNote)}</Button>}
      <Button variant="danger" onClick={() => setIsDiscarding(true)}>
        {t(UNSENT.discard)}
      </Button>
    </div>
  );
}

interface DiscardFormProps extends DecisionProps {
  act: string;
  /** Whether the reason becomes a note of the application; else it stays on this PC. */
  canKeep: boolean;
  zone: string;
  onCancel: () => void;
}

function DiscardForm({ application, name, service, head, act, canKeep, zone, onCancel }: DiscardFormProps) {
  const { t } = useLanguage();
  const { outbox, localStore } = useSignedIn();
  const { store } = useVisits();
  const [typed, setTyped] = useState('');
  const [isSubmitted, setIsSubmitted] = useState(false);
  async function discard(): Promise<void> {
    setIsSubmitted(true);
    const reason = typed.trim();
    if (!reason) return;
    const time = formatDayAndTime(head.madeAt, zone);
    if (canKeep) {
      const text = formatMessage('ro', UNSENT.noteDiscarded, { time, act, reason });
      return outbox.replaceWithNote(application, [head.key], toNoteText(text));
    }
    const { pending } = outbox.syncStatus(application);
    // Without its first act nothing of a new application can be sent.
    const dropped = head.kind === 'create' ? pending : [head];
    await storeDiscardedAct(localStore, {
      id: head.key,
      name,
      trackingNumber: store.draft(application)?.trackingNumber,
      acts: dropped.map((write) => actLine(write, service)).join(' '),
      reason,
      time: new Date().toISOString(),
    });
    outbox.withdrawWrites(
      application,
      dropped.map(({ key }) => key),
    );
    if (head.kind === 'create') store.removeDraft(application);
  }
  return (
    <form className={styles.ways} onSubmit={(event) => (event.preventDefault(), void discard())}>
      <Field
        label={t(UNSENT.reason)}
        help={t(canKeep ? UNSENT.reasonHelp : UNSENT.reasonHelpHere)}
        error={isSubmitted && !typed.trim() ? t(UNSENT.reasonNeeded) : undefined}
      >
        <TextInput value={typed} onChange={setTyped} maxLength={200} focusOnMount />
      </Field>
      <Button type="submit" variant="danger">
        {t(UNSENT.discard)}
      </Button>
      <Button onClick={onCancel}>{t(UNSENT.cancel)}</Button>
    </form>
  );
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
