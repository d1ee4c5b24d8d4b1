import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useLanguage } from '../language/language.tsx';
import { QUEUE } from '../texts/queue.ts';
import { COLLECTIONS_INTERVAL_MS, collectionsQuery } from './collections-api.ts';

interface CollectionsLinkProps {
  /** The queue is shown; the link may use the network. */
  isReady: boolean;
  className: string | undefined;
  countClassName: string | undefined;
}

/** Leads from the queue to the results of other centres, if there are any. */
export function CollectionsLink({ isReady, className, countClassName }: CollectionsLinkProps) {
  const { t } = useLanguage();
  const { data, hasNextPage } = useInfiniteQuery(
    Object.assign({}, collectionsQuery, { enabled: isReady, refetchInterval: COLLECTIONS_INTERVAL_MS }),
  );
  const count = data?.pages.reduce((sum, { collections }) => sum + collections.length, 0) ?? 0;
  if (count === 0) return null;
  return (
    <li className={className}>
      <Link href="/collections">
        <span />
        <span>{t(QUEUE.collections)}</span>
        <span className={countClassName}>{hasNextPage ? `${count}+` : count}</span>
      </Link>
    </li>
  );
}
