import { useQuery } from '@tanstack/react-query';
import { detailsQuery } from '../api/queries.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Banner } from '../parts/banner.tsx';
import { useSignedIn } from '../session/session.tsx';
import { VISIT } from '../texts/visit.ts';
import { useDraftForm } from './draft-form.tsx';

/** Shows that a colleague opened this draft or is assigned to it, with a button to take it over. */
export function ColleagueBanner() {
  const { t } = useLanguage();
  const { session, outbox } = useSignedIn();
  const { draft } = useDraftForm();
  const { known } = draft;
  const owner = known?.state === 'draft' ? (known.assignee ?? known.openedBy) : undefined;
  const isOther = owner !== undefined && owner !== session.operator.name;
  // Names of colleagues come with the details.
  const { data } = useQuery(Object.assign({ enabled: isOther }, detailsQuery(draft.id)));
  const name = data?.operators?.find((operator) => operator.name === owner)?.displayName;
  if (!isOther || !name) return null;
  const assignToMe = () => void outbox.put({ application: draft.id, kind: 'assign', body: {} }).catch(() => undefined);
  return (
    <Banner kind="news" action={<Button onClick={assignToMe}>{t(VISIT.takeDraft)}</Button>}>
      {t(VISIT.colleague, { name })}
    </Banner>
  );
}
