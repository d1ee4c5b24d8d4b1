import { randomBytes } from 'node:crypto';
import { resourceName } from '@cups/contracts';
import type { Counter, Log, Metrics } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import type { DataKeys } from '@cups/data-keys';
import { isProblem, Problem } from '@cups/problem';
import { startPeriodic } from '@cups/process';
import type { Cause, Change } from '@cups/store';
import { entryOfDevice } from './journal.ts';
import type { DeviceDocuments, StoredDevice } from './store.ts';

/** Maximum number of devices of one operator that have a key share. The one without contact for longest ends first. */
export const MAX_DEVICES_PER_OPERATOR = 20;
/** A device without contact, and the mark of a revoked one, end after this time. */
const RETENTION_MS = 30 * 24 * 3_600_000;
/** The stored time of the last contact lags behind by at most this interval. */
const CONTACT_WRITE_INTERVAL_MS = 60_000;
const KEY_SHARE_BYTES = 32;
/** Concurrent creations and removals of one device are rare. */
const MAX_ATTEMPTS = 5;
const SWEEP_BATCH = 200;

type UpdateOptions = Parameters<DeviceDocuments['update']>[1];

/** Why a key share was destroyed. */
type DeviceEndCause = 'signed-out' | 'suspended' | 'revoked' | 'too-many' | 'expired';

/** A contact of a signed-in operator. */
export interface DeviceContact {
  /** ID of the device. */
  device: string;
  /** ID of the operator. */
  operator: string;
  /** Code of the centre. */
  centre: string;
  cause: Cause;
}

/** A contact as its offline grant names it. */
export interface PastContact extends Pick<DeviceContact, 'device' | 'operator'> {
  /** In whole seconds. */
  anchorTime: Date;
}

export interface DevicesOptions {
  documents: DeviceDocuments;
  dataKeys: Pick<DataKeys, 'destroy'>;
  /** Milliseconds between removals of ended devices. */
  sweepMs: number;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/**
 * Stores the key shares of devices, each sealed under a data key of its own. To destroy a share, its data key goes first,
 * so that no copy of the store reveals it.
 */
export class Devices {
  readonly #options: DevicesOptions;
  readonly #ended: Counter<'cause'>;
  readonly #stopSweeps: () => Promise<void>;

  constructor(options: DevicesOptions) {
    this.#options = options;
    const { sweepMs, metrics, log } = options;
    this.#ended = metrics.counter('cups_identity_devices_ended_total', 'Key shares that were destroyed.', ['cause']);
    const failures = metrics.counter('cups_identity_device_sweep_failures_total', 'Failed device sweeps.');
    const onFailure = (error: unknown): void => {
      failures.inc();
      log.warn({ event: 'device-sweep-failed', error });
    };
    this.#stopSweeps = startPeriodic({ firstMs: sweepMs, everyMs: sweepMs, work: () => this.#sweep(), onFailure });
  }

