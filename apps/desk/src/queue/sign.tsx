import {
  Archive,
  CircleX,
  FilePen,
  Landmark,
  MessageCircleQuestion,
  PackageCheck,
  Paperclip,
  Phone,
} from 'lucide-react';
import type { Sign as SignName, Tone } from './row-words.ts';
import styles from './tones.module.css';

const SIGNS = {
  draft: FilePen,
  papers: Paperclip,
  agency: Landmark,
  result: PackageCheck,
  ring: Phone,
  refused: CircleX,
  close: MessageCircleQuestion,
  ended: Archive,
} as const;

/** The picture of what is to be done; the words beside it say the same. */
export function Sign({ of, tone, size = 20 }: { of: SignName; tone: Tone; size?: number }) {
  const Icon = SIGNS[of];
  return <Icon size={size} className={styles[tone]} aria-hidden="true" />;
}

export const toneClass = (tone: Tone): string => styles[tone] ?? '';
