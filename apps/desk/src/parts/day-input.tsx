import { useField } from './field.tsx';
import styles from './day-input.module.css';

/** The browser's date picker, for dates near today. The value is `yyyy-MM-dd` or ''. */
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
