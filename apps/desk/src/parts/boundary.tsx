import { Component } from 'react';
import type { ReactNode } from 'react';
import { Failed } from './waiting.tsx';

/** A screen that breaks, or whose code cannot be fetched, says so; the page around it goes on. Another place is a new try. */
export class Boundary extends Component<{ place: string; children: ReactNode }, { error?: unknown; place?: string }> {
  override state: { error?: unknown; place?: string } = {};

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  static getDerivedStateFromProps(props: { place: string }, state: { place?: string }) {
    return props.place === state.place ? null : { place: props.place, error: undefined };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <main id="main" tabIndex={-1}>
        <Failed error={error} onAgain={() => location.reload()} />
      </main>
    );
  }
}
