import { useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { today as todayHere } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { Registry } from '../api/types.ts';
import { VISIT } from '../texts/visit.ts';
import type { Filling } from './filling.tsx';
import { formOf } from './model/form.ts';
import type { Value } from './model/form.ts';
import { lacksOf, located } from './model/missing.ts';
import type { Lack } from './model/missing.ts';
import { beside, screensOf } from './model/screens.ts';
import type { ScreenId } from './model/screens.ts';
import { take } from './model/sending.ts';
import { agencyOf, deliveriesOf, onlyCost, serviceIn } from './model/service.ts';
import { countingContent } from './model/typed.ts';
import { newDraft, pathOf } from './store.ts';
import type { Draft, Visit } from './store.ts';
import { useSending } from './use-sending.ts';
import { useVisits } from './visits.tsx';
import { wordsOfLack } from './words.ts';

/** Rules of something that is not there: they are told when somebody wants to go on, not while there is nothing yet. */
const ABSENT = ['REQUIRED', 'NEEDED_WITH', 'CONTACT_MISSING', 'EVIDENCE_MISSING', 'EVIDENCE_UNSEEN'];

/** A draft as its screens see it: what is typed, what is missing, and the ways on. */
export function useFillingOf(visit: Visit, draft: Draft, registry: Registry, asked: ScreenId | undefined): Filling {
  const { t } = useLanguage();
  const [, navigate] = useLocation();
  const [held, hold] = useState<string>();
  const { typed } = draft;
  const { service, today, reading, content, screens, own } = useContent(draft, registry);
  const screen = asked && screens.includes(asked) && service ? asked : 'service';
  const sending = useSending(draft, reading);
  const lacks = withTold(own, sending, typed, content, service, screens);
  const faults = useFaults(lacks, screen, { typed, service });
  const changes = useChanges(visit, draft, registry, sending);
  const go = (to: ScreenId) => {
    hold(undefined);
    navigate(changes.moveTo(to));
  };

  function submit(): void {
    faults.stay();
    if (lacks.length > 0) return document.getElementById('missing')?.focus();
    if (typed['/checked'] !== true) return hold(t(VISIT.checkFirst));
    hold(undefined);
    void sending.submit();
  }
  function next(): void {
    if (screen === 'review') return submit();
    const keeps = lacks.some((lack) => lack.screen === screen && !isPutOff(lack, typed));
    return keeps ? faults.stay() : go(beside(screens, screen, 1));
  }
  const waits = useWaits(next);
  const agency = service && agencyOf(registry, service);
  const about = {
    visit,
    draft,
    typed,
    content,
    registry,
    service,
    agency,
    today,
    screens,
    screen,
    lacks,
    held,
    sending,
  };
  return Object.assign(about, {
    errorAt: faults.errorAt,
    attempt: faults.attempt,
    left: faults.left,
    set: changes.set,
    setAll: changes.setAll,
    choose: (code: string) =>
      code === draft.service ? go(beside(screens, 'service', 1)) : navigate(changes.choose(code)),
    go,
    next: waits.next,
    during: waits.during,
    back: () => (screen === 'service' ? navigate('/') : go(beside(screens, screen, -1))),
    hold,
  });
}

/** Going on while something is fetched into the fields goes on once it is there. */
function useWaits(next: () => void): Pick<Filling, 'next' | 'during'> {
  const latest = useRef(next);
  useEffect(() => {
    latest.current = next;
  });
  const running = useRef(0);
  const wanted = useRef(false);
  const [waits] = useState(() => ({
    next(): void {
      if (running.current > 0) wanted.current = true;
      else latest.current();
    },
    during(work: Promise<unknown>): void {
      running.current += 1;
      const done = () => {
        running.current -= 1;
        if (!wanted.current || running.current > 0) return;
        wanted.current = false;
        // The fields draw themselves first.
        setTimeout(() => latest.current());
      };
      work.then(done, done);
    },
  }));
  return waits;
}

/** What is typed as it may be filed, the screens that it has, and what it lacks. */
function useContent({ service: code, typed }: Draft, registry: Registry) {
  const [today] = useState(() => todayHere());
  const service = serviceIn(registry, code);
  const reading = useMemo(() => ({ form: formOf(service), today }), [service, today]);
  const content = useMemo(() => countingContent(typed, reading), [typed, reading]);
  const screens = useMemo(() => screensOf(service, typed, content), [service, typed, content]);
  const own = useMemo(
    () => (service ? lacksOf(typed, { registry, service, today }, screens) : []),
    [service, typed, registry, today, screens],
  );
  return { service, today, reading, content, screens, own };
}

/** What may be said of which control: nothing before somebody left it, or wanted to go on. */
function useFaults(lacks: readonly Lack[], screen: ScreenId, about: Pick<Filling, 'typed' | 'service'>) {
  const { language } = useLanguage();
  const [tried, setTried] = useState<{ screens: readonly ScreenId[]; attempt: number }>({ screens: [], attempt: 0 });
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  return {
    errorAt(at: string): string | undefined {
      const lack = lacks.find((one) => one.at === at);
      if (!lack) return undefined;
      const shown = tried.screens.includes(lack.screen) || screen === 'review';
      const early = seen.has(at) && !ABSENT.includes(lack.violation.rule);
      return shown || early ? wordsOfLack(lack, Object.assign({ language }, about)) : undefined;
    },
    attempt: tried.screens.at(-1) === screen ? tried.attempt : 0,
    left: (at: string) => setSeen((now) => new Set(now).add(at)),
    stay: () => setTried((now) => ({ screens: [...now.screens, screen], attempt: now.attempt + 1 })),
  };
}

/** What changes a draft. */
function useChanges(visit: Visit, draft: Draft, registry: Registry, sending: Filling['sending']) {
  const { store } = useVisits();
  const change = (to: Partial<Draft>) => store.change(draft.id, (one) => Object.assign({}, one, to));
  const setAll = (values: Readonly<Record<string, Value | undefined>>) =>
    store.change(draft.id, (one) => {
      const next: Record<string, Value> = Object.assign({}, one.typed);
      for (const [at, value] of Object.entries(values)) take(next, at, value);
      // Whoever changes something has something new to check.
      if (!('/checked' in values)) delete next['/checked'];
      return Object.assign({}, one, { typed: next, unsent: true });
    });
  return {
    setAll,
    set: (at: string, value: Value | undefined) => setAll({ [at]: value }),
    /** @returns the address of the screen */
    moveTo(screen: ScreenId): string {
      sending.give();
      change({ screen });
      return pathOf(visit, Object.assign({}, draft, { screen }));
    },
    /**
     * The service of an open application cannot change: another one is another draft, and the one that was open is given up.
     * @returns the address of the draft
     */
    choose(code: string): string {
      const typed = startOf(serviceIn(registry, code), draft.typed);
      const start = { service: code, typed, screen: 'person' as const };
      if (!draft.sent) {
        change(start);
        return pathOf(visit, Object.assign({}, draft, start));
      }
      sending.withdraw();
      const other = Object.assign(newDraft(typed), start);
      store.replaceDraft(draft.id, other);
      return pathOf(visit, other);
    },
  };
}

/** A paper that comes later keeps nobody from filling in the rest. */
function isPutOff({ at }: Lack, typed: Draft['typed']): boolean {
  return at.startsWith('/evidence/') && typed[at] === 'later';
}

/** What the platform found missing counts until it is mended here: its words come with the next try. */
function withTold(
  own: readonly Lack[],
  { refused }: Filling['sending'],
  typed: Draft['typed'],
  content: Filling['content'],
  service: Filling['service'],
  screens: readonly ScreenId[],
): readonly Lack[] {
  if (refused?.reason !== 'FILE_INCOMPLETE') return own;
  const violations = (refused.problem.violations ?? []) as unknown as Lack['violation'][];
  const told = located(violations, typed, content, service, screens);
  return [...own, ...told.filter(({ at }) => !own.some((one) => one.at === at))];
}

/** What there is only one of may be taken as given; a reduction never is. */
function givenBy(service: Filling['service']): Draft['typed'] {
  const given: Record<string, Value> = {};
  const cost = onlyCost(service);
  const [way, ...ways] = deliveriesOf(service);
  if (cost) given['/costOption'] = cost.code;
  if (way && ways.length === 0) given['/delivery/kind'] = way;
  return given;
}

const OF_PEOPLE = /^\/(applicant|contact|behalf|represented|mandate)/;

/** What is typed of people stays when another service is chosen. */
function startOf(service: Filling['service'], typed: Draft['typed']): Draft['typed'] {
  const people = Object.fromEntries(Object.entries(typed).filter(([at]) => OF_PEOPLE.test(at)));
  return Object.assign(people, givenBy(service));
}