  /**
   * Records a contact and returns the device with its key share. Concurrent first contacts return the same share.
   * @throws Problem DEVICE_REVOKED
   */
  async contact(contact: DeviceContact): Promise<StoredDevice & { keyShare: string }> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const done = await this.#tryContact(contact);
      if (done?.keyShare !== undefined) return { ...done, keyShare: done.keyShare };
    }
    throw new Problem({ reason: 'CONTENTION', message: 'Too many concurrent changes of this device.' });
  }

  /** Destroys the key share of an operator's device, if it has one. */
  async endOne(device: string, operator: string): Promise<void> {
    await this.#endAll({ device, operator, state: 'active' }, 'signed-out');
  }

  /** Destroys the operator's key shares created up to `until`: all of them, or those that were used at one centre. */
  async endForOperator(operator: string, until: Date, centre?: string): Promise<void> {
    const atCentre = centre === undefined ? {} : { centres: centre };
    const filter = { operator, state: 'active', firstContactTime: { $lte: until } };
    await this.#endAll(Object.assign(filter, atCentre), 'suspended');
  }

  /** Returns the device of an operator without its key share, whatever its state. @throws Problem NOT_FOUND */
  async get(device: string, operator: string): Promise<StoredDevice> {
    const options = { scope: 'service' as const, projection: { keyShare: 0 as const } };
    const found = await this.#options.documents.findOne({ operator, device }, options);
    if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'Device not found.' });
    return found;
  }

  /** Returns for each contact whether the key share of that time has ended, in the same order. */
  async findEnded(contacts: readonly PastContact[]): Promise<boolean[]> {
    const found = await this.#options.documents.find(
      { $or: contacts.map(({ device, operator }) => ({ device, operator })), state: 'active' },
      { scope: 'service', projection: { device: 1, operator: 1, firstContactTime: 1 } },
    );
    return contacts.map((contact) => !found.some((device) => isShareOf(device, contact)));
  }

  /** Returns a page of active and revoked devices, newest first. @param centre code; undefined for all */
  page(
    centre: string | undefined,
    paging: { pageSize: number; pageToken: string; tokenArguments: unknown },
  ): ReturnType<DeviceDocuments['list']> {
    const state = { $in: ['active', 'revoked'] };
    const filter = centre === undefined ? { state } : { centre, state };
    const query = { scope: 'platform' as const, filter, order: 'desc' as const, projection: { keyShare: 0 as const } };
    return this.#options.documents.list(Object.assign(query, paging));
  }

  /** Destroys the key share for good. A repeat changes nothing. @param actor operators/{id} */
  async revoke(id: string, actor: string, cause: Cause): Promise<StoredDevice> {
    const time = this.#options.now();
    const { document, outcome } = await this.#destroyShare(id, { scope: 'platform', cause, now: time }, (device) =>
      toRevoked(device, actor, time),
    );
    if (outcome === 'applied') this.#ended.inc({ cause: 'revoked' });
    return document;
  }

  stop(): Promise<void> {
    return this.#stopSweeps();
  }

  #find(device: string, operator: string): Promise<StoredDevice | undefined> {
    return this.#options.documents.findOne({ operator, device }, { scope: 'service' });
  }

  /** Returns undefined after a concurrent change. */
  async #tryContact(contact: DeviceContact): Promise<StoredDevice | undefined> {
    const known = await this.#find(contact.device, contact.operator);
    if (!known) return this.#create(contact);
    // The process that destroyed the data key stopped before it wrote the document.
    if (known.state === 'active' && known.keyShare === undefined) await this.#end(known._id, 'expired');
    const { documents, now } = this.#options;
    const time = now();
    const share = createKeyShare();
    const work = documents.update(known._id, { scope: 'service', cause: contact.cause, now: time }, (device) =>
      withContact(device, contact, { time, share }),
    );
    const document = await unlessProblem(
      work.then((result) => result.document),
      'NOT_FOUND',
    );
    if (document?.keyShare === share) await this.#endExcess(document);
    return document;
  }

  async #create({ device, operator, centre, cause }: DeviceContact): Promise<StoredDevice | undefined> {
    const { documents, now } = this.#options;
    const time = now();
    const draft = { _id: newUlid(time), device, operator, ...newShare(centre, { time, share: createKeyShare() }) };
    const events = [registration(draft)];
    const creation = documents.create(draft, { scope: 'service', cause, events, now: time });
    const document = await unlessProblem(
      creation.then((result) => result.document),
      'ALREADY_EXISTS',
    );
    if (document) await this.#endExcess(document);
    return document;
  }

  /** Ends the operator's devices above the limit, never `newest`. */
  async #endExcess({ _id, operator }: StoredDevice): Promise<void> {
    const { documents, log } = this.#options;
    const others = { operator, state: 'active', _id: { $ne: _id } };
    const options = {
      scope: 'service' as const,
      sort: { lastContactTime: -1 as const },
      projection: { _id: 1 } as const,
    };
    const excess = (await documents.find(others, options)).slice(MAX_DEVICES_PER_OPERATOR - 1);
    for (const device of excess) await this.#end(device._id, 'too-many');
    if (excess.length > 0)
      log.info({ event: 'devices-ended', reason: 'TOO_MANY', operator: `operators/${operator}`, count: excess.length });
  }

  async #endAll(filter: object, cause: DeviceEndCause): Promise<void> {
    const found = await this.#options.documents.find(filter, { scope: 'service', projection: { _id: 1 } });
    for (const { _id } of found) await this.#end(_id, cause);
  }

  async #end(id: string, cause: DeviceEndCause): Promise<void> {
    const time = this.#options.now();
    const work = this.#destroyShare(id, { scope: 'service', cause: {}, now: time }, (device) => toEnded(device, time));
    // The sweep was faster.
    const result = await unlessProblem(work, 'NOT_FOUND');
    if (result?.outcome === 'applied') this.#ended.inc({ cause });
  }

  /**
   * Destroys the data key before the document is read, so that a key that was lost blocks no end, and before each
   * decision, because a concurrent contact may have created another one.
   */
  async #destroyShare(
    id: string,
    options: UpdateOptions,
    decide: (device: StoredDevice) => Change<StoredDevice>,
  ): Promise<Awaited<ReturnType<DeviceDocuments['update']>>> {
    const { documents, dataKeys } = this.#options;
    await dataKeys.destroy(id);
    return documents.update(id, options, { read: () => dataKeys.destroy(id), decide });
  }

  /** Ends devices without contact, and removes ended ones whose journal entries Kafka has. */
  async #sweep(): Promise<void> {
    const { documents, now } = this.#options;
    const isOver = { expireTime: { $lte: now() } };
    const options = { scope: 'service' as const, limit: SWEEP_BATCH, projection: { _id: 1 } as const };
    for (const { _id } of await documents.find({ ...isOver, state: 'active' }, options))
      await this.#end(_id, 'expired');
    await documents.remove(
      { ...isOver, state: { $ne: 'active' }, 'outbox.0': { $exists: false } },
      { scope: 'service' },
    );
  }
}

