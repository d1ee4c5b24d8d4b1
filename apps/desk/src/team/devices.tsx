import { useState } from 'react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { fetchAllPages } from '../api/pagination.ts';
import type { Device } from '../api/types.ts';
import { useChange } from '../api/use-change.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { useSignedIn } from '../session/session.tsx';
import { DEVICES } from '../texts/devices.ts';
import { managesCentre } from './member-status.ts';
import type { MemberProps } from './member.tsx';
import styles from './team.module.css';

const devicesKey = (scope: string) => ['team', scope, 'devices'];

/** Devices whose last contact was at a centre. */
const devicesQuery = (scope: string) =>
  queryOptions({
    queryKey: devicesKey(scope),
    queryFn: () =>
      fetchAllPages<Device>(async (paging) => {
        const params = { query: Object.assign({ centre: scope }, paging) };
        const { devices, nextPageToken } = await bodyOf(api.GET('/api/v1/devices', { params }));
        return { items: devices, next: nextPageToken };
      }),
  });

/** The files that devices of the own centre hold, for its head. */
const copiesQuery = queryOptions({
  queryKey: ['offline-copies'],
  queryFn: () => bodyOf(api.GET('/api/v1/offline-copies')).then(({ copies }) => copies),
});

/** Returns the number of copied files of a device, or undefined if the caller is not the head of this centre. */
function useFileCount(scope: string, { name, operator }: Device): number | undefined {
  const { session } = useSignedIn();
  const { data } = useQuery(Object.assign({ enabled: managesCentre(session, scope) }, copiesQuery));
  const device = name.replace('devices/', '');
  return data && (data.find((copy) => copy.device === device && copy.operator === operator)?.fileCount ?? 0);
}

/** The devices of a member at a centre; each can be revoked. */
export default function Devices({ scope, member }: Pick<MemberProps, 'scope' | 'member'>) {
  const { t } = useLanguage();
  const devices = useQuery(devicesQuery(scope));
  const own = devices.data?.filter(({ operator }) => operator === member.name);
  return (
    <section className={styles.history} aria-label={t(DEVICES.title)}>
      <h3>{t(DEVICES.title)}</h3>
      {devices.isPending && <Skeleton lines={2} />}
      {devices.isError && <LoadError error={devices.error} onRetry={() => void devices.refetch()} />}
      {own && <p className={styles.quiet}>{t(own.length === 0 ? DEVICES.nothing : DEVICES.lead)}</p>}
      <ul className={styles.devices}>
        {own?.map((device) => (
          <DeviceRow key={device.name} scope={scope} device={device} />
        ))}
      </ul>
    </section>
  );
}

/** Local storage: the ID of this browser, as session/device.ts writes it. */
const DEVICE_KEY = 'cups-device';
/** Symbols of the ID that tell the devices of one person apart. */
const SHORT_CODE_LENGTH = 6;

function DeviceRow({ scope, device }: { scope: string; device: Device }) {
  const { t } = useLanguage();
  const [isAsking, setIsAsking] = useState(false);
  useCloseKey(isAsking, () => setIsAsking(false));
  const fileCount = useFileCount(scope, device);
  const id = device.name.replace('devices/', '');
  const isThisOne = localStorage.getItem(DEVICE_KEY) === id;
  return (
    <li>
      <strong>
        {t(DEVICES.name, { code: id.slice(-SHORT_CODE_LENGTH) })}
        {isThisOne && ` (${t(DEVICES.thisOne)})`}
      </strong>
      <span className={styles.quiet}>
        {device.revokeTime
          ? t(DEVICES.revoked, { when: formatDayAndTime(device.revokeTime) })
          : [
              t(DEVICES.lastContact, { when: formatDayAndTime(device.lastContactTime) }),
              t(DEVICES.firstContact, { when: formatDayAndTime(device.firstContactTime) }),
              ...(fileCount === undefined ? [] : [t(DEVICES.files, { n: fileCount })]),
            ].join(' · ')}
      </span>
      {device.state === 'active' && !isAsking && (
        <Button variant="danger" onClick={() => setIsAsking(true)}>
          {t(DEVICES.revoke)}
        </Button>
      )}
      {isAsking && <RevokeForm scope={scope} device={device} onClose={() => setIsAsking(false)} />}
    </li>
  );
}

function RevokeForm({ scope, device, onClose }: { scope: string; device: Device; onClose: () => void }) {
  const { t } = useLanguage();
  const revocation = useChange<Pick<Device, 'name' | 'operator'>, Device>({
    send: ({ name, operator }, key) =>
      bodyOf(
        api.POST('/api/v1/devices/{device}/revoke', {
          params: { path: { device: name.replace('devices/', '') }, header: { 'Idempotency-Key': key } },
          body: { operator },
        }),
      ),
    queryKeys: [devicesKey(scope)],
  });
  const submit = async () => {
    const { name, operator } = device;
    if (await revocation.submit({ name, operator })) onClose();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void submit())}>
      <p>{t(DEVICES.revokeAsk)}</p>
      <div className={styles.ways}>
        <Button type="submit" variant="danger" busy={revocation.busy} focusOnMount>
          {t(DEVICES.revoke)}
        </Button>
        <Button variant="text" onClick={onClose}>
          {t(DEVICES.leave)}
        </Button>
      </div>
      {revocation.errorText && (
        <p role="alert" className={styles.fault}>
          {revocation.errorText}
        </p>
      )}
    </form>
  );
}
