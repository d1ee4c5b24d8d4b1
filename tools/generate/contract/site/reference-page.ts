import type { SerializedMessage } from '@cups/agency-contract/corpus';
import type { Json } from '../publish.ts';
import { escapeHtml, toAnchor, renderProse } from './html.ts';
import { renderProperties } from './schema.ts';

/** Renders the AsyncAPI document by channel and message. */

interface Channel {
  address: string;
  description: string;
  messages: Record<string, { $ref: string }>;
  bindings: { kafka: { topicConfiguration: Record<string, unknown> } };
}
interface Operation {
  action: 'receive' | 'send';
  title: string;
  channel: { $ref: string };
}
interface Message {
  name: string;
  title: string;
  summary: string;
  'x-dataschema': string;
  traits: { $ref: string }[];
  payload: Json;
}
interface Trait {
  headers: Json;
  bindings: { kafka: { key: { pattern: string; description: string } } };
}
interface Document {
  info: { title: string; version: string; description: string };
  channels: Record<string, Channel>;
  operations: Record<string, Operation>;
  components: { messages: Record<string, Message>; messageTraits: Record<string, Trait> };
}

const nameOf = ({ $ref }: { $ref: string }) => $ref.split('/').at(-1)!;
const DAY = 86_400_000;

/**
 * @param published published document
 * @param examples complete messages by `ce_type`
 */
export function renderReferencePage(published: Json, examples: ReadonlyMap<string, SerializedMessage>): string {
  const document = published as unknown as Document;
  const { html } = renderProse(document.info.description, (href) => href);
  const operations = Object.values(document.operations);
  const contents = operations.map((operation) => contentsOf(document, operation)).join('');
  const channels = operations.map((operation) => channelOf(document, operation, examples)).join('');
  return `<div class="with-contents"><nav class="contents" aria-label="Contents"><ul><li><a href="#rules">Rules</a></li>${contents}</ul></nav>
<article><h1>Messages</h1>
<p class="lead">Made from <a href="asyncapi.yaml">asyncapi.yaml</a> (AsyncAPI 3.0), which says the same to programs.</p>
<section class="prose" id="rules"><h2>Rules</h2>${html}</section>${channels}</article></div>`;
}

const channelNamed = (document: Document, operation: Operation) => document.channels[nameOf(operation.channel)]!;
const messagesOf = (document: Document, channel: Channel) =>
  Object.values(channel.messages).map((message) => document.components.messages[nameOf(message)]!);

function contentsOf(document: Document, operation: Operation): string {
  const channel = channelNamed(document, operation);
  const inner = messagesOf(document, channel).map(
    ({ name, title }) => `<li><a href="#${toAnchor(name)}">${escapeHtml(title)}</a></li>`,
  );
  return `<li><a href="#${toAnchor(channel.address)}"><code>${escapeHtml(channel.address)}</code></a><ul>${inner.join('')}</ul></li>`;
}

function channelOf(document: Document, operation: Operation, examples: ReadonlyMap<string, SerializedMessage>): string {
  const channel = channelNamed(document, operation);
  const { 'retention.ms': kept } = channel.bindings.kafka.topicConfiguration;
  const keeps =
    Number(kept) < 0
      ? 'Compacted: the newest message of each key is kept for ever.'
      : `Kept ${Number(kept) / DAY} days.`;
  const direction = operation.action === 'receive' ? 'You read' : 'You write';
  const messages = messagesOf(document, channel).map((message) =>
    messageOf(document, message, examples.get(message.name)),
  );
  return `<section class="channel" id="${toAnchor(channel.address)}"><h2><span class="tag">${direction}</span> <code>${escapeHtml(channel.address)}</code></h2>
<p>${escapeHtml(channel.description)} ${keeps}</p>${messages.join('')}</section>`;
}

function messageOf(document: Document, message: Message, example: SerializedMessage | undefined): string {
  const trait = document.components.messageTraits[nameOf(message.traits[0]!)]!;
  const { pattern, description } = trait.bindings.kafka.key;
  const whole = document as unknown as Json;
  return `<section class="message" id="${toAnchor(message.name)}"><h3>${escapeHtml(message.title)}</h3>
<p class="name"><code>${escapeHtml(message.name)}</code></p>
<p>${escapeHtml(message.summary)}</p>
<dl><dt>Schema</dt><dd><a href="schemas/${escapeHtml(message['x-dataschema'].split(':').at(-1)!)}.json"><code>${escapeHtml(message['x-dataschema'])}</code></a></dd>
<dt>Key</dt><dd>${escapeHtml(description)} <code>${escapeHtml(pattern)}</code></dd></dl>
<h4>Content</h4>${renderProperties(whole, message.payload)}
<details class="block"><summary>Headers</summary>${renderProperties(whole, trait.headers)}</details>
${example ? `<details class="block"><summary>A whole message</summary><pre tabindex="0">${escapeHtml(JSON.stringify(example, null, 2))}</pre></details>` : ''}</section>`;
}
