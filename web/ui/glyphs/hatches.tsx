/**
 * The textures, once per page: `hatch-fault` (+45, done on purpose), `hatch-fault-faint` (fault time behind a chart),
 * `hatch-stale` (-45, no data). Use as `fill="url(#hatch-fault)"`.
 */
export function Hatches() {
  return (
    <svg width="0" height="0" style={{ position: 'absolute' }} aria-hidden="true">
      <defs>
        <pattern
          id="hatch-fault"
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="5" height="5" fill="var(--fault)" fillOpacity=".14" />
          <rect width="1.5" height="5" fill="var(--fault)" fillOpacity=".8" />
        </pattern>
        <pattern
          id="hatch-fault-faint"
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="1" height="5" fill="var(--fault)" fillOpacity=".4" />
        </pattern>
        <pattern
          id="hatch-stale"
          width="4"
          height="4"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(-45)"
        >
          <rect width="1" height="4" fill="var(--unknown)" fillOpacity=".35" />
        </pattern>
      </defs>
    </svg>
  );
}
