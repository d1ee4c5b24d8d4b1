import type { Language } from './content.ts';
import { formatCivilDate } from './dates.ts';
import { MANDATE_TEXT_VERSION } from './mandates.ts';
import type { MandateGround, MandateTerm, Theme } from './mandates.ts';
import { MANDATE_GROUND_TEXTS, MANDATE_TERM_TEXTS, THEME_TEXTS } from './texts/mandates.ts';
import { interpolateText } from './texts/text.ts';
import type { Text } from './texts/text.ts';

/** The text that a person signs. */

/**
 * Wordings by version and language, oldest first. A signed mandate keeps its version. Project text, not legal advice: no official
 * wording was found. The first version said so above the signature, where it could confuse a person.
 */
const WORDINGS: Readonly<Record<string, Readonly<Record<'present' | 'represented', Text>>>> = {
  '2026-11': {
    present: {
      ro: 'Eu, {person} ({personNumber}), împuternicesc centrul „{centre}” să depună în numele meu cereri la autorități, să primească răspunsurile și să-mi transmită rezultatele.\nPentru: {scope}.\nTermen: {term}, cel târziu până la {expireDate} inclusiv.\nTemei: {ground}.\nPot revoca această împuternicire oricând, integral sau în parte, la centru sau pe pagina de urmărire, cu codul ei. Ce s-a făcut înainte de revocare rămâne valabil.\nOrice acces la datele mele este înregistrat și îl pot afla.\nData: {grantDate}.\nText de proiect; nu este consultanță juridică.\n',
      ru: 'Я, {person} ({personNumber}), уполномочиваю центр «{centre}» подавать от моего имени заявления в органы, получать ответы и передавать мне результаты.\nДля: {scope}.\nСрок: {term}, не позднее {expireDate} включительно.\nОснование: {ground}.\nЯ могу отозвать это полномочие в любое время, полностью или частично, в центре или на странице отслеживания, по его коду. Сделанное до отзыва остаётся в силе.\nКаждый доступ к моим данным записывается, и я могу о нём узнать.\nДата: {grantDate}.\nТекст проекта; не является юридической консультацией.\n',
      en: 'I, {person} ({personNumber}), authorise the centre “{centre}” to file applications with agencies on my behalf, to receive their replies and to pass the results on to me.\nFor: {scope}.\nTerm: {term}, until {expireDate} inclusive at the latest.\nGround: {ground}.\nI can revoke this mandate at any time, wholly or in part, at the centre or on the tracking page with its code. What was done before the revocation stays valid.\nEvery access to my data is recorded, and I can learn about it.\nDate: {grantDate}.\nProject text, not legal advice.\n',
    },
    represented: {
      ro: 'Eu, {representative} ({representativeNumber}), care reprezint pe {person} ({personNumber}), împuternicesc centrul „{centre}” să depună în numele persoanei reprezentate cereri la autorități, să primească răspunsurile și să transmită rezultatele.\nPentru: {scope}.\nTermen: {term}, cel târziu până la {expireDate} inclusiv.\nTemei: {ground}.\nAceastă împuternicire poate fi revocată oricând, integral sau în parte, la centru sau pe pagina de urmărire, cu codul ei. Ce s-a făcut înainte de revocare rămâne valabil.\nOrice acces la date este înregistrat și poate fi aflat.\nData: {grantDate}.\nText de proiect; nu este consultanță juridică.\n',
      ru: 'Я, {representative} ({representativeNumber}), представляю {person} ({personNumber}) и уполномочиваю центр «{centre}» подавать от имени представляемого лица заявления в органы, получать ответы и передавать результаты.\nДля: {scope}.\nСрок: {term}, не позднее {expireDate} включительно.\nОснование: {ground}.\nЭто полномочие можно отозвать в любое время, полностью или частично, в центре или на странице отслеживания, по его коду. Сделанное до отзыва остаётся в силе.\nКаждый доступ к данным записывается, и о нём можно узнать.\nДата: {grantDate}.\nТекст проекта; не является юридической консультацией.\n',
      en: 'I, {representative} ({representativeNumber}), represent {person} ({personNumber}) and authorise the centre “{centre}” to file applications with agencies on behalf of the represented person, to receive their replies and to pass the results on.\nFor: {scope}.\nTerm: {term}, until {expireDate} inclusive at the latest.\nGround: {ground}.\nThis mandate can be revoked at any time, wholly or in part, at the centre or on the tracking page with its code. What was done before the revocation stays valid.\nEvery access to the data is recorded, and can be learned.\nDate: {grantDate}.\nProject text, not legal advice.\n',
    },
  },
  '2026-12': {
    present: {
      ro: 'Eu, {person} ({personNumber}), împuternicesc centrul „{centre}” să depună în numele meu cereri la autorități, să primească răspunsurile și să-mi transmită rezultatele.\nPentru: {scope}.\nTermen: {term}, cel târziu până la {expireDate} inclusiv.\nTemei: {ground}.\nPot revoca această împuternicire oricând, integral sau în parte, la centru sau pe pagina de urmărire, cu codul ei. Ce s-a făcut înainte de revocare rămâne valabil.\nOrice acces la datele mele este înregistrat și îl pot afla.\nData: {grantDate}.\n',
      ru: 'Я, {person} ({personNumber}), уполномочиваю центр «{centre}» подавать от моего имени заявления в органы, получать ответы и передавать мне результаты.\nДля: {scope}.\nСрок: {term}, не позднее {expireDate} включительно.\nОснование: {ground}.\nЯ могу отозвать это полномочие в любое время, полностью или частично, в центре или на странице отслеживания, по его коду. Сделанное до отзыва остаётся в силе.\nКаждый доступ к моим данным записывается, и я могу о нём узнать.\nДата: {grantDate}.\n',
      en: 'I, {person} ({personNumber}), authorise the centre “{centre}” to file applications with agencies on my behalf, to receive their replies and to pass the results on to me.\nFor: {scope}.\nTerm: {term}, until {expireDate} inclusive at the latest.\nGround: {ground}.\nI can revoke this mandate at any time, wholly or in part, at the centre or on the tracking page with its code. What was done before the revocation stays valid.\nEvery access to my data is recorded, and I can learn about it.\nDate: {grantDate}.\n',
    },
    represented: {
      ro: 'Eu, {representative} ({representativeNumber}), care reprezint pe {person} ({personNumber}), împuternicesc centrul „{centre}” să depună în numele persoanei reprezentate cereri la autorități, să primească răspunsurile și să transmită rezultatele.\nPentru: {scope}.\nTermen: {term}, cel târziu până la {expireDate} inclusiv.\nTemei: {ground}.\nAceastă împuternicire poate fi revocată oricând, integral sau în parte, la centru sau pe pagina de urmărire, cu codul ei. Ce s-a făcut înainte de revocare rămâne valabil.\nOrice acces la date este înregistrat și poate fi aflat.\nData: {grantDate}.\n',
      ru: 'Я, {representative} ({representativeNumber}), представляю {person} ({personNumber}) и уполномочиваю центр «{centre}» подавать от имени представляемого лица заявления в органы, получать ответы и передавать результаты.\nДля: {scope}.\nСрок: {term}, не позднее {expireDate} включительно.\nОснование: {ground}.\nЭто полномочие можно отозвать в любое время, полностью или частично, в центре или на странице отслеживания, по его коду. Сделанное до отзыва остаётся в силе.\nКаждый доступ к данным записывается, и о нём можно узнать.\nДата: {grantDate}.\n',
      en: 'I, {representative} ({representativeNumber}), represent {person} ({personNumber}) and authorise the centre “{centre}” to file applications with agencies on behalf of the represented person, to receive their replies and to pass the results on.\nFor: {scope}.\nTerm: {term}, until {expireDate} inclusive at the latest.\nGround: {ground}.\nThis mandate can be revoked at any time, wholly or in part, at the centre or on the tracking page with its code. What was done before the revocation stays valid.\nEvery access to the data is recorded, and can be learned.\nDate: {grantDate}.\n',
    },
  },
};

