import {
  Archive,
  BellOff,
  CircleX,
  FilePen,
  Landmark,
  MessageCircleQuestion,
  PackageCheck,
  Paperclip,
  Phone,
} from 'lucide-react';
import type { StatusIconName as SignName, Tone } from './row-texts.ts';

const ICONS = {
  draft: FilePen,
  papers: Paperclip,
  agency: Landmark,
  silent: BellOff,
  result: PackageCheck,
  ring: Phone,
  refused: CircleX,
  close: MessageCircleQuestion,
  ended: Archive,
} as const;

/** The icon of what is to do; the text beside it says the same. */
export function StatusIcon({ name, tone, size = 20 }: { name: SignName; tone: Tone; size?: number }) {
  const Icon = ICONS[name];
  return <Icon size={size} className={toneClass(tone)} aria-hidden="true" />;
}

/** Returns a class of the base style, which every page loads. */
export const toneClass = (tone: Tone): string => `tone-${tone}`;
