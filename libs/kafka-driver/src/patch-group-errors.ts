import BrokerPool from 'kafkajs/src/cluster/brokerPool.js';

const patched = Symbol.for('cups.kafkajs.coordinator');

const isDenial = (error: unknown): boolean => (error as { type?: string }).type === 'GROUP_AUTHORIZATION_FAILED';

/**
 * Makes kafkajs report a denied group. kafkajs 2.2.4 asks every broker for the group coordinator, discards their
 * errors, and reports that none was found even if all of them denied access.
 */
export function patchGroupErrors(): void {
  const pool = BrokerPool.prototype as typeof BrokerPool.prototype & { [patched]?: true };
  if (pool[patched]) return;
  pool[patched] = true;
  const withBroker = pool.withBroker;
  pool.withBroker = async function withBrokerOrDenial(callback) {
    let denial: unknown;
    const found = await withBroker.call(this, async (given) => {
      try {
        return await callback(given);
      } catch (error) {
        const { cause = error } = error as { cause?: unknown };
        if (isDenial(cause)) denial = cause;
        throw error;
      }
    });
    if (found === null && denial !== undefined) throw denial;
    return found;
  };
}