/** A person as the text names them. */
export interface NamedPerson {
  givenName: string;
  familyName: string;
  /** IDNP, or country and number of a foreign document. */
  number: string;
}

/** What the text says. */
export interface MandateTextFacts {
  person: NamedPerson;
  /** Who is present instead of the person. */
  representative?: NamedPerson | undefined;
  centreName: string;
  /** Titles of the covered public services. */
  services: readonly Text[];
  themes: readonly Theme[];
  term: MandateTerm;
  ground: MandateGround;
  /** Code or number of the document behind the mandate; empty without one. */
  reference: string;
  /** Civil dates in Chisinau, yyyy-MM-dd. */
  grantDate: string;
  expireDate: string;
}

/**
 * Returns the exact text that a person sees and signs. The same facts always give the same text.
 * @throws Error for an unknown version
 */
export function renderMandateText(facts: MandateTextFacts, language: Language, version = MANDATE_TEXT_VERSION): string {
  const wordings = WORDINGS[version];
  if (!wordings) throw new Error(`The mandate text has no version ${version}.`);
  const { person, representative, reference } = facts;
  const ground = MANDATE_GROUND_TEXTS[facts.ground][language];
  const scope = [
    ...facts.services.map((title) => title[language] || title.ro),
    ...facts.themes.map((theme) => THEME_TEXTS[theme][language]),
  ];
  return interpolateText(wordings[representative ? 'represented' : 'present'][language], {
    person: fullName(person),
    personNumber: person.number,
    representative: representative ? fullName(representative) : '',
    representativeNumber: representative?.number ?? '',
    centre: facts.centreName,
    scope: scope.join('; '),
    term: MANDATE_TERM_TEXTS[facts.term][language],
    ground: reference ? `${ground}, ${reference}` : ground,
    grantDate: formatCivilDate(facts.grantDate),
    expireDate: formatCivilDate(facts.expireDate),
  });
}

const fullName = ({ givenName, familyName }: NamedPerson): string => `${givenName} ${familyName}`.trim();
