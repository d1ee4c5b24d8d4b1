import { encode } from 'uqr';

/** A QR code as one black path. The surrounding layout provides the quiet zone of four modules. */
export function Qr({ text, className, label }: { text: string; className?: string | undefined; label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 0 });
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      className={className}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={data.map(toRowPath).join('')} fill="#000" />
    </svg>
  );
}

/** The dark modules of a row, each run as one bar. */
function toRowPath(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x++) {
    const from = x;
    while (row[x]) x++;
    if (x > from) path += `M${from} ${y}h${x - from}v1h${from - x}z`;
  }
  return path;
}

/** Returns the tracking URL. Browsers do not send the part after # to servers. */
export function trackingUrl(trackingNumber: string): string {
  return `${trackingPageUrl()}#${trackingNumber}`;
}

export function trackingPageUrl(): string {
  return `${window.location.origin}/t`;
}
