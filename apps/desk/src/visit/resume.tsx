import { useEffect, useRef } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { fileRead } from '../api/reads.ts';
import type { Application } from '../api/types.ts';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { formOf } from './model/form.ts';
import { screensOf } from './model/screens.ts';
import { contentIn } from './model/sending.ts';
import { serviceIn } from './model/service.ts';
import { countingContent, typedOf } from './model/typed.ts';
import type { Typed } from './model/typed.ts';
import { lacksOf } from './model/missing.ts';
import type { Place } from './model/missing.ts';
import { today } from '../language/dates.ts';
import { newDraft, pathOf } from './store.ts';
import type { Draft } from './store.ts';
import { useRegistryQuery } from '../session/registry.ts';
import { useVisits } from './visits.tsx';

/** A draft of the queue, of another day or of a colleague, opens in the screens in which it was written. */
export default function Resume({ id, corrects = false }: { id: string; corrects?: boolean }) {
  const { store } = useVisits();
  const [, go] = useLocation();
  const registry = useRegistryQuery();
  const file = useQuery(fileRead(id));
  const done = useRef(false);
  useEffect(() => {
    if (!registry.data || !file.data || done.current) return;
    done.current = true;
    const { application } = file.data;
    const service = serviceIn(registry.data, application.publicService.replace('publicServices/', ''));
    const made = corrects ? correctionOf : draftOf;
    const place = service && { registry: registry.data, service, today: today() };
    const visit = store.openDraft(
      made(application, service && typedOf(contentIn(application), formOf(service)), place),
    );
    const held = visit.drafts.find((draft) => draft.id === id);
    go(pathOf(visit, held), { replace: true });
  }, [registry.data, file.data, store, go, id, corrects]);
  const error = file.error ?? registry.error;
  return error && !file.data ? <Failed error={error} onAgain={() => void file.refetch()} /> : <Skeleton />;
}

function draftOf(application: Application, typed: Typed | undefined, place: Place | undefined): Draft {
  return {
    id: application.id,
    service: place?.service.code,
    screen: firstScreen(typed ?? {}, place),
    typed: typed ?? {},
    known: application,
    sent: contentIn(application),
    unsent: false,
    conflicts: [],
  };
}

/** A correction begins with what was filed; which papers were seen is asked again. */
function correctionOf(application: Application, typed: Typed | undefined, place: Place | undefined): Draft {
  const again = Object.fromEntries(Object.entries(typed ?? {}).filter(([at]) => !at.endsWith('/how')));
  const start = { service: place?.service.code, screen: 'person' as const, corrects: application.name };
  return Object.assign(newDraft(again), start);
}

/** The first screen on which something is missing; the check of everything when nothing is. */
function firstScreen(typed: Typed, place: Place | undefined): Draft['screen'] {
  if (!place) return 'service';
  const content = countingContent(typed, { form: formOf(place.service), today: place.today });
  const screens = screensOf(place.service, typed, content);
  const lacking = new Set(lacksOf(typed, place, screens).map(({ screen }) => screen));
  return screens.find((screen) => lacking.has(screen)) ?? 'review';
}
