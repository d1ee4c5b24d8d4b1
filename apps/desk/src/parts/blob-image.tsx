import { useCallback } from 'react';
import type { CSSProperties } from 'react';

/** Shows an image that is in memory only. */
export function BlobImage({ image, style }: { image: Blob; style?: CSSProperties }) {
  const show = useCallback(
    (element: HTMLImageElement | null) => {
      if (!element) return undefined;
      const url = URL.createObjectURL(image);
      element.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [image],
  );
  return <img ref={show} alt="" style={style} />;
}
