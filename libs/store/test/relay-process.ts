/**
 * A process with a store and a relay, like a service; outages.long.test.ts starts it. It creates `count` documents with
 * one event each, prints `publishing` when the first batch is in flight, and acknowledges it on a line of standard
 * input. It prints the port of `/readyz`; SIGTERM ends it in order.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StoredEvent } from '@cups/contracts';
import { silentLog } from '@cups/testing';
import { openStore, startRelay, type StoredDocument } from '../src/index.ts';

const [uri = '', database = '', count = '0'] = process.argv.slice(2);
const print = (line: string) => process.stdout.write(`${line}\n`);

const store = openStore({ uri, database, log: silentLog });
const cases = store.documents<StoredDocument>({
  collection: 'cases',
  schema: {},
  indexes: [],
  schemaVersion: 1,
  existsReason: 'ALREADY_EXISTS',
});
while (!store.ready()) await new Promise((resolve) => setTimeout(resolve, 20));

const eventOf = (id: string) => ({
  topic: 'cups.cases',
  key: id,
  type: 'Opened',
  subject: id,
  data: Buffer.alloc(10),
  sequenced: true,
});
const ids = Array.from({ length: Number(count) }, (_, index) => `c${index}`);
const make = (_id: string) =>
  cases
    .create({ _id }, { scope: 'service', cause: {}, events: [eventOf(_id)], now: new Date() })
    .catch((error: unknown) => {
      if ((error as { reason?: string }).reason !== 'ALREADY_EXISTS') throw error;
    });
await Promise.all(ids.map(make));

let published = 0;
const publish = async (entries: StoredEvent[]) => {
  if (published === 0) {
    print('publishing');
    await once(process.stdin, 'data');
  }
  published += entries.length;
  return { rejected: [] };
};
const relay = startRelay({ now: () => new Date(), documents: [cases], publish, log: silentLog });
const server = createServer((_request, response) => response.writeHead(store.ready() ? 200 : 503).end());
server.listen(0, '127.0.0.1', () => print(`port ${(server.address() as AddressInfo).port}`));

process.on('SIGTERM', () => {
  void (async () => {
    await relay.drain();
    await relay.stop();
    await store.close();
    process.exit(0);
  })();
});
