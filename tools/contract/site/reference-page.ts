import type { FiledMessage } from '@cups/agency-contract/corpus';
import type { Json } from '../publish.ts';
import { escaped, idOf, prose } from './html.ts';
import { propertiesOf } from './schema.ts';

/** The AsyncAPI document as a page: what is in it, channel by channel and message by message. */

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
 * @param published the document that agencies get
 * @param examples whole messages, by `ce_type`
 */
export function referencePage(published: Json, examples: ReadonlyMap<string, FiledMessage>): string {
  const document = published as unknown as Document;
  const { html } = prose(document.info.description, (href) => href);
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
    ({ name, title }) => `<li><a href="#${idOf(name)}">${escaped(title)}</a></li>`,
  );
  return `<li><a href="#${idOf(channel.address)}"><code>${escaped(channel.address)}</code></a><ul>${inner.join('')}</ul></li>`;
}

function channelOf(document: Document, operation: Operation, examples: ReadonlyMap<string, FiledMessage>): string {
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
  return `<section class="channel" id="${idOf(channel.address)}"><h2><span class="tag">${direction}</span> <code>${escaped(channel.address)}</code></h2>
<p>${escaped(channel.description)} ${keeps}</p>${messages.join('')}</section>`;
}

function messageOf(document: Document, message: Message, example: FiledMessage | undefined): string {
  const trait = document.components.messageTraits[nameOf(message.traits[0]!)]!;
  const { pattern, description } = trait.bindings.kafka.key;
  const whole = document as unknown as Json;
  return `<section class="message" id="${idOf(message.name)}"><h3>${escaped(message.title)}</h3>
<p class="name"><code>${escaped(message.name)}</code></p>
<p>${escaped(message.summary)}</p>
<dl><dt>Schema</dt><dd><a href="schemas/${escaped(message['x-dataschema'].split(':').at(-1)!)}.json"><code>${escaped(message['x-dataschema'])}</code></a></dd>
<dt>Key</dt><dd>${escaped(description)} <code>${escaped(pattern)}</code></dd></dl>
<h4>Content</h4>${propertiesOf(whole, message.payload)}
<details class="block"><summary>Headers</summary>${propertiesOf(whole, trait.headers)}</details>
${example ? `<details class="block"><summary>A whole message</summary><pre tabindex="0">${escaped(JSON.stringify(example, null, 2))}</pre></details>` : ''}</section>`;
}
