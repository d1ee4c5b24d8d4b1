import type { Collection } from '../api/types.ts';
import type { StatusIconName, Tone } from '../queue/row-texts.ts';
import { isRevoked } from '../queue/row-texts.ts';
import { STATE_BLOCK } from '../texts/state-block.ts';
import { ROWS } from '../texts/queue.ts';
import type { Text } from '../language/messages.ts';

/** What the collecting centre has to do. */
export interface CollectionState {
  tone: Tone;
  icon: StatusIconName;
  /** In the list. */
  todo: Text;
  /** Above the details. */
  title: Text;
}

export function describeCollection(collection: Pick<Collection, 'state' | 'decision'>): CollectionState {
  const { state, decision } = collection;
  if (state === 'handed-over')
    return { tone: 'brand', icon: 'close', todo: ROWS.handedOn, title: STATE_BLOCK.handedOver };
  if (isRevoked(collection))
    return { tone: 'trouble', icon: 'refused', todo: ROWS.revoked, title: STATE_BLOCK.revoked };
  if (state === 'rejected')
    return { tone: 'trouble', icon: 'refused', todo: ROWS.handDecision, title: STATE_BLOCK.rejected };
  if (decision?.awaitsArrival)
    return { tone: 'agency', icon: 'agency', todo: ROWS.onTheWay, title: STATE_BLOCK.resultOnTheWay };
  const isPaper = decision?.resultKind === undefined || decision.resultKind === 'paper';
  const title = isPaper ? STATE_BLOCK.ready : STATE_BLOCK.readyElectronic;
  return { tone: 'give', icon: 'result', todo: ROWS.handOver, title };
}
