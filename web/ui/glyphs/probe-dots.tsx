export type ProbeState = 'waiting' | 'in-flight' | 'succeeded' | 'failed';

/** Probes under a half-open blade: hollow waiting, ring in flight, full succeeded, cross failed. Centred on the origin. */
export function ProbeDots({ probes }: { probes: readonly ProbeState[] }) {
  const left = (-(probes.length - 1) * 8) / 2;
  return (
    <g stroke="var(--half)" fill="none" strokeLinecap="round">
      {probes.map((probe, i) => {
        const x = left + i * 8;
        const key = `${x}`;
        if (probe === 'failed') {
          return (
            <path
              key={key}
              d={`M${x - 2.2}-2.2l4.4 4.4m0-4.4l-4.4 4.4`}
              stroke="var(--failing)"
              strokeWidth={1.4}
            />
          );
        }
        const full = probe === 'succeeded';
        return (
          <circle
            key={key}
            cx={x}
            r={probe === 'in-flight' ? 2.8 : 2.2}
            strokeWidth={probe === 'in-flight' ? 1.6 : 1}
            fill={full ? 'var(--half)' : 'none'}
          />
        );
      })}
    </g>
  );
}
