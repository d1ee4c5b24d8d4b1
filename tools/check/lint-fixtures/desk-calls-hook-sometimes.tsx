// at: apps/desk/src/queue/row.tsx
// refused by: react-hooks/rules-of-hooks
import { useState } from 'react';

export function Row({ open }: { open: boolean }) {
  if (open) useState(1);
  return <p>row</p>;
}
