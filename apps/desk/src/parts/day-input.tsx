import { useField } from './field.tsx';
import styles from './day-input.module.css';

/** A day from the browser's own calendar: near ones are chosen, not typed. `yyyy-MM-dd`, or '' while it is none. */
export function DayInput({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const field = useField();
  return (
    <input
      type="date"
      className={styles.day}
      {...field}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
