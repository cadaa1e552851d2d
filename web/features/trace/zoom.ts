/** The part of a trace that is drawn large, nanoseconds from its start. */
export interface Zoom {
  from: number;
  to: number;
}

/** The smallest part that can be chosen, as a share of the trace. */
const SMALLEST = 1e-6;
/** A key moves by this share of what is shown. */
const STEP = 0.2;

/** The zoom of an address, `from-to` in nanoseconds; null for the whole trace and for nonsense. */
export function parseZoom(text: string): Zoom | null {
  const match = /^(\d+)-(\d+)$/.exec(text);
  if (!match) return null;
  const from = Number(match[1]);
  const to = Number(match[2]);
  return to > from ? { from, to } : null;
}

export function zoomText(zoom: Zoom | null): string {
  return zoom ? `${Math.round(zoom.from)}-${Math.round(zoom.to)}` : '';
}

function within(zoom: Zoom, total: number): Zoom | null {
  const length = Math.max(zoom.to - zoom.from, total * SMALLEST, 1);
  if (length >= total) return null;
  const from = Math.min(Math.max(0, zoom.from), total - length);
  return { from, to: from + length };
}

/**
 * What a key does to the part that is shown: left and right move it, up and plus look closer, down and minus from
 * farther off, Home and End go to the ends. Undefined for any other key; null is the whole trace.
 */
export function zoomByKey(key: string, zoom: Zoom | null, total: number): Zoom | null | undefined {
  const { from, to } = zoom ?? { from: 0, to: total };
  const length = to - from;
  const scaled = (by: number) => {
    const middle = (from + to) / 2;
    return within({ from: middle - (length * by) / 2, to: middle + (length * by) / 2 }, total);
  };
  switch (key) {
    case 'ArrowLeft':
      return within({ from: from - length * STEP, to: to - length * STEP }, total);
    case 'ArrowRight':
      return within({ from: from + length * STEP, to: to + length * STEP }, total);
    case 'ArrowUp':
    case '+':
    case '=':
      return scaled(0.5);
    case 'ArrowDown':
    case '-':
      return scaled(2);
    case 'Home':
      return within({ from: 0, to: length }, total);
    case 'End':
      return within({ from: total - length, to: total }, total);
    case 'Escape':
    case '0':
      return null;
    default:
      return undefined;
  }
}