/** Whether an active device still has the key share of a contact. */
const isShareOf = (
  { device, operator, firstContactTime }: Pick<StoredDevice, 'device' | 'operator' | 'firstContactTime'>,
  contact: PastContact,
): boolean =>
  device === contact.device &&
  operator === contact.operator &&
  // A grant has the seconds of its contact.
  Math.floor(firstContactTime.getTime() / 1000) * 1000 <= contact.anchorTime.getTime();

const createKeyShare = (): string => randomBytes(KEY_SHARE_BYTES).toString('base64url');

type ShareFields = Pick<
  StoredDevice,
  'centre' | 'centres' | 'state' | 'keyShare' | 'firstContactTime' | 'lastContactTime' | 'expireTime'
>;

const newShare = (centre: string, { time, share }: { time: Date; share: string }): ShareFields => ({
  centre,
  centres: [centre],
  state: 'active',
  keyShare: share,
  firstContactTime: time,
  lastContactTime: time,
  expireTime: new Date(time.getTime() + RETENTION_MS),
});

const registration = (device: Pick<StoredDevice, '_id' | 'operator' | 'centre'>) =>
  entryOfDevice(device, {
    action: 'register-device',
    actor: resourceName('operators', device.operator),
    ground: 'session',
  });

/** @param fresh the share of a device that has none @throws Problem DEVICE_REVOKED */
function withContact(
  device: StoredDevice,
  { centre }: Pick<DeviceContact, 'centre'>,
  fresh: { time: Date; share: string },
): Change<StoredDevice> {
  if (device.state === 'revoked') throw new Problem({ reason: 'DEVICE_REVOKED', message: 'The device is revoked.' });
  if (device.state === 'ended') {
    const document = { ...device, ...newShare(centre, fresh) };
    return { document, events: [registration(document)] };
  }
  const { time } = fresh;
  const isRecent = time.getTime() - device.lastContactTime.getTime() < CONTACT_WRITE_INTERVAL_MS;
  if (isRecent && device.centre === centre) return { document: device, events: [] };
  const centres = device.centres.includes(centre) ? device.centres : [...device.centres, centre];
  const expireTime = new Date(time.getTime() + RETENTION_MS);
  return { document: { ...device, centre, centres, lastContactTime: time, expireTime }, events: [] };
}

function toEnded(device: StoredDevice, time: Date): Change<StoredDevice> {
  if (device.state !== 'active') return { document: device, events: [] };
  return { document: { ...device, state: 'ended', keyShare: undefined, expireTime: time }, events: [], erase: true };
}

function toRevoked(device: StoredDevice, actor: string, time: Date): Change<StoredDevice> {
  if (device.state === 'revoked') return { document: device, events: [] };
  const expireTime = new Date(time.getTime() + RETENTION_MS);
  const revoked = { state: 'revoked' as const, keyShare: undefined, revokedBy: actor, revokeTime: time, expireTime };
  const entry = entryOfDevice(device, { action: 'revoke-device', actor, ground: 'staff-administration' });
  return { document: { ...device, ...revoked }, events: [entry], erase: true };
}

/** Returns undefined instead of a problem with this reason. */
async function unlessProblem<T>(work: Promise<T>, reason: Problem['reason']): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isProblem(error) && error.reason === reason) return undefined;
    throw error;
  }
}
