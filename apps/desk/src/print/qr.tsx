import { encodeQr } from './encode-qr.ts';

/** A QR code as one black path. The surrounding layout provides the quiet zone of four modules. */
export function Qr({ text, className, label }: { text: string; className?: string | undefined; label: string }) {
  const { size, path } = encodeQr(text);
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      className={className}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}

/** Returns the tracking URL. Browsers do not send the part after # to servers. */
export function trackingUrl(trackingNumber: string): string {
  return `${trackingPageUrl()}#${trackingNumber}`;
}

export function trackingPageUrl(): string {
  return `${window.location.origin}/t`;
}
