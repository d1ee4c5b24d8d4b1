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
    const { savedAt } = status;
    if (status.unreachableSince !== undefined && status.pending.length > 0) return t(VISIT.toSend);
    if (savedAt !== undefined && status.pending.length === 0 && !draft.unsent) {
      return t(VISIT.savedAt, { time: timeOf(new Date(savedAt).toISOString()) });
    }
    if (draft.known && !draft.unsent) return t(VISIT.savedAt, { time: timeOf(draft.known.updateTime) });
    return draft.unsent ? t(VISIT.keptHere) : '';
  }
}
