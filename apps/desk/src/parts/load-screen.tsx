import { LoadError, Skeleton } from './load-states.tsx';
import { Screen } from './screen.tsx';

interface LoadScreenProps {
  /** The failure; without one, the content is loading. */
  error: unknown;
  onRetry: () => void;
}

/** In place of a screen whose content is loading or failed to load: a failure is a screen like any other. */
export function LoadScreen({ error, onRetry }: LoadScreenProps) {
  if (!error) return <Skeleton />;
  return (
    <Screen>
      <LoadError error={error} onRetry={onRetry} />
    </Screen>
  );
}
