/** Keeps a text of a drawing readable over whatever lies below it. */
export const HALO = {
  paintOrder: 'stroke',
  stroke: 'var(--bg0)',
  strokeWidth: 4,
  strokeLinejoin: 'round',
} as const;
