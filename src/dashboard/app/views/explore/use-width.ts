import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Steps in which a width is told, CSS pixels: a chart need not be asked for anew for each pixel of a drag. */
const STEP = 40;

/** The width of an element, 0 until it is known. */
export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const box = element.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.ceil(box.clientWidth / STEP) * STEP));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
