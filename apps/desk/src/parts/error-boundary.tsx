import { Component } from 'react';
import type { ReactNode } from 'react';
import { LoadError } from './load-states.tsx';

/**
 * Shows an error if a screen throws or its code cannot be loaded. The page around it keeps working. Navigation resets
 * it.
 */
export class ErrorBoundary extends Component<
  { resetKey: string; children: ReactNode },
  { error?: unknown; resetKey?: string }
> {
  override state: { error?: unknown; resetKey?: string } = {};

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  static getDerivedStateFromProps(props: { resetKey: string }, state: { resetKey?: string }) {
    return props.resetKey === state.resetKey ? null : { resetKey: props.resetKey, error: undefined };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <main id="main" tabIndex={-1}>
        <LoadError error={error} onRetry={() => location.reload()} />
      </main>
    );
  }
}
