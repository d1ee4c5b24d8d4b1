import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { PublicService } from '../src/domain/public-service.ts';
import { createVersionSearch } from '../src/domain/search.ts';
import { createPublicServiceParser } from '../src/public-service-parser.ts';

function serviceNamed(ro: string, ru = 'x', keywords: string[] = [], popularity = 1): PublicService {
  const title = { ro, ru, en: 'x' };
  const version = {
    version: '2024-01-01',
    validFrom: '2024-01-01',
    title,
    provider: 'asp',
    sourceNote: '-',
    unsourcedFields: [],
  };
  const search = { popularity, keywords: { ro: keywords, ru: [] } };
  return { code: 'some-code', stateCode: '002000057', search, unsourcedFields: ['search'], versions: [version] };
}

/** Returns the indexes of the matching services, best first. */
function hits(query: string, ...services: PublicService[]): number[] | undefined {
  const scores = createVersionSearch(services)(query);
  const score = (at: number) => scores?.get(services[at]!.versions[0]!) ?? 0;
  const found = services.map((_, at) => at).filter((at) => score(at) > 0);
  return scores && found.sort((a, b) => score(b) - score(a));
}

const isFound = (title: string, query: string) => hits(query, serviceNamed(title, title))?.length === 1;

describe('a search finds, despite spelling differences,', () => {
  test.each([
    ['Primăria Pârlița', 'pirlita'],
    ['Primăria Pârlița', 'parlita'],
    ['Primăria Pârlița', 'Pîrlița'],
    ['Primăria Pîrlița', 'pârlița'],
    ['Primăria Pîrlița', 'PARLITA'],
    ['Arendă în România', 'romînia'],
    ['vânzare', 'vinzare'],
    ['naştere (cu sedilă)', 'naștere'],
    ['căsătorie', 'casatorie'],
    ['Учёт', 'учет'],
    ['Учет', 'учёт'],
    ['pensiei', 'pensia'],
    ['пенсии', 'пенсия'],
    ['Reexaminarea pensiei', 'pens reexam'],
    ['Indemnizație pentru copii', 'indemnizatie pentru copil'],
    ['Pârlița'.normalize('NFD'), 'pirlita'],
    ['справка', 'spravku'],
    ['рождение', 'rojdenie'],
    ['рождение', 'rozhdenie'],
    ['buletin', 'булетин'],
    ['certificat', 'certifcat'],
    ['certificat', 'cretificat'],
    ['certificatului', 'certificatele'],
    ['cazier', 'cazzier'],
  ])('%s by %s', (title, query) => expect(isFound(title, query)).toBe(true));
});

describe('a search does not find', () => {
  test.each([
    ['a word that is absent', 'Reexaminarea pensiei', 'cazier'],
    ['the middle of a word', 'Reexaminarea', 'minarea'],
    ['a loose prefix of a short word', 'actul', 'acum'],
    ['a short word with a wrong letter', 'casa', 'cisa'],
    ['a word with two wrong letters', 'certificat', 'cartificot'],
  ])('%s', (_, title, query) => expect(isFound(title, query)).toBe(false));

  test('distinguishing results for queries of common words', () => {
    for (const query of ['', ' de la și ', '!?', 'vreau să', 'мне надо']) {
      expect(hits(query, serviceNamed('orice'))).toBeUndefined();
    }
  });
});

describe('a search ranks', () => {
  test('whole word before ending, ending before prefix, prefix before typo', () => {
    const titles = ['pensionar', 'pensie', 'pensei', 'pensia'];
    expect(hits('pensie', ...titles.map((title) => serviceNamed(title)))).toEqual([1, 3, 2]);
    expect(hits('pens', ...titles.map((title) => serviceNamed(title)))?.length).toBe(4);
  });

  test('title before keyword, and an exact query before both', () => {
    const [other, title] = [serviceNamed('alt', 'x', ['cazier auto']), serviceNamed('cazier judiciar')];
    expect(hits('cazier', other, title)).toEqual([1, 0]);
    expect(hits('cazier auto', title, other)).toEqual([1, 0]);
  });

  test('more matching words first, although one is enough', () =>
    expect(hits('pensie de invaliditate', serviceNamed('pensie'), serviceNamed('pensie, invaliditate'))).toEqual([
      1, 0,
    ]));

  test('popular services first among equal matches', () =>
    expect(hits('pensie', serviceNamed('pensie', 'x', [], 2), serviceNamed('pensie', 'x', [], 5))).toEqual([1, 0]));

  test('services by state code and code', () => {
    expect(hits('002000057', serviceNamed('orice'))).toEqual([0]);
    expect(hits('some code', serviceNamed('orice'))).toEqual([0]);
  });
});

