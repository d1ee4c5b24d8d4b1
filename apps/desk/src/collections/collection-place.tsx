import { useState } from 'react';
import { MapPin } from 'lucide-react';
import type { Application } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { Button } from '../parts/button.tsx';
import { COLLECTIONS } from '../texts/collections.ts';
import { useCentreNames } from './centre-names.ts';
import { CentreSearch } from './centre-search.tsx';
import styles from './collections.module.css';

type CollectedApplication = Pick<Application, 'id' | 'centre' | 'training'> & {
  collectionCentre?: string | undefined;
};

interface CollectionPlaceProps {
  application: CollectedApplication;
  /** Whether the choice can still be changed. */
  canChoose: boolean;
  /** @param centre centres/{code}; the application's own centre takes the choice back */
  onChoose: (centre: string) => void;
}

/** The other centre where the applicant collects the result, and the choice of one. Nothing without either. */
export function CollectionPlace({ application, canChoose, onChoose }: CollectionPlaceProps) {
  const { t } = useLanguage();
  const [isOpen, setIsOpen] = useState(false);
  const { centre, isWaiting } = useChosenCentre(application);
  const centreName = useCentreNames(centre !== undefined);
  const openSearch = () => setIsOpen(true);
  useCloseKey(isOpen && canChoose, () => setIsOpen(false));
  useKeys([canChoose && !isOpen && { code: 'KeyL', label: COLLECTIONS.choose, run: openSearch }]);
  if (isOpen && canChoose) {
    const choose = (chosen: string) => {
      setIsOpen(false);
      onChoose(chosen);
    };
    return <CentreSearch application={application} onChoose={choose} onLeave={() => setIsOpen(false)} />;
  }
  if (!centre && !canChoose) return null;
  const name = centre && centreName(centre);
  return (
    <div className={styles.place} role="group" aria-label={t(COLLECTIONS.at)}>
      {name && (
        <p role="status">
          <MapPin size={18} aria-hidden="true" />
          {t(COLLECTIONS.at)} <strong>{isWaiting ? t(COLLECTIONS.atWaits, { centre: name }) : name}</strong>
        </p>
      )}
      {canChoose && (
        <Button variant="text" cap="KeyL" icon={name ? undefined : MapPin} onClick={openSearch}>
          {t(name ? COLLECTIONS.change : COLLECTIONS.choose)}
        </Button>
      )}
      {canChoose && centre && (
        <Button variant="text" onClick={() => onChoose(application.centre)}>
          {t(COLLECTIONS.here)}
        </Button>
      )}
    </div>
  );
}

/** The chosen centre, also while the choice is pending; undefined for the application's own. */
function useChosenCentre({ id, centre: own, collectionCentre }: CollectedApplication) {
  const { pending } = useSyncStatus(id);
  const waiting = pending.filter(({ kind }) => kind === 'collection-centre').at(-1);
  const chosen = waiting ? String(waiting.body['centre']) : collectionCentre;
  return { centre: chosen === own ? undefined : chosen, isWaiting: waiting !== undefined };
}
