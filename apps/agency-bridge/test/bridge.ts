import { eventCodec } from '@cups/contracts/proto';
import type { DeliveryMessageRefused__Output } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryMessageRefused.ts';
import type { AgencyBridgeEvent__Output, AgencyBridgeEvents } from '@cups/contracts/gen/events/cups.agencybridge.v1.ts';
import type { ReceivedEvent } from '@cups/contracts';
import { eventually, publishEvents, readTopic, shareInGroup } from '@cups/testing';
import type { World } from './world.ts';
import { openWorld, replyOf, typesOf } from './world.ts';

const bridgeEvents = eventCodec<AgencyBridgeEvents>('cups.agencybridge.v1');

/** Decodes an event of cups.deliveries. */
export function decodeEvent(event: ReceivedEvent): AgencyBridgeEvent__Output {
  const read = bridgeEvents.decode(event);
  if (!read) throw new Error(`${event.type} is not an event of the bridge`);
  return read;
}

/** Starts a bridge, and records its events and its requests to asp and cnas. */
export async function startBridge(overrides: Parameters<World['start']>[1] = {}) {
  const world = await openWorld();
  const service = await world.start({}, overrides);
  const deliveryEvents = await readTopic(world.infrastructure, 'cups.deliveries');
  const requests = await readTopic(world.infrastructure, 'agency.asp.requests', 'agency.cnas.requests');

  const requestsOf = (delivery: string) => requests.events.filter(({ subject }) => subject === delivery);
  const eventsOf = (delivery: string) => deliveryEvents.events.filter(({ subject }) => subject === delivery);

  /** Creates an application of asp whose submission intake returns, before the bridge receives its event. */
  const fileable = (more: Parameters<World['fileable']>[1] = {}) => world.fileable('asp', more);

  return {
    world,
    service,
    requests,
    requestsOf,
    eventsOf,
    fileable,
    /** Creates an application whose request is on the topic of asp. */
    async sent() {
      const application = fileable();
      const submission = application.submitted();
      await publishEvents(world.infrastructure, [submission]);
      await requests.until((events) => events.some(({ subject }) => subject === application.delivery));
      return { ...application, submission };
    },
    produceEvents: (...events: Parameters<typeof publishEvents>[1]) => publishEvents(world.infrastructure, events),
    /** Returns the types of events about a delivery when there are at least `count`. */
    async deliveryEventTypes(delivery: string, count: number, timeoutMs?: number): Promise<string[]> {
      const events = await deliveryEvents.until((all) => typesOf(all, delivery).length >= count, timeoutMs);
      return typesOf(events, delivery);
    },
    /** Returns the contents of events about refused messages. */
    refusalsOf: (delivery: string): DeliveryMessageRefused__Output[] =>
      eventsOf(delivery)
        .map(decodeEvent)
        .flatMap((event) => (event.type === 'cups.agencybridge.v1.DeliveryMessageRefused' ? [event.data] : [])),
    delivery: (name: string) => world.delivery(service, name),
    stateOf: async (name: string) => (await world.delivery(service, name)).state,
    untilSent: (name: string) =>
      eventually(async () => {
        const found = await world.delivery(service, name);
        return found.state === 'DELIVERY_STATE_SENT' && found;
      }),
    /** Returns the metrics in the Prometheus format. */
    scrape: (): Promise<string> =>
      fetch(`http://127.0.0.1:${service.httpPort}/metrics`).then((response) => response.text()),
    support: () => world.client(service, { role: 'support' }),
    async stop(): Promise<void> {
      await deliveryEvents.stop();
      await requests.stop();
      await world.close();
    },
  };
}

/** Starts one bridge for all files of a group. */
export const shareBridge = shareInGroup(() => startBridge());

export type Bridge = Awaited<ReturnType<typeof startBridge>>;

export const acknowledged = (application: string, id?: string) =>
  replyOf('md.cups.reply.acknowledged.v1', application, { submission: 1, agencyReference: 'ASP-1' }, id ? { id } : {});
export const decided = (application: string, id?: string) =>
  replyOf(
    'md.cups.reply.decided.v1',
    application,
    { outcome: 'approved', result: { kind: 'paper', number: 'R-1' }, decideTime: new Date().toISOString() },
    id ? { id } : {},
  );
