import { useEffect, useRef } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { detailsQuery } from '../api/queries.ts';
import type { Application } from '../api/types.ts';
import { LoadScreen } from '../parts/load-screen.tsx';
import { findRefusedKinds } from '../documents/refused-scans.ts';
import { formSchemaOf } from './model/form.ts';
import { resolveScreens } from './model/screens.ts';
import { pickContent } from './model/draft-merge.ts';
import { findService } from './model/service.ts';
import { toApplicableContent, toFormValues, withoutDocumentProof } from './model/form-values.ts';
import type { FormValues } from './model/form-values.ts';
import { withoutMandateName } from './model/mandate-basis.ts';
import { findMissingFields } from './model/missing-fields.ts';
import type { CheckContext } from './model/missing-fields.ts';
import { today } from '../language/dates.ts';
import { isUnknownToPlatform, rebuildDraft } from './rebuilt-draft.ts';
import { newDraft, draftPath } from './visit-store.ts';
import type { Draft } from './visit-store.ts';
import { useCatalogQuery } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import { useVisits } from './visits.tsx';

/** Opens a draft of the queue in the screens of a visit. */
export default function Resume({ id, corrects = false }: { id: string; corrects?: boolean }) {
  const { store } = useVisits();
  const { outbox } = useSignedIn();
  const [, go] = useLocation();
  const catalog = useCatalogQuery();
  const isNew = !corrects && isUnknownToPlatform(outbox.syncStatus(id).pending);
  const details = useQuery(Object.assign({ enabled: !isNew }, detailsQuery(id)));
  const isOpened = useRef(false);
  useEffect(() => {
    if (!isNew || !catalog.data || isOpened.current) return;
    const draft = store.draft(id) ?? rebuildDraft(id, outbox.syncStatus(id).pending, catalog.data);
    if (!draft) return;
    isOpened.current = true;
    const visit = store.openDraft(draft);
    go(draftPath(visit, draft), { replace: true });
  }, [isNew, catalog.data, store, outbox, go, id]);
  useEffect(() => {
    if (!catalog.data || !details.data || isOpened.current) return;
    isOpened.current = true;
    const { application } = details.data;
    const service = findService(catalog.data, application.publicService.replace('publicServices/', ''));
    const createDraft = corrects ? toCorrection : toDraft;
    const context = service && { catalog: catalog.data, service, today: today() };
    const visit = store.openDraft(
      createDraft(application, service && toFormValues(pickContent(application), formSchemaOf(service)), context),
    );
    const openedDraft = visit.drafts.find((draft) => draft.id === id);
    go(draftPath(visit, openedDraft), { replace: true });
  }, [catalog.data, details.data, store, go, id, corrects]);
  const error = (!details.data && details.error) || (!catalog.data && catalog.error);
  const retry = () => [details, catalog].forEach((query) => query.isError && void query.refetch());
  return <LoadScreen error={error} onRetry={retry} />;
}

function toDraft(application: Application, values: FormValues | undefined, context: CheckContext | undefined): Draft {
  return {
    id: application.id,
    service: context?.service.code,
    screen: findFirstScreen(application, values ?? {}, context),
    typed: values ?? {},
    known: application,
    sent: pickContent(application),
    unsent: false,
    conflicts: [],
  };
}

/** Starts a correction from the filed content. */
function toCorrection(
  application: Application,
  values: FormValues | undefined,
  context: CheckContext | undefined,
): Draft {
  const initial = { service: context?.service.code, screen: 'person' as const, corrects: application.name };
  return Object.assign(newDraft(withoutMandateName(withoutDocumentProof(values ?? {}))), initial);
}

/** Returns the first screen that is incomplete or has a refused scan, else the review. */
function findFirstScreen(
  application: Application,
  values: FormValues,
  context: CheckContext | undefined,
): Draft['screen'] {
  if (!context) return 'service';
  const content = toApplicableContent(values, { form: formSchemaOf(context.service), today: context.today });
  const screens = resolveScreens(context.service, values, content);
  const incomplete = new Set(findMissingFields(values, context, screens).map(({ screen }) => screen));
  if (findRefusedKinds(application).length > 0) incomplete.add('papers');
  return screens.find((screen) => incomplete.has(screen)) ?? 'review';
}
