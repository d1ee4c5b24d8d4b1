import { escapeHtml, groupAccessLog } from '@cups/application';
import type { Language } from '@cups/application';
import { accessKindText, describeActor } from '@cups/application/texts';
import { fromProtoEnum, fromTimestamp } from '@cups/contracts/proto';
import type { AccessLogEntry__Output } from '@cups/contracts/gen/cups/intake/v1/AccessLogEntry.ts';
import type { CallContext } from '@cups/rpc';
import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { ServiceClients, QueryParams } from '../clients.ts';
import type { OperatorNameResolver } from '../operator-name-resolver.ts';
import { applicationNameOf, listHandler, requirePresent } from './handler-factories.ts';

/**
 * The access log of an application: a list for operators, and a printout for the applicant, grouped by operator and
 * 15 minutes.
 */
export function accessLogRoutes({ intake }: ServiceClients, operators: OperatorNameResolver): Record<string, Handler> {
  /** Returns the newest entries, page by page. */
  async function listNewest(name: string, context: CallContext): Promise<AccessLogEntry__Output[]> {
    const entries: AccessLogEntry__Output[] = [];
    let pageToken = '';
    for (let pageNumber = 0; pageNumber < MAX_PRINTED_PAGES; pageNumber++) {
      const { entries: page, nextPageToken } = await intake.listAccessLogEntries(
        { name, pageSize: PAGE_SIZE, pageToken },
        context,
      );
      entries.push(...page);
      pageToken = nextPageToken;
      if (pageToken === '') break;
    }
    return entries;
  }

  return {
    listAccessLogEntries: listHandler(
      intake.listAccessLogEntries,
      'entries',
      convert.accessLogEntryJson,
      (_query, params) => ({
        name: applicationNameOf(params),
      }),
    ),
    async getAccessLogPrintout({ params, query, context }) {
      const entries = await listNewest(applicationNameOf(params), context);
      const { operators: resolved } = await operators.resolveNames(entries, context);
      const names = new Map(resolved.map(({ name, displayName }) => [name, displayName]));
      const { language = 'ro' } = query as QueryParams;
      return {
        text: renderPrintout(entries, {
          language,
          id: params['id']!,
          displayNameOf: (operator) => names.get(operator) ?? describeActor(operator)?.[language] ?? operator,
        }),
      };
    },
  };
}

const PAGE_SIZE = 200;
/** The newest 1,000 entries. */
const MAX_PRINTED_PAGES = 5;

interface PrintoutOptions {
  language: Language;
  id: string;
  /** Returns the display name of operators/{id}. */
  displayNameOf: (operator: string) => string;
}

const TEXTS = {
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
    title: 'Access log',
    first: 'First',
    last: 'Last',
    count: 'Times',
    who: 'Who',
    what: 'What',
    where: 'Centre',
    none: 'The application has not been accessed.',
  },
} as const;

/** Returns an HTML page without scripts or external assets. Escapes every value. */
function renderPrintout(
  entries: readonly AccessLogEntry__Output[],
  { language, id, displayNameOf }: PrintoutOptions,
): string {
  const texts = TEXTS[language];
  const clock = new Intl.DateTimeFormat(LOCALES[language], {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone: 'Europe/Chisinau',
  });
  const accesses = entries.map((entry) => {
    const kind = fromProtoEnum('ACCESS_KIND_', entry.kind);
    return {
      operator: entry.operator,
      kind,
      accessTime: requirePresent(fromTimestamp(entry.accessTime)).toISOString(),
      centre: entry.centre,
    };
  });
  const rows = groupAccessLog(accesses).map(({ first, last, count, kinds }) => {
    const what = kinds.map((kind) => accessKindText(kind)[language]).join(', ');
    const [from, to] = [first, last].map(({ accessTime }) => clock.format(new Date(accessTime)));
    const cells = [from!, to!, displayNameOf(last.operator), what, String(count), convert.idOf(last.centre)];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  });
  const headings = [texts.first, texts.last, texts.who, texts.what, texts.count, texts.where]
    .map((head) => `<th scope="col">${head}</th>`)
    .join('');
  const table = `<table><thead><tr>${headings}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts.title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${texts.title}</h1>
<p>CUPS · ${escapeHtml(id)}</p>
${rows.length > 0 ? table : `<p>${texts.none}</p>`}
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