test('a query of 200 characters takes less than a second of the processor', () => {
  const words = 'certificatele pensionarului '.repeat(8).slice(0, 200);
  const search = createVersionSearch(services.values());
  const before = process.cpuUsage();
  expect(search(words)!.size).toBeGreaterThan(0);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
});

const folder = join(import.meta.dirname, '../../../data/public-services');
const texts = readdirSync(folder).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const services = createPublicServiceParser()(texts).entries;
const search = createVersionSearch(services.values());
const today = new Map([...services.values()].map((service) => [service.versions.at(-1), service.code]));
const bestMatch = (query: string) =>
  [...(search(query) ?? [])].filter(([version]) => today.has(version)).sort((a, b) => b[1] - a[1])[0];

/** Queries as people say them, with mistakes, and the expected first service. */
const SPOKEN_QUERIES: [string, string][] = [
  ['buletin', 'identity-card'],
  ['buletinul de identitate', 'identity-card'],
  ['buletn', 'identity-card'],
  ['копия свидетельства', 'civil-status-extract'],
  ['copie certificat de nastere', 'civil-status-extract'],
  ['mi-am pierdut buletinul', 'identity-card'],
  ['удостоверение личности', 'identity-card'],
  ['pașaport', 'passport'],
  ['pasaport', 'passport'],
  ['vreau pașaport', 'passport'],
  ['паспорт', 'passport'],
  ['загранпаспорт', 'passport'],
  ['mama a murit', 'civil-status-extract'],
  ['a murit tata', 'civil-status-extract'],
  ['deces', 'civil-status-extract'],
  ['мама умерла', 'civil-status-extract'],
  ['pensie din italia', 'international-agreement-pension'],
  ['pensie din rusia', 'international-agreement-pension'],
  ['пенсия из италии', 'international-agreement-pension'],
  ['copia certificatului de naștere', 'civil-status-extract'],
  ['certificat de nastere', 'civil-status-extract'],
  ['certifict de nastere', 'civil-status-extract'],
  ['am pierdut certificatul de căsătorie', 'civil-status-extract'],
  ['duplicat', 'civil-status-extract'],
  ['certificat de deces', 'civil-status-extract'],
  ['adeverinta de nastere', 'civil-status-extract'],
  ['свидетельство о рождении', 'civil-status-extract'],
  ['свидетельство о рожденее', 'civil-status-extract'],
  ['svidetelstvo o rojdenii', 'civil-status-extract'],
  ['дубликат свидетельства о браке', 'civil-status-extract'],
  ['метрика', 'civil-status-extract'],
  ['pensie', 'old-age-pension'],
  ['pensia', 'old-age-pension'],
  ['pensiie', 'old-age-pension'],
  ['vreau la pensie', 'old-age-pension'],
  ['pensie de batrinete', 'old-age-pension'],
  ['пенсия', 'old-age-pension'],
  ['пенсию', 'old-age-pension'],
  ['хочу оформить пенсию', 'old-age-pension'],
  ['pensia po vozrastu', 'old-age-pension'],
  ['пенсия по возрасту', 'old-age-pension'],
  ['pensie de invaliditate', 'disability-pension'],
  ['pensie de dizabilitate', 'disability-pension'],
  ['пенсия по инвалидности', 'disability-pension'],
  ['инвалидност', 'disability-pension'],
  ['grad de dizabilitate', 'disability-pension'],
  ['recalcularea pensiei', 'pension-reexamination'],
  ['reexaminarea pensiei', 'pension-reexamination'],
  ['mărirea pensiei', 'pension-reexamination'],
  ['перерасчет пенсии', 'pension-reexamination'],
  ['пересчитать пенсию', 'pension-reexamination'],
  ['pensie din strainatate', 'international-agreement-pension'],
  ['пенсия за границей', 'international-agreement-pension'],
  ['cazier', 'criminal-record'],
  ['cazier judiciar', 'criminal-record'],
  ['cazer', 'criminal-record'],
  ['cazier contravențional', 'contravention-record'],
  ['cazier detaliat', 'criminal-record-detailed'],
  ['справка о несудимости', 'criminal-record'],
  ['spravka o nesudimosti', 'criminal-record'],
  ['судимость', 'criminal-record'],
  ['справка о судимасти', 'criminal-record'],
  ['штрафы', 'contravention-record'],
  ['amenzi', 'contravention-record'],
  ['indemnizatie la nasterea copilului', 'birth-allowance'],
  ['ajutor la nastere', 'birth-allowance'],
  ['bani pentru copil', 'birth-allowance'],
  ['пособие на ребенка', 'child-raising-allowance'],
  ['пособие при рождении', 'birth-allowance'],
  ['posobie na rebionka', 'birth-allowance'],
  ['декретные', 'maternity-allowance'],
  ['concediu de maternitate', 'maternity-allowance'],
  ['sunt gravida', 'maternity-allowance'],
  ['concediu paternal', 'paternity-allowance'],
  ['tata', 'paternity-allowance'],
  ['gemeni', 'twins-support-allowance'],
  ['двойня', 'twins-support-allowance'],
  ['indemnizatie pina la 2 ani', 'child-care-allowance'],
  ['ingrijirea copilului până la doi ani', 'child-care-allowance'],
  ['уход за ребенком', 'child-care-allowance'],
  ['cresterea copilului', 'child-raising-allowance'],
  ['componența familiei', 'population-register-extract'],
  ['componenta familei', 'population-register-extract'],
  ['справка о составе семьи', 'population-register-extract'],
  ['состав семьи', 'population-register-extract'],
  ['adeverință de domiciliu', 'population-register-extract'],
  ['прописка', 'residence-registration'],
  ['propiska', 'residence-registration'],
  ['propisca', 'residence-registration'],
  ['viza de reședință', 'residence-registration'],
  ['schimbarea adresei', 'residence-registration'],
  ['cadastru', 'ownership-registration'],
  ['кадастр', 'ownership-registration'],
  ['moștenire', 'ownership-registration'],
  ['mostenirea casei', 'ownership-registration'],
  ['переоформить дом', 'ownership-registration'],
  ['недвижимость', 'property-list'],
  ['ce imobile am', 'property-list'],
  ['certificat ca nu am casa', 'property-list'],
  ['справка об имуществе', 'property-list'],
  ['arenda', 'real-estate-notation'],
  ['аренда земли', 'real-estate-notation'],
  ['ipoteca', 'limited-right-registration'],
  ['valoarea casei', 'taxable-value-extract'],
  ['налог на дом', 'taxable-value-extract'],
  ['permis de conducere', 'driver-register-extract'],
  ['права', 'driver-register-extract'],
  ['schimbarea numelui', 'name-change'],
  ['смена фамилии', 'name-change'],
  ['сменить фамилию', 'name-change'],
  ['nunta', 'marriage-registration'],
  ['inregistrarea casatoriei', 'marriage-registration'],
  ['загс', 'marriage-registration'],
  ['свадьба', 'marriage-registration'],
  ['necasatorit', 'civil-status-certificate'],
  ['celibat', 'civil-status-certificate'],
  ['семейное положение', 'civil-status-certificate'],
  ['certificat international de nastere', 'civil-status-multilingual-extract'],
  ['extras multilingv', 'civil-status-multilingual-extract'],
  ['многоязычная выписка', 'civil-status-multilingual-extract'],
  ['copil nascut in strainatate', 'record-transcription'],
  ['ребенок родился за границей', 'record-transcription'],
  ['greseala in certificat', 'record-change-notice'],
  ['ошибка в свидетельстве', 'record-change-notice'],
  ['брак с иностранцем', 'marriage-capacity-certificate'],
  ['булетин', 'identity-card'],
  ['примэрия', 'population-register-extract'],
  ['пенсие', 'old-age-pension'],
  ['pnesie', 'old-age-pension'],
  ['modificarea actului de stare civila', 'civil-status-record-update'],
  ['aviz schimbare nume', 'name-change-notice'],
  ['reconstituirea actului', 'record-reconstitution'],
  ['восстановление записи', 'record-reconstitution'],
  ['ajutor social', 'social-aid'],
  ['compensatie transport', 'transport-allowance'],
  ['персональный помощник', 'personal-assistant'],
  ['cantina sociala', 'social-canteen'],
  ['panou publicitar', 'outdoor-advertising'],
  ['taierea copacilor', 'tree-felling'],
  ['deschid magazin', 'shop-authorisation'],
  ['salariu colhoz', 'archive-salary'],
  ['стаж из архива', 'archive-work-record'],
  ['copie arhiva teren', 'archive-property-copy'],
  ['copil neinregistrat', 'late-registration'],
  ['deces in strainatate', 'death-record-transcription'],
  ['умер за границей', 'death-record-transcription'],
  ['stagiu de cotizare dizabilitate', 'disability-pension-contribution-reexamination'],
  ['certificat explicativ', 'civil-status-explanatory-certificate'],
  ['пояснительная справка', 'civil-status-explanatory-certificate'],
  ['indemnizatie acord international', 'international-child-allowance'],
];

describe('spoken queries find', () => {
  test.each(SPOKEN_QUERIES)('%s: %s', (query, code) => expect(today.get(bestMatch(query)?.[0])).toBe(code));

  test('every service at least once', () =>
    expect(new Set(SPOKEN_QUERIES.map(([, code]) => code)).size).toBe(services.size));
});
