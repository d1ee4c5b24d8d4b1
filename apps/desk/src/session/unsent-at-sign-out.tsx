import { useSyncExternalStore } from 'react';
import { isIncomplete, useAllUploads } from '../documents/use-uploads.ts';
import { useLanguage } from '../language/language.tsx';
import { usePendingApplications } from '../outbox/use-outbox.ts';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { UNSENT } from '../texts/unsent.ts';
import { UNSENT_LATER } from '../texts/unsent-later.ts';
import { actTitle } from '../unsent/describe-act.ts';
import { useApplicationNames } from '../unsent/use-application-name.ts';
import { useCatalog } from './catalog.ts';
import { useSignedIn } from './session.tsx';
import { useStoredUnsent } from './use-stored-unsent.ts';

/** What a sign-out does with each unsent act and scan. */
interface UnsentItem {
  key: string;
  name: string;
  /** `sealed`: the platform opens it. `own`: only the operator's key. `lost`: it is in memory only. */
  end: 'sealed' | 'own' | 'lost';
}

/** Names what a sign-out leaves here for the operator, and what it discards. */
export default function UnsentAtSignOut() {
  const { t } = useLanguage();
  const items = useUnsentItems();
  const stored = useStoredUnsent();
  const sealed = items.filter(({ end }) => end === 'sealed').length;
  return (
    <>
      {stored.count > 0 && <p>{t(UNSENT_LATER.storedUnsent, stored)}</p>}
      {sealed > 0 && <p>{t(UNSENT_LATER.outSealed, { n: sealed })}</p>}
      {(['own', 'lost'] as const).map((end) => {
        const named = items.filter((item) => item.end === end);
        if (named.length === 0) return null;
        return (
          <div key={end}>
            <p role={end === 'lost' ? 'alert' : undefined}>
              {t(end === 'own' ? UNSENT_LATER.outOwn : UNSENT_LATER.outLost)}
            </p>
            <ul>
              {named.map(({ key, name }) => (
                <li key={key}>{name}</li>
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}

function useUnsentItems(): UnsentItem[] {
  const { t } = useLanguage();
  const { outbox } = useSignedIn();
  const nameOf = useApplicationNames();
  const catalog = useCatalog();
  useSyncExternalStore(outbox.subscribe, outbox.pendingApplications);
  const applications = usePendingApplications();
  const scans = useAllUploads().filter(isIncomplete);
  const isKept = outbox.isDurable;
  return [
    ...applications.flatMap((application) => {
      const { pending, hasStorageError = false } = outbox.syncStatus(application);
      return pending.map((write): UnsentItem => ({
        key: write.key,
        name: [nameOf(application).name, t(actTitle(write))].join(' · '),
        end: !isKept || hasStorageError ? 'lost' : write.isSealed ? 'sealed' : 'own',
      }));
    }),
    ...scans.map(({ record, isUnstored = false }): UnsentItem => ({
      key: record.id,
      name: [
        nameOf(record.application).name,
        t(UNSENT.scan, { document: t(evidenceTitle(catalog, record.kind)) }),
      ].join(' · '),
      end: !isKept || isUnstored ? 'lost' : 'own',
    })),
  ];
}
