import { Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { createQueryClient, queueQuery } from './api/queries.ts';
import { lazyExtra, lazyScreen, usePrefetchScreens } from './lazy-screens.ts';
import { useOfflineCopy } from './offline-copy/use-offline-copy.ts';
import { KeysProvider } from './keys/keys.tsx';
import { beginTypeAhead } from './keys/type-ahead.ts';
import { LanguageProvider, useLanguage } from './language/language.tsx';
import { ErrorBoundary } from './parts/error-boundary.tsx';
import { Button } from './parts/button.tsx';
import { Screen } from './parts/screen.tsx';
import { usePageTitle } from './parts/use-page-title.ts';
import { EmptyState, Skeleton } from './parts/load-states.tsx';
import { Queue } from './queue/queue.tsx';
import type { EntryState } from './session/interrupted-session.ts';
import { LineNotice } from './session/line-notice.tsx';
import { useConnectivity } from './session/connectivity.ts';
import { NoWayIn } from './session/no-way-in.tsx';
import { hasOfflineAccess } from './session/offline-access.ts';
import { decidesQuarantine, hasTeam, hasDeskRole, isAgencyClerk, isAgencyManager } from './session/roles.ts';
import { SessionProvider, useSession, useSignedIn } from './session/session.tsx';
import { Shell } from './session/shell.tsx';
import { mustChooseCentre } from './session/workplace.ts';
import { PARTS } from './texts/parts.ts';
import { SESSION } from './texts/session.ts';
import { useVisits, VisitsProvider, VisitTabs } from './visit/visits.tsx';

/** The page: the session decides what is shown, and the path selects the screen. */

const SignIn = lazyScreen(() => import('./session/sign-in.tsx'));
const Unlock = lazyScreen(() => import('./session/unlock.tsx'));
const ChooseCentre = lazyScreen(() => import('./session/choose-centre.tsx'));
const ApplicationScreen = lazyScreen(() => import('./application/application.tsx'));
const HandOver = lazyScreen(() => import('./handover/hand-over.tsx'));
const CollectionList = lazyScreen(() => import('./collections/collection-list.tsx'));
const CollectionScreen = lazyScreen(() => import('./collections/collection.tsx'));
const CollectionHandOver = lazyScreen(() => import('./collections/collection-hand-over.tsx'));
const AccessList = lazyScreen(() => import('./access-list/access-list.tsx'));
const SubmissionScreen = lazyScreen(() => import('./application/submission.tsx'));
const Correction = lazyScreen(() => import('./correction/correction.tsx'));
const MandateList = lazyScreen(() => import('./mandates/mandate-list.tsx'));
const MandateScreen = lazyScreen(() => import('./mandates/mandate.tsx'));
/** For supervisors only: not prefetched for anybody else. */
const Centres = lazyScreen(() => import('./supervisor/centres.tsx'), false);
const Holds = lazyScreen(() => import('./supervisor/holds.tsx'), false);
const UndecidedAgencies = lazyScreen(() => import('./supervisor/undecided-agencies.tsx'), false);
const DataEnd = lazyScreen(() => import('./data-end/data-end.tsx'));
/** For heads and supervisors only. */
const Quarantine = lazyScreen(() => import('./quarantine/quarantine.tsx'), false);
const Copies = lazyScreen(() => import('./supervisor/copies.tsx'), false);
/** For clerks of agencies only. */
const AgencyQueue = lazyScreen(() => import('./agency-page/agency-queue.tsx'), false);
const AgencyWorkload = lazyScreen(() => import('./agency-page/workload.tsx'), false);
const AgencyDeliveryScreen = lazyScreen(() => import('./agency-page/agency-delivery.tsx'), false);
const Find = lazyScreen(() => import('./find/find.tsx'));
const Team = lazyScreen(() => import('./team/team.tsx'));
const VisitScreen = lazyScreen(() => import('./visit/visit.tsx'));
const NewVisit = lazyScreen(() => import('./visit/new-visit.tsx'));
const Unsent = lazyScreen(() => import('./unsent/unsent.tsx'));
const Resume = lazyScreen(() => import('./visit/resume.tsx'));
const AppUpdate = lazyExtra(() => import('./app-update/app-update.tsx'));
const SignedOutUpdate = lazyExtra(() => import('./app-update/signed-out-update.tsx'));

export function App({ entry }: { entry: EntryState }) {
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <SessionProvider entry={entry}>
        <SessionLanguageProvider>
          <KeysProvider>
            {/* An error outside the screens: nothing may leave a blank page. */}
            <ErrorBoundary resetKey="">
              <PublicLineNotice />
              <SessionGate />
            </ErrorBoundary>
          </KeysProvider>
        </SessionLanguageProvider>
      </SessionProvider>
    </QueryClientProvider>
  );
}

