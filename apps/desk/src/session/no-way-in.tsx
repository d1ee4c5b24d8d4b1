import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { NO_WAY_IN } from '../texts/no-way-in.ts';

/** Says why a page stays closed: the platform is unreachable, and nothing else opens it. */
export function NoWayIn({ onRetry }: { onRetry: () => void }) {
  const { t } = useLanguage();
  return (
    <>
      <p role="alert">{t(NO_WAY_IN.why)}</p>
      <Button onClick={onRetry}>{t(NO_WAY_IN.retry)}</Button>
    </>
  );
}
