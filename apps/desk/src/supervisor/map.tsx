import type { Centre, StatisticsRow } from '../api/types.ts';
import { useQuery } from '@tanstack/react-query';
import { useLanguage } from '../language/language.tsx';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { placePins } from './map-pins.ts';
import type { MapPin } from './map-pins.ts';
import styles from './supervisor.module.css';

/** Data sources that require attribution. */
const SOURCES = 'Natural Earth, GeoNames (CC BY 4.0)';

interface MapProps {
  centres: readonly Centre[];
  rows: readonly StatisticsRow[];
  marked: string | undefined;
  onMark: (centre: string | undefined) => void;
}

/** The outline of the country with a pin per open centre. The table holds the same data as text. */
export function CentreMap({ centres, rows, marked, onMark }: MapProps) {
  const { t } = useLanguage();
  const mapData = useQuery({
    queryKey: ['places'],
    queryFn: async () => (await import('../../gen/places.json')).default,
    staleTime: Infinity,
  }).data;
  const working = centres.filter(
    ({ kind, status }) => kind !== 'mission' && status !== 'planned' && status !== 'closed',
  );
  if (!mapData || working.length === 0) return null;
  const { pins, unplaced } = placePins(working, mapData.points);
  const overdue = new Set(rows.filter((row) => row.overdue > 0).map(({ name }) => name));
  const chosen = pins.find(({ centre }) => centre.name === marked);
  return (
    <section>
      <h2>{t(SUPERVISOR.map)}</h2>
      <svg
        viewBox={`0 0 ${mapData.width} ${mapData.height}`}
        className={styles.map}
        role="img"
        aria-label={t(SUPERVISOR.map)}
        onMouseLeave={() => onMark(undefined)}
      >
        <path d={mapData.outline} className={styles.outline} />
        {pins.map((pin) => (
          <Pin key={pin.centre.name} pin={pin} late={overdue.has(pin.centre.name)} onMark={onMark} />
        ))}
        {chosen && <MarkedLabel pin={chosen} width={mapData.width} />}
      </svg>
      <ul className={styles.legend}>
        <li>
          <LegendSample className={styles.own} /> {t(SUPERVISOR.mapHere)}
        </li>
        <li>
          <LegendSample className={styles.district} /> {t(SUPERVISOR.mapDistrict)}
        </li>
        {overdue.size > 0 && (
          <li>
            <LegendSample className={styles.overdue} /> {t(SUPERVISOR.mapOverdue)}
          </li>
        )}
      </ul>
      <p className={styles.quiet}>{SOURCES}</p>
      {unplaced.length > 0 && (
        <p className={styles.quiet}>
          {t(SUPERVISOR.noPlace, { n: unplaced.length })} ({unplaced.map(({ displayName }) => displayName).join(', ')})
        </p>
      )}
    </section>
  );
}

function Pin({ pin, late, onMark }: { pin: MapPin; late: boolean; onMark: MapProps['onMark'] }) {
  const { centre, at, byDistrict } = pin;
  return (
    <circle
      cx={at[0]}
      cy={at[1]}
      r={late ? 6 : 5}
      className={late ? styles.overdue : byDistrict ? styles.district : styles.own}
      onMouseEnter={() => onMark(centre.name)}
    />
  );
}

/** The label of the marked pin, on the side with more room. */
function MarkedLabel({ pin: { centre, at }, width }: { pin: MapPin; width: number }) {
  const left = at[0] > width / 2;
  return (
    <g className={styles.marked} aria-hidden="true">
      <circle cx={at[0]} cy={at[1]} r={9} />
      <text x={at[0] + (left ? -14 : 14)} y={at[1] + 5} textAnchor={left ? 'end' : 'start'}>
        {centre.displayName}
      </text>
    </g>
  );
}

function LegendSample({ className }: { className: string | undefined }) {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <circle cx="7" cy="7" r="5" className={className} />
    </svg>
  );
}
