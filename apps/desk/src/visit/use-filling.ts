import { useMemo, useState } from 'react';
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
import { contentOf } from './model/typed.ts';
import { newDraft, pathOf } from './store.ts';
import type { Draft, Visit } from './store.ts';
import { useSending } from './use-sending.ts';
import { useVisits } from './visits.tsx';
import { wordsOfLack } from './words.ts';

/** Rules of something that is not there: they are told when somebody wants to go on, not while there is nothing yet. */
const ABSENT = ['REQUIRED', 'NEEDED_WITH', 'CONTACT_MISSING', 'EVIDENCE_MISSING', 'EVIDENCE_UNSEEN'];

/** A draft as its screens see it: what is typed, what is missing, and the ways on. */
export function useFillingOf(visit: Visit, draft: Draft, registry: Registry, asked: ScreenId | undefined): Filling {
  const { store } = useVisits();
  const { t, language } = useLanguage();
  const [, navigate] = useLocation();
  const service = serviceIn(registry, draft.service);
  const [today] = useState(() => todayHere());
  const reading = useMemo(() => ({ form: formOf(service), today }), [service, today]);
  const { typed } = draft;
  const content = useMemo(() => contentOf(typed, reading), [typed, reading]);
  const screens = useMemo(() => screensOf(service, typed, content), [service, typed, content]);
  const screen = asked && screens.includes(asked) && service ? asked : 'service';
  const sending = useSending(draft, reading);
  const [tried, setTried] = useState<{ screens: readonly ScreenId[]; attempt: number }>({ screens: [], attempt: 0 });
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [held, hold] = useState<string>();

  const own = useMemo(
    () => (service ? lacksOf(typed, { registry, service, today }, screens) : []),
    [service, typed, registry, today, screens],
  );
  const lacks = withTold(own, sending, typed, content, service, screens);

  const errorAt = (at: string): string | undefined => {
    const lack = lacks.find((one) => one.at === at);
    if (!lack) return undefined;
    const shown = tried.screens.includes(lack.screen) || screen === 'review';
    const early = seen.has(at) && !ABSENT.includes(lack.violation.rule);
    return shown || early ? wordsOfLack(lack, { typed, service, language }) : undefined;
  };
  const setAll = (values: Readonly<Record<string, Value | undefined>>) => {
    store.change(draft.id, (one) => {
      const next: Record<string, Value> = Object.assign({}, one.typed);
      for (const [at, value] of Object.entries(values)) take(next, at, value);
      // Whoever changes something has something new to check.
      if (!('/checked' in values)) delete next['/checked'];
      return Object.assign({}, one, { typed: next, unsent: true });
    });
  };
  const go = (to: ScreenId) => {
    hold(undefined);
    sending.give();
    store.change(draft.id, (one) => Object.assign({}, one, { screen: to }));
    navigate(pathOf(visit, Object.assign({}, draft, { screen: to })));
  };
  const stay = () => setTried((now) => ({ screens: [...now.screens, screen], attempt: now.attempt + 1 }));

  return {
    visit,
    draft,
    typed,
    content,
    registry,
    service,
    agency: service && agencyOf(registry, service),
    today,
    screens,
    screen,
    lacks,
    errorAt,
    setAll,
    set: (at, value) => setAll({ [at]: value }),
    left: (at) => setSeen((now) => new Set(now).add(at)),
    choose: (code) => (code === draft.service ? go(beside(screens, 'service', 1)) : navigate(chosen(code))),
    go,
    next: () => {
      if (screen === 'review') return submit();
      if (lacks.some((lack) => lack.screen === screen && !isPutOff(lack, typed))) return stay();
      return go(beside(screens, screen, 1));
    },
    back: () => (screen === 'service' ? navigate('/') : go(beside(screens, screen, -1))),
    attempt: tried.screens.at(-1) === screen ? tried.attempt : 0,
    hold,
    held,
    sending,
  };

  /** The service of an open application cannot change: another one is another draft, and the one that was open is given up. */
  function chosen(code: string): string {
    const change = { service: code, typed: startOf(serviceIn(registry, code), typed), screen: 'person' as const };
    if (!draft.sent) {
      store.change(draft.id, (one) => Object.assign({}, one, change));
      return pathOf(visit, Object.assign({}, draft, change));
    }
    sending.withdraw();
    const other = Object.assign(newDraft(change.typed), change);
    store.replaceDraft(draft.id, other);
    return pathOf(visit, other);
  }

  function submit(): void {
    stay();
    if (lacks.length > 0) return document.getElementById('missing')?.focus();
    if (typed['/checked'] !== true) return hold(t(VISIT.checkFirst));
    hold(undefined);
    void sending.submit();
  }
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
