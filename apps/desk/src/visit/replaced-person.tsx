import { useLanguage } from '../language/language.tsx';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { VISIT } from '../texts/visit.ts';
import { useDraftForm } from './draft-form.tsx';
import { visitName } from './visit-store.ts';
import { useVisits } from './visits.tsx';

/** Shows that another window changed the applicant of the draft that this window shows. */
export function ReplacedPerson() {
  const { t } = useLanguage();
  const { store } = useVisits();
  const { visit, draft } = useDraftForm();
  if (store.personOrigin(draft.id) !== 'replaced') return null;
  const name = visitName({ id: visit.id, parked: visit.parked, drafts: [draft] }) || t(VISIT.unnamed);
  return (
    <Banner kind="trouble" action={<Button onClick={() => store.takePerson(draft.id)}>{t(VISIT.replacedSeen)}</Button>}>
      {t(VISIT.replacedPerson, { name })}
    </Banner>
  );
}