function SessionLanguageProvider({ children }: { children: ReactNode }) {
  const { state } = useSession();
  const operatorLanguage = state.kind === 'signedIn' ? state.session.operator.language : undefined;
  return <LanguageProvider initial={operatorLanguage ?? 'ro'}>{children}</LanguageProvider>;
}

/** Screens of a signed-in operator have the notice in their frame. */
function PublicLineNotice() {
  return useSession().state.kind === 'signedIn' ? null : <LineNotice />;
}

function SessionGate() {
  const { state, retry } = useSession();
  const { isReachable } = useConnectivity(state.kind === 'unreachable' ? retry : undefined);
  if (state.kind === 'unknown') return <Skeleton />;
  if (state.kind !== 'signedIn' && !isReachable && hasOfflineAccess())
    return (
      <Suspense fallback={<Skeleton />}>
        <Unlock />
      </Suspense>
    );
  if (state.kind === 'unreachable')
    return (
      <main>
        <NoWayIn onRetry={retry} />
      </main>
    );
  if (state.kind === 'signedOut')
    return (
      <Suspense fallback={<Skeleton />}>
        <SignIn
          interrupted={state.interrupted}
          refusalReason={state.refusalReason}
          refusedOperator={state.refusedOperator}
        />
        {navigator.serviceWorker?.controller && <SignedOutUpdate />}
      </Suspense>
    );
  if (mustChooseCentre(state.session, state.isNew))
    return (
      <Suspense fallback={<Skeleton />}>
        <ChooseCentre />
      </Suspense>
    );
  // Another operator or centre starts with fresh state.
  return (
    <VisitsProvider key={`${state.session.operator.name} ${state.session.centre}`}>
      <SignedInApp />
    </VisitsProvider>
  );
}

function SignedInApp() {
  const { session } = useSignedIn();
  const [path, go] = useLocation();
  const [query, setQuery] = useState('');
  const { startVisit: openVisit } = useVisits();
  const hasQueue = hasDeskRole(session.operator);
  const { count, isPrefetched } = useTodayCount(hasQueue);
  useOfflineCopy(hasQueue, isPrefetched);
  const startVisit = () => {
    const to = openVisit();
    if (to === path) document.querySelector<HTMLElement>('[role=combobox]')?.focus();
    else if (to.endsWith('/service')) beginTypeAhead();
    go(to);
  };
  const search = (text: string) => {
    setQuery(text);
    go('/find');
  };
  return (
    <Shell isSettled={isPrefetched} tabs={<VisitTabs />} count={count} onVisit={startVisit} onFind={search}>
      <ErrorBoundary resetKey={path}>
        <Suspense fallback={<Skeleton />}>
          <Screens query={query} />
        </Suspense>
      </ErrorBoundary>
      {isPrefetched && <AppUpdate />}
    </Shell>
  );
}

