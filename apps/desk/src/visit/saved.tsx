import { useLanguage } from '../language/language.tsx';
import { clock } from '../language/dates.ts';
import type { Passage } from '../outbox/outbox.ts';
import { VISIT } from '../texts/visit.ts';
import { useFilling } from './filling.tsx';

/** Where what is typed is: at the platform since when, or here, waiting to be sent. */
export function Saved({ passage }: { passage: Passage }) {
  const { t } = useLanguage();
  const { draft, registry } = useFilling();
  const at = (instant: string) => clock(instant, registry.centre.timeZone);
  return <span role="status">{words()}</span>;

  function words(): string {
    const { savedAt } = passage;
    if (passage.awaySince !== undefined && passage.waiting.length > 0) return t(VISIT.toSend);
    if (savedAt !== undefined && passage.waiting.length === 0 && !draft.unsent) {
      return t(VISIT.savedAt, { time: at(new Date(savedAt).toISOString()) });
    }
    if (draft.known && !draft.unsent) return t(VISIT.savedAt, { time: at(draft.known.updateTime) });
    return draft.unsent ? t(VISIT.keptHere) : '';
  }
}
