import { useLanguage } from '../language/language.tsx';
import { formatTime } from '../language/dates.ts';
import type { SyncStatus } from '../outbox/outbox.ts';
import { VISIT } from '../texts/visit.ts';
import { useDraftForm } from './draft-form.tsx';

/** Shows whether the input is saved at the platform or pending here. */
export function SaveStatus({ status }: { status: SyncStatus }) {
  const { t } = useLanguage();
  const { draft, catalog } = useDraftForm();
  const timeOf = (instant: string) => formatTime(instant, catalog.centre.timeZone);
  return <span role="status">{statusText()}</span>;

  function statusText(): string {
    const { savedAt, pending, unreachableSince } = status;
    if (unreachableSince !== undefined && pending.length > 0) return t(VISIT.toSend);
    if (draft.unsent || pending.length > 0) return t(VISIT.keptHere);
    if (savedAt !== undefined) return t(VISIT.savedAt, { time: timeOf(new Date(savedAt).toISOString()) });
    return draft.known ? t(VISIT.savedAt, { time: timeOf(draft.known.updateTime) }) : '';
  }
}
