import { useQueryClient } from '@tanstack/react-query';
import { detailsQuery } from '../api/queries.ts';
import type { ApplicationDetails, PublicService } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import { UNSENT } from '../texts/unsent.ts';
import { findService } from '../visit/model/service.ts';
import { isUnknownToPlatform } from '../visit/rebuilt-draft.ts';
import { draftPath } from '../visit/visit-store.ts';
import { useVisits } from '../visit/visits.tsx';
import { contentOfWrites } from '../visit/content-of-writes.ts';

export interface ApplicationName {
  /** The person, and the number on their receipt. */
  name: string;
  /** The screen of the application, if this page has one. */
  path: string | undefined;
  service: PublicService | undefined;
}

/** Returns a function that names applications from what this page has: their drafts, the platform, or the acts themselves. */
export function useApplicationNames(): (application: string) => ApplicationName {
  const { t } = useLanguage();
  const { store } = useVisits();
  const { outbox } = useSignedIn();
  const catalog = useCatalog();
  const queryClient = useQueryClient();
  return (application) => {
    const details = queryClient.getQueryData<ApplicationDetails>(detailsQuery(application).queryKey)?.application;
    const draft = store.draft(application);
    const known = outbox.known(application) ?? details;
    const { pending } = outbox.syncStatus(application);
    const made = contentOfWrites(pending);
    const typed = fullName(draft?.typed['/applicant/givenName'], draft?.typed['/applicant/familyName']);
    const person = typed || (known && personName(known.applicant)) || personName(made.content.applicant);
    const number = draft?.trackingNumber ?? known?.trackingNumber ?? made.trackingNumber;
    const code = draft?.service ?? known?.publicService.replace('publicServices/', '') ?? made.service;
    const rebuilt = isUnknownToPlatform(pending) ? `/visits/resume/${application}` : undefined;
    const visit = draft && store.all().find(({ drafts }) => drafts.includes(draft));
    return {
      name: [person || t(UNSENT.unnamed), number].filter(Boolean).join(' · '),
      path: visit ? draftPath(visit, draft) : known ? `/applications/${application}` : rebuilt,
      service: catalog && findService(catalog, code),
    };
  };
}

const fullName = (...names: unknown[]): string => names.filter(Boolean).join(' ');
