import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import Runner from 'kafkajs/src/consumer/runner.js';

const patched = Symbol.for('cups.kafkajs.stop');

/** kafkajs sends fetches, and nothing else, over the second connection to a broker. */
const FETCH_CONNECTION = 1;

/** The fetches of one consumer. */
interface Fetches {
  isStopped: boolean;
  /** Each ends a fetch in progress, without messages. */
  ends: Set<() => void>;
}

/** Rejects the fetches that brokers have not answered: a connection closes only when it awaits nothing. */
function rejectUnanswered({ cluster }: ConsumerGroup): void {
  for (const { connectionPool } of Object.values(cluster.brokerPool.brokers)) {
    connectionPool.pool[FETCH_CONNECTION]?.requestQueue.rejectAll(new Error('The consumer stops.'));
  }
}

/**
 * Makes a kafkajs consumer leave its group, and join it again, without waiting for fetches. kafkajs 2.2.4 first waits
 * until each broker has answered, which for an idle topic takes the longest wait of a fetch. Its partitions rest
 * meanwhile. The messages of a late answer are fetched again, since nothing has resolved their offsets.
 */
export function patchConsumerStop(): void {
  const runner = Runner.prototype as typeof Runner.prototype & { [patched]?: true };
  if (runner[patched]) return;
  runner[patched] = true;
  const group = ConsumerGroup.prototype;
  const [{ fetch }, { heartbeat, stop }] = [group, runner];
  const known = new WeakMap<ConsumerGroup, Fetches>();
  const fetchesOf = (of: ConsumerGroup): Fetches => {
    const fetches = known.get(of) ?? { isStopped: false, ends: new Set() };
    known.set(of, fetches);
    return fetches;
  };
  const endAll = ({ ends }: Fetches): void => ends.forEach((end) => end());

  group.fetch = function fetchUntilEnded(nodeId) {
    const { isStopped, ends } = fetchesOf(this);
    if (isStopped) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const end = () => resolve([]);
      ends.add(end);
      fetch
        .call(this, nodeId)
        .then(resolve, reject)
        .finally(() => ends.delete(end));
    });
  };
  runner.heartbeat = async function heartbeatOrEnd() {
    try {
      await heartbeat.call(this);
    } catch (error) {
      // The group rebalances: the fetches from other brokers must not delay the join.
      endAll(fetchesOf(this.consumerGroup));
      throw error;
    }
  };
  runner.stop = async function stopFetches() {
    const stopped = stop.call(this);
    const fetches = fetchesOf(this.consumerGroup);
    fetches.isStopped = true;
    endAll(fetches);
    await stopped;
    rejectUnanswered(this.consumerGroup);
  };
}
