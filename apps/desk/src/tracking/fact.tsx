import type { ReactNode } from 'react';

/** A label and its value in a list; nothing without a value. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  const hasValue = Array.isArray(children) ? children.some(Boolean) : children;
  return (
    hasValue && (
      <div>
        <dt>{name}</dt>
        <dd>{children}</dd>
      </div>
    )
  );
}
