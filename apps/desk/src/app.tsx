import { lazy, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { newReads, queueRead } from './api/reads.ts';
import { later, useLaterScreens } from './later.ts';
import { KeysProvider } from './keys/keys.tsx';
import { beginTypeAhead } from './keys/type-ahead.ts';
import { LanguageProvider, useLanguage } from './language/language.tsx';
import { Boundary } from './parts/boundary.tsx';
import { Button } from './parts/button.tsx';
import { Screen } from './parts/screen.tsx';
import { usePageTitle } from './parts/use-page-title.ts';
import { Empty, Failed, Skeleton } from './parts/waiting.tsx';
import { Away } from './api/client.ts';
import { Queue } from './queue/queue.tsx';
import type { Arrival } from './session/left.ts';
import { hasTeam, worksAtDesk } from './session/roles.ts';
import { SessionProvider, useDoors, useSignedIn } from './session/session.tsx';
import { ChooseCentre } from './session/choose-centre.tsx';
import { Shell } from './session/shell.tsx';
import { SignIn } from './session/sign-in.tsx';
import { PARTS } from './texts/parts.ts';
import { SESSION } from './texts/session.ts';
import { useVisits, VisitsProvider, VisitTabs } from './visit/visits.tsx';

/** The page: who is signed in decides what is shown, the address decides which screen. */

const ApplicationScreen = later(() => import('./application/application.tsx'));
const HandOver = later(() => import('./handover/hand-over.tsx'));
const Looks = later(() => import('./application/looks.tsx'));
const SubmissionScreen = later(() => import('./application/submission.tsx'));
/** For supervisors only: nobody else fetches it. */
const Centres = lazy(() => import('./supervisor/centres.tsx'));
const Find = later(() => import('./find/find.tsx'));
const Team = later(() => import('./team/team.tsx'));
const VisitScreen = later(() => import('./visit/visit.tsx'));
const NewVisit = later(() => import('./visit/new-visit.tsx'));
const Resume = later(() => import('./visit/resume.tsx'));

export function App({ arrival }: { arrival: Arrival }) {
  const [reads] = useState(newReads);
  return (
    <QueryClientProvider client={reads}>
      <SessionProvider arrival={arrival}>
        <Spoken>
          <KeysProvider>
            <Doors />
          </KeysProvider>
        </Spoken>
      </SessionProvider>
    </QueryClientProvider>
  );
}

function Spoken({ children }: { children: ReactNode }) {
  const { presence } = useDoors();
  const of = presence.is === 'in' ? presence.session.operator.language : undefined;
  return <LanguageProvider initial={of ?? 'ro'}>{children}</LanguageProvider>;
}

function Doors() {
  const { presence, again } = useDoors();
  if (presence.is === 'unknown') return <Skeleton />;
  if (presence.is === 'unreachable') return <Failed error={new Away()} onAgain={again} />;
  if (presence.is === 'out') return <SignIn left={presence.left} refused={presence.refused} />;
  if (presence.isNew && (presence.session.centres?.length ?? 0) > 1) return <ChooseCentre />;
  // Another operator, or another centre, begins anew.
  return (
    <VisitsProvider key={`${presence.session.operator.name} ${presence.session.centre}`}>
      <Inside />
    </VisitsProvider>
  );
}

function Inside() {
  const { session } = useSignedIn();
  const [path, go] = useLocation();
  const [query, setQuery] = useState('');
  const { begin } = useVisits();
  const works = worksAtDesk(session.operator);
  const { data } = useQuery(Object.assign({ enabled: works }, queueRead('today')));
  useLaterScreens(!works || data !== undefined);
  const count = data?.counts.find(({ bucket }) => bucket === 'today')?.count;
  const visit = () => {
    const to = begin();
    if (to === path) document.querySelector<HTMLElement>('[role=combobox]')?.focus();
    else if (to.endsWith('/service')) beginTypeAhead();
    go(to);
  };
  const find = (wanted: string) => {
    setQuery(wanted);
    go('/find');
  };
  return (
    <Shell tabs={<VisitTabs />} count={count} onVisit={visit} onFind={find}>
      <Boundary place={path}>
        <Suspense fallback={<Skeleton />}>
          <Switch>
            <Route path="/">
              <Home />
            </Route>
            <Route path="/centres">{session.operator.roles.includes('supervisor') ? <Centres /> : <NotHere />}</Route>
            <Route path="/team">{hasTeam(session.operator) ? <Team /> : <NotHere />}</Route>
            <Route path="/team/:place">
              {({ place }) => (hasTeam(session.operator) ? <Team place={place} /> : <NotHere />)}
            </Route>
            <Route path="/applications/:id">{({ id }) => <ApplicationScreen key={id} id={id} />}</Route>
            <Route path="/applications/:id/hand-over">{({ id }) => <HandOver key={id} id={id} />}</Route>
            <Route path="/applications/:id/looks">{({ id }) => <Looks id={id} />}</Route>
            <Route path="/applications/:id/submissions/:number">
              {({ id, number }) => <SubmissionScreen id={id} number={Number(number)} />}
            </Route>
            <Route path="/visits/new">
              <NewVisit />
            </Route>
            <Route path="/visits/resume/:id">{({ id }) => <Resume key={id} id={id} />}</Route>
            <Route path="/visits/correct/:id">{({ id }) => <Resume key={id} id={id} corrects />}</Route>
            <Route path="/visits/:visit/:draft/:screen">{(place) => <VisitScreen {...place} />}</Route>
            <Route path="/find">
              <Find query={query} />
            </Route>
            <Route>
              <NoPage />
            </Route>
          </Switch>
        </Suspense>
      </Boundary>
    </Shell>
  );
}

/** Where each begins. */
function Home() {
  const { operator } = useSignedIn().session;
  if (worksAtDesk(operator)) return <Queue />;
  if (operator.roles.includes('supervisor')) return <Redirect to="/centres" replace />;
  return hasTeam(operator) ? <Redirect to="/team" replace /> : <NotHere />;
}

function NoPage() {
  const { t } = useLanguage();
  const [, go] = useLocation();
  usePageTitle(t(SESSION.noPage));
  return (
    <Screen>
      <Empty act={<Button onClick={() => go('/')}>{t(PARTS.toQueue)}</Button>}>{t(SESSION.noPage)}</Empty>
    </Screen>
  );
}

function NotHere() {
  const { t } = useLanguage();
  usePageTitle(t(SESSION.notHere));
  return (
    <Screen>
      <Empty>{t(SESSION.notHere)}</Empty>
    </Screen>
  );
}
