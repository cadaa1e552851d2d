/** A party we cannot see into: 20 x 26, right end round, arrow inside; beyond a dotted vertical. Around the origin. */
export function OutsidePortMark({ scale = 1 }: { scale?: number }) {
  return (
    <g transform={`scale(${scale})`} fill="none" strokeLinecap="round" strokeLinejoin="round">
      <path
        d="M-16-13H4a13 13 0 0 1 0 26H-16Z"
        fill="var(--bg1)"
        stroke="var(--ink3)"
        strokeWidth={1.4 / scale}
      />
      <path d="M-7 0H5M1.5-3.5 5 0 1.5 3.5" stroke="var(--ink2)" strokeWidth={1.4 / scale} />
    </g>
  );
}
