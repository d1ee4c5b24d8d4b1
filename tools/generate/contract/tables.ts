import { DELIVERY_LIFECYCLE, REFUSALS, REPLY_TYPES, STAGES } from '@cups/agency-contract';
import type { ReplyEffect, ReplyType, Stage } from '@cups/agency-contract';
import { AGENCY_QUOTA } from '@cups/events';
import { formatMarkdownTable } from '../../cli/format-table.ts';
import type { Json } from './publish.ts';

/** Markdown tables of the contract, generated from the platform's code. */

const STAGE_LABELS: Record<Stage, string> = {
  'nothing-sent': 'nothing sent',
  'in-work': 'in progress',
  'documents-requested': 'documents requested',
  decided: 'decided',
  'passed-on': 'passed on',
  ended: 'withdrawn or expired',
};

const shortName = (type: ReplyType) => type.replace(/^md\.cups\.reply\./, '').replace(/\.v1$/, '');

function formatEffect({ effect, ...more }: ReplyEffect, stage: Stage): string {
  if (effect === 'record') return 'accepted';
  if (effect === 'refuse') return `\`${more.cause}\``;
  const { to } = more as { to: Stage };
  return to === stage ? 'accepted' : `accepted → **${STAGE_LABELS[to]}**`;
}

/** Formats the allowed replies by stage. */
export function formatLifecycleTable(): string {
  const stages = STAGES.map((stage) => STAGE_LABELS[stage]);
  const rows = Object.values(REPLY_TYPES).map((type) => [
    `\`${shortName(type)}\``,
    ...STAGES.map((stage) => formatEffect(DELIVERY_LIFECYCLE[stage][type], stage)),
  ]);
  return formatMarkdownTable(['Reply', ...stages], rows);
}

const HANDLING_TITLES = {
  refused: 'Refused: rejected',
  recorded: 'Recorded: stored and shown at the desk, without effect',
  changed: 'Changed: accepted with this change',
} as const;

/** Formats all causes with their remedies, by handling. */
export function formatRefusalTables(heading: string): string {
  return Object.entries(HANDLING_TITLES)
    .map(([handling, title]) => {
      const rows = Object.entries(REFUSALS)
        .filter(([, refusal]) => refusal.handling === handling)
        .map(([cause, { meaning, remedy }]) => [`\`${cause}\``, escapeTags(meaning), escapeTags(remedy)]);
      return `${heading} ${title}\n\n${formatMarkdownTable(['Cause', 'Meaning', 'Remedy'], rows)}`;
    })
    .join('\n\n');
}

/** Formats every message by topic. */
function formatMessagesTable(document: Json): string {
  const { channels, components } = document as unknown as {
    channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
    components: { messages: Record<string, { name: string; summary: string }> };
  };
  const rows = Object.values(channels).flatMap(({ address, messages }) =>
    Object.values(messages).map(({ $ref }) => {
      const { name, summary } = components.messages[$ref.split('/').at(-1)!]!;
      return [`\`${name}\``, `\`${address.replace('{agency}', '<code>')}\``, summary];
    }),
  );
  return formatMarkdownTable(['Type', 'Topic', 'Meaning'], rows);
}

function formatQuotas(): string {
  const { producerBytesPerSecond: written, consumerBytesPerSecond: read, requestPercent } = AGENCY_QUOTA;
  const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB a second`;
  return [
    `**Quotas**, unless agreed otherwise: ${mebibytes(written)} written and ${mebibytes(read)} read, to and from each broker, and ${requestPercent} % of one`,
    'of its threads. Bytes count as they travel, so a compressed batch counts compressed. The broker delays a client above its quota and loses nothing. Other clients are not affected.',
  ].join(' ');
}

/** Angle brackets would render as tags. */
const escapeTags = (sentence: string): string => sentence.replaceAll(/<([\w ]+)>/g, '`<$1>`');

const MARK = /<!-- made: (\w+) -->[\s\S]*?<!-- end of \1 -->/g;

/** Renews the generated parts of a text, between `made: name` and `end of name`. @throws Error for an unknown name */
export function withTables(text: string, document: Json): string {
  const parts: Record<string, string> = {
    course: formatLifecycleTable(),
    messages: formatMessagesTable(document),
    quotas: formatQuotas(),
    refusals: formatRefusalTables('###'),
  };
  return text.replace(MARK, (_all, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`README.md: there is no part named ${name}.`);
    return `<!-- made: ${name} -->\n\n${part}\n\n<!-- end of ${name} -->`;
  });
}
