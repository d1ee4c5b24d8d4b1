import { useQuery } from '@tanstack/react-query';
import { fileRead } from '../api/reads.ts';
import { dayAndClock } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Strip } from '../parts/strip.tsx';
import { useSignedIn } from '../session/session.tsx';
import { VISIT } from '../texts/visit.ts';
import { useFilling } from './filling.tsx';

/** Somebody else takes care of this draft, or wrote in it last: it is said, and it can be taken over. */
export function Colleague() {
  const { t } = useLanguage();
  const { session, outbox } = useSignedIn();
  const { draft } = useFilling();
  // What was read when the draft was opened; nothing is asked again for this.
  const { data: file } = useQuery(Object.assign({ enabled: false }, fileRead(draft.id)));
  if (!file || !draft.known || draft.known.state !== 'draft') return null;
  const me = session.operator.name;
  const nameOf = (name: string) => file.operators?.find((one) => one.name === name)?.displayName ?? name;
  const { assignee = file.application.assignee } = draft.known;
  if (assignee && assignee !== me) {
    const take = () => void outbox.put({ application: draft.id, kind: 'assign', body: {} }).catch(() => undefined);
    return (
      <Strip kind="news" act={<Button onClick={take}>{t(VISIT.takeDraft)}</Button>}>
        {t(VISIT.colleague, { name: nameOf(assignee) })}
      </Strip>
    );
  }
  const edits = file.history.filter(({ kind }) => kind === 'edit');
  const last = edits.reduce<(typeof edits)[number] | undefined>(
    (newest, one) => (newest && newest.recordTime > one.recordTime ? newest : one),
    undefined,
  );
  if (!last || last.by === me) return null;
  return <Strip kind="news">{t(VISIT.lastBy, { name: nameOf(last.by), time: dayAndClock(last.recordTime) })}</Strip>;
}