/** The screen of the path. */
function Screens({ query }: { query: string }) {
  const { operator } = useSignedIn().session;
  const hasQueue = hasDeskRole(operator);
  const isSupervisor = operator.roles.includes('supervisor');
  return (
    <Switch>
      <Route path="/" component={Home} />
      <Route path="/centres">{isSupervisor ? <Centres /> : <NoAccess />}</Route>
      <Route path="/undecided-agencies">{isSupervisor ? <UndecidedAgencies /> : <NoAccess />}</Route>
      <Route path="/holds/:id?">
        {({ id }) => (isSupervisor ? <Holds key={id} application={id} /> : <NoAccess />)}
      </Route>
      <Route path="/data-ends/:id?">
        {({ id }) => (isSupervisor ? <DataEnd key={id} application={id} /> : <NoAccess />)}
      </Route>
      <Route path="/copies">{isSupervisor ? <Copies /> : <NoAccess />}</Route>
      <Route path="/quarantine">{decidesQuarantine(operator) ? <Quarantine /> : <NoAccess />}</Route>
      <Route path="/workload">{isAgencyManager(operator) ? <AgencyWorkload /> : <NoAccess />}</Route>
      <Route path="/deliveries/:id">
        {({ id }) => (isAgencyClerk(operator) ? <AgencyDeliveryScreen key={id} id={id} /> : <NoAccess />)}
      </Route>
      <Route path="/team">{hasTeam(operator) ? <Team /> : <NoAccess />}</Route>
      <Route path="/team/:place">
        {({ place }) => (hasTeam(operator) ? <Team requestedScope={place} /> : <NoAccess />)}
      </Route>
      <Route path="/applications/:id">{({ id }) => <ApplicationScreen key={id} id={id} />}</Route>
      <Route path="/applications/:id/hand-over">{({ id }) => <HandOver key={id} id={id} />}</Route>
      <Route path="/applications/:id/correct">{({ id }) => <Correction key={id} id={id} />}</Route>
      <Route path="/applications/:id/access-log">{({ id }) => <AccessList id={id} />}</Route>
      <Route path="/applications/:id/submissions/:number">
        {({ id, number }) => <SubmissionScreen id={id} number={Number(number)} />}
      </Route>
      <Route path="/collections">{hasQueue ? <CollectionList /> : <NoAccess />}</Route>
      <Route path="/collections/:id">{({ id }) => <CollectionScreen key={id} id={id} />}</Route>
      <Route path="/collections/:id/hand-over">{({ id }) => <CollectionHandOver key={id} id={id} />}</Route>
      <Route path="/mandates">{hasQueue ? <MandateList /> : <NoAccess />}</Route>
      <Route path="/mandates/:id">{({ id }) => <MandateScreen key={id} id={id} />}</Route>
      <Route path="/to-send" component={Unsent} />
      <Route path="/visits/new" component={NewVisit} />
      <Route path="/visits/resume/:id">{({ id }) => <Resume key={id} id={id} />}</Route>
      <Route path="/visits/correct/:id">{({ id }) => <Resume key={id} id={id} corrects />}</Route>
      <Route path="/visits/:visit/:draft/:screen">{(params) => <VisitScreen {...params} />}</Route>
      <Route path="/find">
        <Find query={query} />
      </Route>
      <Route>
        <PageNotFound />
      </Route>
    </Switch>
  );
}

/** Returns the number of rows in the bucket `today`. Prefetches the other screens once the queue is loaded. */
function useTodayCount(hasQueue: boolean) {
  const { data } = useQuery(Object.assign({ enabled: hasQueue }, queueQuery('today')));
  const isPrefetched = usePrefetchScreens(!hasQueue || data !== undefined);
  return { count: data?.counts.find(({ bucket }) => bucket === 'today')?.count, isPrefetched };
}

/** The start screen of the operator's role. */
function Home() {
  const { operator } = useSignedIn().session;
  if (hasDeskRole(operator)) return <Queue />;
  if (isAgencyClerk(operator)) return <AgencyQueue />;
  if (operator.roles.includes('supervisor')) return <Redirect to="/centres" replace />;
  return hasTeam(operator) ? <Redirect to="/team" replace /> : <NoAccess />;
}

function PageNotFound() {
  const { t } = useLanguage();
  const [, go] = useLocation();
  usePageTitle(t(SESSION.noPage));
  return (
    <Screen>
      <EmptyState action={<Button onClick={() => go('/')}>{t(PARTS.toQueue)}</Button>}>{t(SESSION.noPage)}</EmptyState>
    </Screen>
  );
}

function NoAccess() {
  const { t } = useLanguage();
  usePageTitle(t(SESSION.notHere));
  return (
    <Screen>
      <EmptyState>{t(SESSION.notHere)}</EmptyState>
    </Screen>
  );
}
