import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { Collection } from '../api/types.ts';
import { HandOverContent } from '../handover/hand-over.tsx';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import { LoadScreen } from '../parts/load-screen.tsx';
import { COLLECTIONS } from '../texts/collections.ts';
import { KEYS } from '../texts/keys.ts';
import { collectionQuery } from './collections-api.ts';

/** Hands over the result of another centre's application. */
export default function CollectionHandOver({ id }: { id: string }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const collection = useQuery(Object.assign({ refetchOnMount: 'always' as const }, collectionQuery(id)));
  // Keeps the collection on the screen after it was handed over.
  const [start, setStart] = useState<Collection>();
  const shown = start ?? collection.data;
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go(`/collections/${id}`) }]);
  if (!shown) return <LoadScreen error={collection.error} onRetry={() => void collection.refetch()} />;
  return (
    <HandOverContent
      subject={shown}
      place="collecting-centre"
      knownAt={start ? undefined : collection.dataUpdatedAt}
      onHandedOver={() => setStart(shown)}
    >
      <Link href="/collections">{t(COLLECTIONS.title)}</Link> ›{' '}
      <Link href={`/collections/${id}`}>{personName(shown.applicant)}</Link>
    </HandOverContent>
  );
}
