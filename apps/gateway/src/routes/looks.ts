import { escapeHtml, groupAccesses } from '@cups/application';
import type { Language } from '@cups/application';
import { LOOK_TEXTS } from '@cups/application/texts';
import { enumValue, fromTimestamp } from '@cups/contracts/proto';
import type { Look__Output } from '@cups/contracts/gen/cups/intake/v1/Look.ts';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { Neighbours, Query } from '../neighbours.ts';
import type { Operators } from '../operators.ts';
import { applicationName, list, whole } from './shapes.ts';

/** Who looked at an application: for the clerk as a list, for the person as a page to print, by operator and 15 minutes. */
export function looksRoutes({ intake }: Neighbours, operators: Operators): Record<string, Handler> {
  /** The newest looks, page by page. */
  async function newest(name: string, context: CallContext): Promise<Look__Output[]> {
    const looks: Look__Output[] = [];
    let pageToken = '';
    for (let page = 0; page < PRINTED_PAGES; page++) {
      const { looks: found, nextPageToken } = await intake.listLooks({ name, pageSize: PAGE_SIZE, pageToken }, context);
      looks.push(...found);
      pageToken = nextPageToken;
      if (pageToken === '') break;
    }
    return looks;
  }

  return {
    listLooks: list(intake.listLooks, 'looks', convert.lookJson, (_query, params) => ({
      name: applicationName(params),
    })),
    async getLooksSheet({ params, query, context }) {
      const looks = await newest(applicationName(params), context);
      const { operators: named } = await operators.namesIn(looks, context);
      const names = new Map(named.map(({ name, displayName }) => [name, displayName]));
      const { language = 'ro' } = query as Query;
      return { text: sheetOf(looks, { language, id: params['id']!, nameOf: (by) => names.get(by) ?? by }) };
    },
  };
}

const PAGE_SIZE = 200;
/** The newest 1,000 entries. */
const PRINTED_PAGES = 5;

interface Sheet {
  language: Language;
  id: string;
  /** The name for people of operators/{id}. */
  nameOf: (by: string) => string;
}

const WORDS = {
  ro: {
    title: 'Cine a consultat cererea',
    first: 'De la',
    last: 'Până la',
    count: 'De câte ori',
    who: 'Cine',
    what: 'Ce',
    where: 'Centrul',
    none: 'Nimeni nu a consultat cererea.',
  },
  ru: {
    title: 'Кто просматривал заявление',
    first: 'С',
    last: 'По',
    count: 'Сколько раз',
    who: 'Кто',
    what: 'Что',
    where: 'Центр',
    none: 'Заявление никто не просматривал.',
  },
  en: {
    title: 'Who looked at the application',
    first: 'First',
    last: 'Last',
    count: 'Times',
    who: 'Who',
    what: 'What',
    where: 'Centre',
    none: 'Nobody looked at the application.',
  },
} as const;

/** A whole page without script or outside asset, every value escaped. */
function sheetOf(looks: readonly Look__Output[], { language, id, nameOf }: Sheet): string {
  const words = WORDS[language];
  const clock = new Intl.DateTimeFormat(LOCALES[language], {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone: 'Europe/Chisinau',
  });
  const entries = looks.map((look) => {
    const kind = enumValue('LOOK_KIND_', look.kind);
    return { by: look.by, kind, lookTime: whole(fromTimestamp(look.lookTime)).toISOString(), centre: look.centre };
  });
  const rows = groupAccesses(entries).map(({ first, last, count, kinds }) => {
    const what = kinds.map((kind) => LOOK_TEXTS[kind as keyof typeof LOOK_TEXTS]?.[language] ?? '').join(', ');
    const [from, to] = [first, last].map(({ lookTime }) => clock.format(new Date(lookTime)));
    const cells = [from!, to!, nameOf(last.by), what, String(count), convert.idOf(last.centre)];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  });
  const heads = [words.first, words.last, words.who, words.what, words.count, words.where]
    .map((head) => `<th scope="col">${head}</th>`)
    .join('');
  const table = `<table><thead><tr>${heads}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${words.title}</h1>
<p>CUPS · ${escapeHtml(id)}</p>
${rows.length > 0 ? table : `<p>${words.none}</p>`}
</body>
</html>
`;
}

const LOCALES: Record<Language, string> = { ro: 'ro-MD', ru: 'ru-MD', en: 'en-GB' };

const STYLE = `
@page { size: A4; margin: 15mm 15mm 15mm 25mm; }
body { margin: 0; color: #000; background: #fff; font: 11pt/15pt "Noto Sans", "DejaVu Sans", Arial, sans-serif; }
h1 { font-size: 16pt; line-height: 20pt; margin: 0 0 3mm; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 0.75pt solid #000; padding: 1.5mm 3mm 1.5mm 0; text-align: left; vertical-align: top; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
`;
