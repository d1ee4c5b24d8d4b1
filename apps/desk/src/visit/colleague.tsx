import { useQuery } from '@tanstack/react-query';
import { fileRead } from '../api/reads.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Strip } from '../parts/strip.tsx';
import { useSignedIn } from '../session/session.tsx';
import { VISIT } from '../texts/visit.ts';
import { useFilling } from './filling.tsx';

/** Somebody else opened this draft or took it over: it is said, and it can be taken over. */
export function Colleague() {
  const { t } = useLanguage();
  const { session, outbox } = useSignedIn();
  const { draft } = useFilling();
  const { known } = draft;
  const owner = known?.state === 'draft' ? (known.assignee ?? known.openedBy) : undefined;
  const isOther = owner !== undefined && owner !== session.operator.name;
  // Names of colleagues come with the file.
  const { data } = useQuery(Object.assign({ enabled: isOther }, fileRead(draft.id)));
  const name = data?.operators?.find((one) => one.name === owner)?.displayName;
  if (!isOther || !name) return null;
  const take = () => void outbox.put({ application: draft.id, kind: 'assign', body: {} }).catch(() => undefined);
  return (
    <Strip kind="news" act={<Button onClick={take}>{t(VISIT.takeDraft)}</Button>}>
      {t(VISIT.colleague, { name })}
    </Strip>
  );
}
